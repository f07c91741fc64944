import layouts, { FIRST_OPERATION, type KernelFields as Fields } from "#embedded/records";

import { OP_END, OP_ROWS, RECORD_ARGUMENTS, SCRATCH_BYTES, TURNED_BYTES } from "../../assembly/abi.js";
import { brand } from "../common/brand.js";
import type { Address, Block, EngineMemory } from "./memory.js";
import type { AnyTensor, Tensor } from "./tensor.js";
import { tileFor } from "./tiles.js";

/**
 * The kernels that a plan can run, with the fields of their records, generated from their signatures in assembly/.
 * Strides are counted in floats.
 */
export type KernelFields = Fields<AnyTensor>;
export type KernelName = keyof KernelFields;

/** How a field is written into a record. */
interface Field {
  readonly name: string;
  readonly type: "address" | "float" | "integer" | "stride";
}

/** In a layout, each name has a prefix for its type; integers have none. */
const MARKS: Readonly<Record<string, Field["type"]>> = { "@": "address", "~": "float", "+": "stride" };

/** The operation number of each kernel, and its fields in the order of the record. */
const LAYOUTS = new Map(
  Object.entries(layouts).map(([name, fields], index) => [
    name as KernelName,
    { operation: FIRST_OPERATION + index, fields: fields.split(" ").map(toField) },
  ]),
);

function toField(marked: string): Field {
  const type = MARKS[marked[0]!];
  return type ? { name: marked.slice(1), type } : { name: marked, type: "integer" };
}

/** Output rows are divided among threads in multiples of this: the width of the widest tile. */
const GRAIN = 16;
/** Blocks of this many rows go through the whole forward and backward pass. A multiple of every tile's height, and
 * small enough that their activations stay in the level-2 cache. */
const ROW_BLOCK = 48;
/** Floats of activations in a block; if rows are short, a block has more rows, up to this size. */
const BLOCK_FLOATS = 48 * 1024;

/**
 * Kernels whose shares each go through all of the input: with more of them than threads, that would be done more often than
 * necessary.
 */
const THROUGH_ALL: ReadonlySet<KernelName> = new Set([
  "convolutionGradient",
  "narrowGradient",
  "recurrentGradient",
]);

/** From this many columns of the result on, a product turns a transposed A around before it multiplies. */
const TURNED_COLUMNS = 96;

/** A plan in the engine's memory, ready to run. */
export class Plan {
  /** Explicit, because a minifier may rename the class. */
  static readonly name = "Plan";
  static {
    brand(Plan);
  }
  /** Where each phase starts; all threads finish one before any starts the next. */
  readonly phases: readonly Address[];
  /** Floating-point operations of its matrix products, to estimate how long it takes. */
  readonly operations: number;
  /** The operations of each phase, and the most shares that its calls can be divided into. */
  readonly work: readonly PhaseWork[];
  /** The most threads that any of its calls can be divided among. */
  readonly shares: number;
  /** Bytes of scratch memory per thread, and the address of thread 0's; undefined if the usual size is enough. */
  readonly scratch: { readonly at: Address; readonly bytes: number } | undefined;
  readonly #block: Block;
  readonly #list: number;
  readonly #scratch: Block | undefined;

  constructor(memory: EngineMemory, words: readonly number[], starts: readonly number[], needs: PlanNeeds) {
    this.operations = needs.operations;
    this.work = needs.work;
    this.shares = Math.max(...needs.work.map(({ shares }) => shares));
    this.#list = words.length * 4;
    this.#block = memory.allocate((words.length + starts.length) * 4);
    this.phases = starts.map((start) => this.#block.at(start * 4));
    this.#block.words().set([...words, ...this.phases]);
    const { scratchBytes: bytes, threads } = needs;
    if (bytes <= SCRATCH_BYTES) return;
    try {
      this.#scratch = memory.allocate(threads * bytes);
      this.scratch = { at: this.#scratch.at(), bytes };
    } catch (error) {
      this.#block.release();
      throw error;
    }
  }

  /** Address in the list of phase addresses where the entry of phase `index` is stored; a team's job starts there. */
  listAt(index: number): Address {
    return this.#block.at(this.#list + index * 4);
  }

  /** Frees its memory. */
  release(): void {
    this.#block.release();
    this.#scratch?.release();
  }
}

/** How much there is to do in a phase. */
export interface PhaseWork {
  readonly operations: number;
  readonly shares: number;
  /** Whether it takes no longer in more shares than there are threads. */
  readonly divisible: boolean;
}

/** What a plan needs to run. */
interface PlanNeeds {
  readonly operations: number;
  readonly work: readonly PhaseWork[];
  readonly scratchBytes: number;
  readonly threads: number;
}

/** Writes a plan: the kernel calls of one step, in order. */
export class PlanBuilder {
  readonly #words: number[] = [];
  readonly #starts: number[] = [0];
  /** Operations before each phase, and the largest number of shares in it. */
  readonly #before: number[] = [0];
  readonly #phaseShares: number[] = [1];
  readonly #divisible: boolean[] = [true];
  readonly #tile: number;
  readonly #float = new DataView(new ArrayBuffer(4));
  /** Number of rows while `rows` is adding calls; otherwise undefined. */
  #blockRows: number | undefined;
  /** The most threads that will run it. */
  readonly threads: number;
  /** Floating-point operations of the matrix products so far. */
  operations = 0;
  /** Bytes of scratch memory that each thread needs. */
  scratchBytes = SCRATCH_BYTES;

  /** @param tile the engine's tile of the matrix product */
  constructor(tile: number, threads = 1) {
    this.#tile = tile;
    this.threads = threads;
  }

  /** Starts a phase: its calls may read what any thread wrote in earlier phases. */
  phase(): this {
    this.#record(OP_END, 0, 1, []);
    this.#starts.push(this.#words.length);
    this.#before.push(this.operations);
    this.#phaseShares.push(1);
    this.#divisible.push(true);
    return this;
  }

  /**
   * Runs the calls that `body` adds over all rows, block by block. Each of them has a fixed number of items per row: a
   * convolution, for example, has one for each position of an image.
   *
   * @param floats activations per row, of all layers together; 0 for one block of all rows
   */
  rows(count: number, floats: number, body: () => void): this {
    const start = this.#words.length;
    const blocks = Math.max(1, Math.floor(BLOCK_FLOATS / (ROW_BLOCK * floats)));
    this.#record(OP_ROWS, count, GRAIN, [0, floats > 0 ? ROW_BLOCK * blocks : count]);
    const inside = this.#words.length;
    this.#blockRows = count;
    body();
    this.#blockRows = undefined;
    this.#words[start + RECORD_ARGUMENTS] = this.#words.length - inside;
    return this;
  }

  /** How much there is to do in each phase so far. */
  get work(): PhaseWork[] {
    return this.#before.map((before, index) => ({
      operations: (this.#before[index + 1] ?? this.operations) - before,
      shares: this.#phaseShares[index]!,
      divisible: this.#divisible[index]!,
    }));
  }

  /** Makes sure that each thread has at least this many bytes of scratch memory. */
  scratch(bytes: number): this {
    this.scratchBytes = Math.max(this.scratchBytes, Math.ceil(bytes / SCRATCH_BYTES) * SCRATCH_BYTES);
    return this;
  }

  /** Copies the plan into the engine's memory. */
  build(memory: EngineMemory): Plan {
    this.#record(OP_END, 0, 1, []);
    return new Plan(memory, this.#words, this.#starts, this);
  }

  /**
   * Adds a kernel call.
   *
   * @param extent number of items (rows of the output) to divide among threads
   * @param fields the kernel's parameters
   * @param grain threads get multiples of it; within `rows`, they get whole rows
   */
  call<Name extends KernelName>(name: Name, extent: number, fields: KernelFields[Name], grain = GRAIN): this {
    const { operation, fields: layout } = LAYOUTS.get(name)!;
    if (THROUGH_ALL.has(name)) this.#divisible[this.#divisible.length - 1] = false;
    const given = fields as Readonly<Record<string, number | boolean | AnyTensor>>;
    const words = layout.map((field) => this.#word(given[field.name]!, field));
    this.#record(operation, extent, this.#blockRows === undefined ? grain : extent / this.#blockRows, words);
    return this;
  }

  /** The tile for a product whose B has `n` columns. */
  tileFor(n: number): number {
    return tileFor(this.#tile, n);
  }

  /** Adds C[rows, n] = seed + A[rows, k]·B. A may have any strides; C's rows are contiguous. */
  product({ a, b, seed, c, accumulate = false, packedColumns }: Product): this {
    const [rows, n] = c.shape as [number, number];
    const k = a.shape[1]!;
    this.operations += 2 * rows * n * k;
    const tile = tileFor(this.#tile, packedColumns ?? n);
    const result = { seed: accumulate ? c : seed, seedRow: accumulate ? n : 0, c, cRow: n };
    const [aRow, aStep] = a.strides as [number, number];
    if (aRow === 1 && aStep > 1 && n >= TURNED_COLUMNS) {
      this.scratch(TURNED_BYTES);
      return this.call("gemmTransposed", rows, { tile, n, k, a, aStep, b, ...result });
    }
    return this.call("gemm", rows, { tile, n, k, a, aRow, aStep, b, ...result });
  }

  /** Packs B[k, n] for a product; its k rows are divided among threads. */
  packRows(source: Tensor, packed: Tensor): this {
    const [k, n] = source.shape as [number, number];
    return this.call("packRows", k, { tile: tileFor(this.#tile, n), k, n, source, packed });
  }

  /** Packs B[k, n] for a product from its transpose [n, k]; the transpose's n rows are divided among threads. */
  packColumns(source: Tensor, packed: Tensor): this {
    const [n, k] = source.shape as [number, number];
    return this.call("packTransposed", n, { tile: tileFor(this.#tile, n), k, n, source, packed });
  }

  #record(operation: number, extent: number, grain: number, fields: readonly number[]): void {
    const shares = Math.ceil((this.#blockRows ?? extent) / (this.#blockRows ? GRAIN : grain));
    const phase = this.#phaseShares.length - 1;
    this.#phaseShares[phase] = Math.max(this.#phaseShares[phase]!, shares);
    this.#words.push(operation, RECORD_ARGUMENTS + fields.length, extent, grain, ...fields);
  }

  /** A field as the 32 bits that are stored. */
  #word(value: number | boolean | AnyTensor, { type }: Field): number {
    if (typeof value === "object") return value.address;
    if (type === "stride") return Number(value) * 4;
    if (type !== "float") return Number(value);
    this.#float.setFloat32(0, Number(value));
    return this.#float.getUint32(0);
  }
}

/** A matrix product. */
interface Product {
  /** [rows, k], any strides. */
  readonly a: Tensor;
  /** B[k, n], packed. */
  readonly b: Tensor;
  /** Initial value of every row of the result. */
  readonly seed: Tensor;
  /** [rows, n], contiguous rows. */
  readonly c: Tensor;
  /** Whether to add the result to C instead of starting from the seed. */
  readonly accumulate?: boolean;
  /** Columns that B was packed with, if the product needs only the first ones; default: those of C. */
  readonly packedColumns?: number;
}
