import { OutOfMemoryError } from "../common/errors.js";
import { WeakReference } from "../common/weak.js";
import { Arena } from "./arena.js";

const PAGE = 65536;
/** Maximum sizes to try, in pages: a process with little address space cannot reserve 4 GiB. */
const MAXIMUM_PAGES = [65536, 16384, 4096];

/** A byte address in linear memory. Only the engine and its kernels know what is stored where. */
export type Address = number & { readonly brand: unique symbol };

/** No address: passed to a kernel for an array that is absent. */
export const NOWHERE = 0 as Address;

/** A region of the engine's memory. Valid until `release`. */
export class Block {
  readonly #memory: EngineMemory;
  readonly #address: number;
  /** Size in bytes. */
  readonly bytes: number;
  #released = false;

  constructor(memory: EngineMemory, address: number, bytes: number) {
    this.#memory = memory;
    this.#address = address;
    this.bytes = bytes;
  }

  /** The address of byte `offset`. */
  at(offset = 0): Address {
    return (this.#address + offset) as Address;
  }

  /** A live view of `length` floats from byte `offset` on. */
  floats(offset = 0, length = (this.bytes - offset) >> 2): Float32Array {
    return new Float32Array(this.#memory.buffer, this.#address + offset, length);
  }

  /** A live view of `length` float64 from byte `offset` on. */
  doubles(offset = 0, length = (this.bytes - offset) >> 3): Float64Array {
    return new Float64Array(this.#memory.buffer, this.#address + offset, length);
  }

  /** A live view of `length` unsigned 32-bit words from byte `offset` on. */
  words(offset = 0, length = (this.bytes - offset) >> 2): Uint32Array {
    return new Uint32Array(this.#memory.buffer, this.#address + offset, length);
  }

  /** A live view of `length` bytes from byte `offset` on. */
  view(offset = 0, length = this.bytes - offset): Uint8Array {
    return new Uint8Array(this.#memory.buffer, this.#address + offset, length);
  }

  /** Frees the region. A second call does nothing. */
  release(): void {
    if (this.#released) return;
    this.#released = true;
    this.#memory.release(this.#address);
  }
}

/** A cache: memory that only saves time later and can be freed at any moment. */
export interface Spare {
  /** Frees all of it. Returns whether there was any. */
  free(): boolean;
}

/** The linear memory that the kernels and all workers of an engine share. */
export class EngineMemory {
  readonly memory: WebAssembly.Memory;
  #arena: Arena | undefined;
  readonly #maximumPages: number;
  /** The highest address that any block has reached; beyond it, memory still contains the zeros it was created with. */
  #highest = 0;
  /** Weak references, so that the memory of a forgotten model can be garbage-collected. */
  readonly #spares = new Set<WeakRef<Spare>>();

  constructor() {
    for (const maximum of MAXIMUM_PAGES) {
      try {
        this.memory = new WebAssembly.Memory({ initial: 1, maximum, shared: true });
        this.#maximumPages = maximum;
        return;
      } catch (error) {
        if (maximum === MAXIMUM_PAGES.at(-1)) {
          throw new OutOfMemoryError("this process cannot reserve a WebAssembly memory of 256 MiB", {
            cause: error,
          });
        }
      }
    }
    throw new OutOfMemoryError("no size of WebAssembly memory could be reserved");
  }

  /** The whole memory as it is now; growing replaces this object. */
  get buffer(): SharedArrayBuffer {
    return this.memory.buffer as unknown as SharedArrayBuffer;
  }

  /** Bytes that blocks occupy now. */
  get used(): number {
    return this.#arena?.used ?? 0;
  }

  /** Bytes that the memory has grown to. */
  get size(): number {
    return this.memory.buffer.byteLength;
  }

  /** Sets where the kernels' own data ends; allocation starts there. */
  start(heapBase: number): void {
    this.#arena = new Arena(heapBase, this.#maximumPages * PAGE, (end) => this.#reach(end));
  }

  /** Registers `spare`, which is freed when memory runs out. */
  addSpare(spare: Spare): void {
    for (const reference of this.#spares) if (!reference.deref()) this.#spares.delete(reference);
    this.#spares.add(new WeakReference(spare));
  }

  removeSpare(spare: Spare): void {
    for (const reference of this.#spares) if (reference.deref() === spare) this.#spares.delete(reference);
  }

  /** Frees all caches. Returns whether there were any. */
  freeSpares(): boolean {
    let freed = false;
    for (const reference of this.#spares) if (reference.deref()?.free()) freed = true;
    return freed;
  }

  /**
   * A new block of zeros. Caches are freed if necessary.
   *
   * @throws {OutOfMemoryError} if the memory has no room for it
   */
  allocate(bytes: number): Block {
    const address = this.#place(bytes);
    const block = new Block(this, address, bytes);
    // Memory that was never written is already zero; clearing 100 MB would block the calling thread for about 50 ms.
    block.view(0, Math.min(bytes, Math.max(0, this.#highest - address))).fill(0);
    this.#highest = Math.max(this.#highest, address + bytes);
    return block;
  }

  #place(bytes: number): number {
    try {
      return this.#arena!.allocate(bytes);
    } catch (error) {
      if (!(error instanceof OutOfMemoryError && this.freeSpares())) throw error;
      return this.#arena!.allocate(bytes);
    }
  }

  release(address: number): void {
    this.#arena!.release(address);
  }

  #reach(end: number): boolean {
    const missing = Math.ceil((end - this.size) / PAGE);
    if (missing <= 0) return true;
    try {
      this.memory.grow(missing);
      return true;
    } catch {
      return false;
    }
  }
}
