import { STREAM_SHUFFLE } from "../../assembly/abi.js";
import { partsOf, type Rows } from "../data/samples.js";
import type { Scaling } from "../data/scaling.js";
import { Blocks } from "../engine/blocks.js";
import type { Engine } from "../engine/engine.js";
import type { Address, Block } from "../engine/memory.js";
import type { Work } from "../engine/turns.js";
import { type Seed, seedWords } from "../math/seed.js";
import type { Source } from "../network/trainingStep.js";
import { scaleAll } from "./scaledRows.js";

/** Where the batches of an epoch come from. */
export interface BatchSource {
  /** What the indices of a batch point into; known once it is open. */
  readonly source: Source;
  /** The most rows that a batch has. */
  readonly batchSize: number;
  /** Rows of an epoch, as soon as that is known. */
  readonly rows: number | undefined;
  /** Takes memory and readies the first epoch. */
  open(): Work<void>;
  /** Begins epoch `epoch`, counted from 0 over the whole life of the model. */
  begin(epoch: number): void;
  /** What has to be done, and may have to be waited for, before `next`; undefined where nothing ever has. */
  readonly refill: (() => Work<void>) | undefined;
  /** Goes to the next batch. Returns how many rows it has; 0 at the end of the epoch. */
  next(): number;
  /** Where the batch's indices into the source stand, u32 each. */
  readonly indices: Address;
  /** Where the places of its rows in the data set stand, u32 each: what noise is drawn by. */
  readonly places: Address;
  /** Whether it was the data that failed, rather than whatever else was done with them. */
  readonly failed: boolean;
  release(): void;
}

/** How batches are taken. */
export interface BatchOptions {
  readonly batchSize: number;
  readonly shuffle: boolean;
  readonly seed: Seed;
  /** What the samples are scaled by, which has learnt already. */
  readonly scaling: Scaling | undefined;
  /** Whether cross-entropy compares the values, scaled if they are, which must then lie in [0, 1]. */
  readonly unit: boolean;
}

/** The whole training data in the engine's memory, bytes as bytes unless they are scaled, and the order in which an epoch takes its rows. */
export class TrainingData implements BatchSource {
  readonly rows: number;
  readonly batchSize: number;
  readonly failed = false;
  readonly refill = undefined;
  readonly #engine: Engine;
  readonly #given: Rows;
  readonly #options: BatchOptions;
  readonly #blocks: Blocks;
  readonly #data: Block;
  readonly #indices: Block;
  readonly #kind: Source["kind"];
  /** Whether the indices are 0, 1, 2, … now. */
  #inOrder = false;
  /** Rows that came in this epoch, and how many of them before the batch. */
  #end = 0;
  #begin = 0;

  constructor(engine: Engine, given: Rows, options: BatchOptions) {
    this.rows = given.rows;
    this.batchSize = Math.min(options.batchSize, given.rows);
    this.#engine = engine;
    this.#given = given;
    this.#options = options;
    this.#blocks = new Blocks(engine.memory);
    this.#kind = kindOf(given, options.scaling);
    this.#data = this.#blocks.allocate(given.rows * given.columns * (this.#kind === "bytes" ? 1 : 4));
    this.#indices = this.#blocks.allocate(given.rows * 4);
  }

  get source(): Source {
    return { kind: this.#kind, at: this.#data.at(), rows: this.rows, inOrder: !this.#options.shuffle };
  }

  /**
   * Copies the samples in, scaled if they are, pausing now and then.
   *
   * @throws what `scaleAll` throws for one of them
   */
  *open(): Work<void> {
    const { scaling, unit } = this.#options;
    const { columns } = this.#given;
    if (scaling) {
      return yield* scaleAll(scaling, this.#given, 0, unit, (first) =>
        this.#data.floats(first * columns * 4),
      );
    }
    const target = this.#kind === "bytes" ? this.#data.view() : this.#data.floats();
    for (const { part, first } of partsOf(this.#given)) {
      target.set(part, first * columns);
      yield;
    }
  }

  /** Puts the rows in the order of the epoch. */
  begin(epoch: number): void {
    this.#begin = 0;
    this.#end = 0;
    const { shuffle, seed } = this.#options;
    if (!this.#inOrder) {
      const words = this.#indices.words();
      for (let i = 0; i < words.length; i++) words[i] = i;
    }
    this.#inOrder = !shuffle;
    if (!shuffle) return;
    const { kernels, scratch } = this.#engine;
    const [low, high] = seedWords(seed);
    kernels.shuffle(this.#indices.at(), this.rows, low, high, STREAM_SHUFFLE, epoch, scratch);
  }

  next(): number {
    this.#begin = this.#end;
    this.#end = Math.min(this.#begin + this.batchSize, this.rows);
    return this.#end - this.#begin;
  }

  get indices(): Address {
    return this.#indices.at(this.#begin * 4);
  }

  get places(): Address {
    return this.indices;
  }

  release(): void {
    this.#blocks.release();
  }
}

/** How rows are kept: bytes as bytes unless they are scaled. */
export function kindOf({ data }: Rows, scaling: Scaling | undefined): Source["kind"] {
  return data instanceof Uint8Array && !scaling ? "bytes" : "floats";
}
