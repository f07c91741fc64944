import { OutOfMemoryError } from "../common/errors.js";

/** Addresses are multiples of a cache line. */
const ALIGNMENT = 64;
/** Kernels read whole vectors at the end of a block: they may read this many bytes past it, but never write them. */
const PADDING = 64;

interface Range {
  start: number;
  end: number;
}

/**
 * First-fit allocator for ranges of a linear memory. It only handles numbers; the owner grows the memory.
 */
export class Arena {
  readonly #free: Range[] = [];
  readonly #used = new Map<number, number>();
  #end: number;
  readonly #limit: number;
  readonly #grow: (end: number) => boolean;

  /**
   * @param start first byte that may be allocated
   * @param limit first byte that may never be allocated
   * @param grow makes sure that the memory reaches `end`; returns false if it cannot
   */
  constructor(start: number, limit: number, grow: (end: number) => boolean) {
    this.#end = roundUp(start);
    this.#limit = limit;
    this.#grow = grow;
  }

  /** Allocated bytes, including padding. */
  get used(): number {
    let sum = 0;
    for (const size of this.#used.values()) sum += size;
    return sum;
  }

  /**
   * Allocates `bytes` bytes and returns their address.
   *
   * @throws {OutOfMemoryError} if there is no free range of that size
   */
  allocate(bytes: number): number {
    const size = roundUp(bytes + PADDING);
    const index = this.#free.findIndex((range) => range.end - range.start >= size);
    if (index >= 0) {
      const range = this.#free[index]!;
      const address = range.start;
      range.start += size;
      if (range.start === range.end) this.#free.splice(index, 1);
      this.#used.set(address, size);
      return address;
    }
    return this.#extend(size, bytes);
  }

  /** Frees what `allocate` returned. */
  release(address: number): void {
    const size = this.#used.get(address);
    if (size === undefined) throw new RangeError(`address ${address} was not handed out`);
    this.#used.delete(address);
    const end = address + size;
    let index = this.#free.findIndex((range) => range.start > address);
    if (index < 0) index = this.#free.length;
    this.#free.splice(index, 0, { start: address, end });
    this.#merge(index);
    if (index > 0) this.#merge(index - 1);
    const last = this.#free.at(-1);
    if (last && last.end === this.#end) {
      this.#end = last.start;
      this.#free.pop();
    }
  }

  /** Merges the free range at `index` with the next one if they are adjacent. */
  #merge(index: number): void {
    const range = this.#free[index];
    const next = this.#free[index + 1];
    if (range && next && range.end === next.start) {
      range.end = next.end;
      this.#free.splice(index + 1, 1);
    }
  }

  #extend(size: number, bytes: number): number {
    const address = this.#end;
    if (address + size > this.#limit || !this.#grow(address + size)) {
      throw new OutOfMemoryError(
        `${bytes} bytes were asked for, but a WebAssembly memory ends at ${this.#limit} bytes ` +
          `and ${address} of them are in use`,
      );
    }
    this.#end = address + size;
    this.#used.set(address, size);
    return address;
  }
}

function roundUp(bytes: number): number {
  return Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;
}
