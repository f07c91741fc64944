import { STREAM_SHUFFLE } from "../../assembly/abi.js";
import { partsOf, type Rows } from "../data/samples.js";
import type { Scaling } from "../data/scaling.js";
import type { Engine } from "../engine/engine.js";
import { shuffle as shuffleRows } from "../engine/random.js";
import { Storage } from "../engine/storage.js";
import type { Tensor } from "../engine/tensor.js";
import type { Work } from "../engine/turns.js";
import type { Seed } from "../math/seed.js";
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
  readonly indices: Tensor<Uint32Array>;
  /** Where the places of its rows in the data set stand, u32 each: what noise is drawn by. */
  readonly places: Tensor<Uint32Array>;
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
  readonly #storage: Storage;
  readonly #data: Source["data"];
  readonly #indices: Tensor<Uint32Array>;
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
    this.#storage = new Storage(engine);
    this.#data = roomFor(this.#storage, given, options.scaling, given.rows);
    this.#indices = this.#storage.words(given.rows);
  }

  get source(): Source {
    return { data: this.#data, inOrder: !this.#options.shuffle };
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
      const target = this.#data.values as Float32Array;
      return yield* scaleAll(scaling, this.#given, 0, unit, (first) => target.subarray(first * columns));
    }
    const target = this.#data.values;
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
      const { values } = this.#indices;
      for (let i = 0; i < values.length; i++) values[i] = i;
    }
    this.#inOrder = !shuffle;
    if (!shuffle) return;
    shuffleRows(this.#engine, this.#indices, { seed, stream: STREAM_SHUFFLE, epoch });
  }

  next(): number {
    this.#begin = this.#end;
    this.#end = Math.min(this.#begin + this.batchSize, this.rows);
    return this.#end - this.#begin;
  }

  get indices(): Tensor<Uint32Array> {
    // Steps of a small data set take less time than a tensor's making.
    return this.#begin === 0 ? this.#indices : this.#indices.part(this.#begin);
  }

  get places(): Tensor<Uint32Array> {
    return this.indices;
  }

  release(): void {
    this.#storage.release();
  }
}

/** Room for rows as they are kept: bytes as bytes unless they are scaled. */
export function roomFor(
  storage: Storage,
  { data, columns }: Pick<Rows, "data" | "columns">,
  scaling: Scaling | undefined,
  rows: number,
): Source["data"] {
  return data instanceof Uint8Array && !scaling
    ? storage.octets(rows, columns)
    : storage.floats(rows, columns);
}
