import { afterEach } from "vitest";
import { SCRATCH_BYTES } from "../../assembly/abi.js";
import type { Address, Block, EngineMemory } from "../../src/engine/memory.js";
import { Tensor } from "../../src/engine/tensor.js";
import { type AllKernels, type BuildName, loadKernels } from "../support/kernels.js";

/**
 * What stands where no kernel may write: a quiet NaN, so that a kernel that computes with it is seen, too. Regions and
 * places have different ones, since NaN comes through arithmetic unchanged and would replace its like unseen.
 */
function canary(region: number, word: number): number {
  return 0x7fc00000 | (Math.imul(region * 8191 + word + 1, 0x9e3779b1) >>> 11);
}
/** Bytes of canaries before and after each region; kernels read at most 64 bytes past an end. */
const GUARD = 64;

/** A region of the kernels' memory with canaries around it, and in the gaps between its rows where it has any. */
export class Region<T extends Float32Array | Float64Array | Uint32Array | Uint8Array> {
  readonly #block: Block;
  /** The whole block as it was at first. */
  readonly #canaries: Uint8Array;
  readonly #view: () => T;
  readonly #rows: number;
  readonly #columns: number;
  readonly #stride: number;
  readonly #elementBytes: number;

  constructor(block: Block, view: () => T, rows: number, columns: number, stride: number) {
    this.#block = block;
    this.#canaries = block.view().slice();
    this.#view = view;
    this.#rows = rows;
    this.#columns = columns;
    this.#stride = stride;
    this.#elementBytes = view().BYTES_PER_ELEMENT;
  }

  /** Address of row `row`, column `column`. */
  at(row = 0, column = 0): Address {
    return this.#block.at(GUARD + (row * this.#stride + column) * this.#elementBytes);
  }

  /** As the plans take it. */
  get tensor(): Tensor<T> {
    return new Tensor(this.at(), this.#view(), [this.#rows, this.#columns], [this.#stride, 1]);
  }

  /** Bytes from one row to the next. */
  get rowBytes(): number {
    return this.#stride * this.#elementBytes;
  }

  /** Writes all rows, given without gaps. */
  set(values: ArrayLike<number>): this {
    const view = this.#view();
    for (let row = 0; row < this.#rows; row++) {
      for (let j = 0; j < this.#columns; j++) {
        view[row * this.#stride + j] = values[row * this.#columns + j]!;
      }
    }
    return this;
  }

  /** A copy of rows `begin` to `end`, without gaps. */
  get(begin = 0, end = this.#rows): T {
    const view = this.#view();
    const out = view.slice(0, (end - begin) * this.#columns) as T;
    for (let row = begin; row < end; row++) {
      const from = row * this.#stride;
      out.set(view.subarray(from, from + this.#columns), (row - begin) * this.#columns);
    }
    return out;
  }

  /** A copy of rows `begin` to `end` as raw bits, for exact comparison (NaN and −0 included). */
  bits(begin = 0, end = this.#rows): Uint8Array {
    return new Uint8Array(this.get(begin, end).buffer);
  }

  /** Puts the canaries back into rows `begin` to `end`. */
  spoil(begin = 0, end = this.#rows): this {
    const whole = this.#block.view();
    for (let row = begin; row < end; row++) {
      const first = GUARD + row * this.rowBytes;
      whole.set(this.#canaries.subarray(first, first + this.#columns * this.#elementBytes), first);
    }
    return this;
  }

  /** Throws unless every canary lives, those in rows that were never set (`unset`: pairs of begin, end) included. */
  check(what: string, unset: readonly (readonly [number, number])[] = []): void {
    const whole = this.#block.view();
    const used = this.#columns * this.#elementBytes;
    const end = GUARD + this.#rows * this.rowBytes;
    const verify = (from: number, to: number) => {
      for (let i = from; i < to; i++) {
        if (whole[i] !== this.#canaries[i]) {
          throw new Error(`${what}: byte ${i - GUARD} of a region of ${end - GUARD} was written`);
        }
      }
    };
    verify(0, GUARD);
    for (let row = 0; row < this.#rows; row++) {
      const first = GUARD + row * this.rowBytes;
      const untouched = unset.some(([from, to]) => row >= from && row < to);
      verify(untouched ? first : first + used, first + this.rowBytes);
    }
    verify(end, whole.length);
  }
}

/** The kernels of one build and regions to call them on, which are given back after each test. */
export class Sandbox {
  readonly build: BuildName;
  readonly kernels: AllKernels;
  readonly memory: EngineMemory;
  readonly #blocks: Block[] = [];
  readonly #regions: Region<Float32Array | Float64Array | Uint32Array | Uint8Array>[] = [];

  constructor(build: BuildName) {
    const { kernels, memory } = loadKernels(build);
    this.build = build;
    this.kernels = kernels;
    this.memory = memory;
    afterEach(() => this.clear());
  }

  /** Floats, all canaries at first. */
  floats(rows: number, columns = 1, stride = columns): Region<Float32Array> {
    const size = rows * stride;
    return this.#add(size * 4, (block) => () => block.floats(GUARD, size), rows, columns, stride);
  }

  /** Float64 values, all canaries at first. */
  doubles(count: number): Region<Float64Array> {
    return this.#add(count * 8, (block) => () => block.doubles(GUARD, count), count, 1, 1);
  }

  /** 32-bit words, all canaries at first. */
  words(count: number): Region<Uint32Array> {
    return this.#add(count * 4, (block) => () => block.words(GUARD, count), count, 1, 1);
  }

  /** Bytes, all canaries at first. */
  bytes(rows: number, columns: number): Region<Uint8Array> {
    const size = rows * columns;
    return this.#add(size, (block) => () => block.view(GUARD, size), rows, columns, columns);
  }

  /** A thread's scratch as the engine gives it, zeroed. */
  scratch(): Address {
    return this.words(SCRATCH_BYTES / 4)
      .set(new Uint32Array(SCRATCH_BYTES / 4))
      .at();
  }

  /** Checks the canaries of every region. */
  check(what: string): void {
    for (const region of this.#regions) region.check(what);
  }

  /** Gives all regions back. */
  clear(): void {
    for (const block of this.#blocks.splice(0)) block.release();
    this.#regions.length = 0;
  }

  #add<T extends Float32Array | Float64Array | Uint32Array | Uint8Array>(
    bytes: number,
    view: (block: Block) => () => T,
    rows: number,
    columns: number,
    stride: number,
  ): Region<T> {
    const block = this.memory.allocate((GUARD + bytes + GUARD + 3) & ~3);
    const number = this.#blocks.length;
    const words = block.words();
    for (let i = 0; i < words.length; i++) words[i] = canary(number, i);
    this.#blocks.push(block);
    const region = new Region(block, view(block), rows, columns, stride);
    this.#regions.push(region);
    return region;
  }
}

/** `call` on each share of 0 to `extent` between neighbouring `borders`. */
export function inShares(
  extent: number,
  borders: readonly number[],
  call: (begin: number, end: number) => void,
) {
  const all = [0, ...borders.filter((border) => border > 0 && border < extent), extent];
  for (let i = 1; i < all.length; i++) call(all[i - 1]!, all[i]!);
}
