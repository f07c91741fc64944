import { OutOfMemoryError } from "../common/errors.js";
import { Arena } from "./arena.js";

const PAGE = 65536;
/** Maxima to try, in pages: a process with little address space refuses the reservation of 4 GiB. */
const MAXIMUM_PAGES = [65536, 16384, 4096];

/** A byte address of linear memory. Only the engine and its kernels know what is there. */
export type Address = number & { readonly brand: unique symbol };

/** No address: what a kernel takes for something that is not there. */
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

  /** Gives the region back. A second call does nothing. */
  release(): void {
    if (this.#released) return;
    this.#released = true;
    this.#memory.release(this.#address);
  }
}

/** Memory that is kept only to save time later, and can be given back at any moment. */
export interface Spare {
  /** Gives all of it back. Returns whether there was any. */
  free(): boolean;
}

/** The linear memory that the kernels and all workers of an engine share. */
export class EngineMemory {
  readonly memory: WebAssembly.Memory;
  #arena: Arena | undefined;
  readonly #maximumPages: number;
  /** No block has lain beyond here, so that there are only the zeros that memory grows by. */
  #highest = 0;
  /** Weak, so that the memory of a forgotten model is found. */
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

  /** The whole memory as it is now; it is another object after it has grown. */
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

  /** Tells where the kernels' own data ends; nothing can be allocated before. */
  start(heapBase: number): void {
    this.#arena = new Arena(heapBase, this.#maximumPages * PAGE, (end) => this.#reach(end));
  }

  /** From now on, `spare` is freed when the memory runs out. */
  addSpare(spare: Spare): void {
    for (const reference of this.#spares) if (!reference.deref()) this.#spares.delete(reference);
    this.#spares.add(new WeakRef(spare));
  }

  removeSpare(spare: Spare): void {
    for (const reference of this.#spares) if (reference.deref() === spare) this.#spares.delete(reference);
  }

  /** Frees what is only kept to save time. Returns whether there was any. */
  freeSpares(): boolean {
    let freed = false;
    for (const reference of this.#spares) if (reference.deref()?.free()) freed = true;
    return freed;
  }

  /**
   * A new block of zeros. Spare memory is freed for it if need be.
   *
   * @throws {OutOfMemoryError} when the memory cannot hold it
   */
  allocate(bytes: number): Block {
    const address = this.#place(bytes);
    const block = new Block(this, address, bytes);
    // Where nothing was written there is nothing to clear: 100 MB would take the calling thread some 50 ms.
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
