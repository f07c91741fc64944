import layouts, { FIRST_OPERATION, type KernelFields as Fields } from "#embedded/records";

import { OP_END, OP_ROWS, RECORD_ARGUMENTS } from "../../assembly/abi.js";
import { brand } from "../common/brand.js";
import type { Address, Block, EngineMemory } from "./memory.js";
import { tileFor } from "./tiles.js";

/** The kernels that a plan can run, with the fields of their records, as their signatures in assembly/ have them. */
export type KernelFields = Fields<Address>;
export type KernelName = keyof KernelFields;

/** The operation of each kernel, and the names of its fields in the order of the record. */
const LAYOUTS = new Map(
  Object.entries(layouts).map(([name, fields], index) => [
    name as KernelName,
    { operation: FIRST_OPERATION + index, fields: fields.split(" ").map(toField) },
  ]),
);

/** A field by its name, which a mark of its type may stand before. */
function toField(marked: string): { readonly name: string; readonly float: boolean } {
  return { name: marked.replace(/^[~@+]/, ""), float: marked[0] === "~" };
}

/** Output rows are divided among threads in multiples of this, the widest tile's width. */
const GRAIN = 16;
/** Rows of a batch go through the whole forward and backward pass in blocks: a multiple of every tile's height, few
 * enough that their activations stay in the second-level cache. */
const ROW_BLOCK = 48;
/** Floats of activations in a block, where the rows are so short that more of them fit. */
const BLOCK_FLOATS = 48 * 1024;

/** A plan in the engine's memory, ready to run. */
export class Plan {
  /** Stays when a minifier renames the class. */
  static readonly name = "Plan";
  static {
    brand(Plan);
  }
  /** Where each phase starts; all threads finish one before any starts the next. */
  readonly phases: readonly Address[];
  /** Floating-point operations of its matrix products, to judge how long it takes. */
  readonly operations: number;
  /** The most threads that any of its calls can be divided among. */
  readonly shares: number;
  readonly #block: Block;
  readonly #list: number;

  constructor(
    memory: EngineMemory,
    words: readonly number[],
    starts: readonly number[],
    { operations, shares }: Pick<Plan, "operations" | "shares">,
  ) {
    this.operations = operations;
    this.shares = shares;
    this.#list = words.length * 4;
    this.#block = memory.allocate((words.length + starts.length) * 4);
    this.phases = starts.map((start) => this.#block.at(start * 4));
    this.#block.words().set([...words, ...this.phases]);
  }

  /** Where the address of phase `index` stands, and those of the later ones after it: a team's job. */
  listAt(index: number): Address {
    return this.#block.at(this.#list + index * 4);
  }

  /** Gives its memory back. */
  release(): void {
    this.#block.release();
  }
}

/** Writes a plan: the calls of kernels that one step consists of, in order. */
export class PlanBuilder {
  readonly #words: number[] = [];
  readonly #starts: number[] = [0];
  readonly #tile: number;
  readonly #float = new DataView(new ArrayBuffer(4));
  /** Floating-point operations of the matrix products so far. */
  operations = 0;
  /** The most shares that a call so far can be divided into. */
  shares = 1;

  /** @param tile the engine's tile of the matrix product */
  constructor(tile: number) {
    this.#tile = tile;
  }

  /** The tile of a product whose B has `columns`. */
  tileFor(columns: number): number {
    return tileFor(this.#tile, columns);
  }

  /** Starts a phase: what follows may read what any thread wrote before. */
  phase(): this {
    this.#record(OP_END, 0, 1, []);
    this.#starts.push(this.#words.length);
    return this;
  }

  /**
   * Runs what `body` adds over all rows, block after block. Every call in it has the same number of rows.
   *
   * @param floats activations of a row, of all layers
   */
  rows(count: number, floats: number, body: () => void): this {
    const start = this.#words.length;
    const blocks = Math.max(1, Math.floor(BLOCK_FLOATS / (ROW_BLOCK * floats)));
    this.#record(OP_ROWS, count, GRAIN, [0, ROW_BLOCK * blocks]);
    const inside = this.#words.length;
    body();
    this.#words[start + RECORD_ARGUMENTS] = this.#words.length - inside;
    return this;
  }

  /** Copies the plan into the engine's memory. */
  build(memory: EngineMemory): Plan {
    this.#record(OP_END, 0, 1, []);
    return new Plan(memory, this.#words, this.#starts, this);
  }

  /**
   * Adds a call of a kernel.
   *
   * @param extent how many items (rows of the output) there are to divide among threads
   * @param fields the kernel's parameters
   * @param grain threads get multiples of it
   */
  call<Name extends KernelName>(name: Name, extent: number, fields: KernelFields[Name], grain = GRAIN): this {
    const { operation, fields: layout } = LAYOUTS.get(name)!;
    const given = fields as Readonly<Record<string, number | boolean>>;
    const words = layout.map(({ name, float }) => this.#word(Number(given[name]), float));
    this.#record(operation, extent, grain, words);
    return this;
  }

  /** Adds C[rows, n] = seed + A[rows, k]·B. */
  product(rows: number, fields: Omit<KernelFields["gemm"], "tile">): this {
    this.operations += 2 * rows * fields.n * fields.k;
    return this.call("gemm", rows, { ...fields, tile: this.tileFor(fields.n) });
  }

  /** Packs rows of B[k, n] for a product. */
  packRows(k: number, n: number, source: Address, packed: Address): this {
    return this.call("packRows", k, { tile: this.tileFor(n), k, n, source, packed });
  }

  /** Packs rows of Bᵀ[n, k] for a product. */
  packTransposed(n: number, k: number, source: Address, packed: Address): this {
    return this.call("packTransposed", n, { tile: this.tileFor(n), k, n, source, packed });
  }

  #record(operation: number, extent: number, grain: number, fields: readonly number[]): void {
    this.shares = Math.max(this.shares, Math.ceil(extent / grain));
    this.#words.push(operation, RECORD_ARGUMENTS + fields.length, extent, grain, ...fields);
  }

  /** The 32 bits of a field. */
  #word(value: number, float: boolean): number {
    if (!float) return value;
    this.#float.setFloat32(0, value);
    return this.#float.getUint32(0);
  }
}
