import { STREAM_SHUFFLE } from "../../assembly/abi.js";
import type { ExampleRows } from "../data/examples.js";
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
  /** What the indices of a batch refer to; known after `open`. */
  readonly source: Source;
  /** The largest number of rows in a batch. */
  readonly batchSize: number;
  /** Number of rows in an epoch, as soon as it is known. */
  readonly rows: number | undefined;
  /** Allocates memory and prepares the first epoch. */
  open(): Work<void>;
  /** Starts epoch `epoch`, counted from 0 over the whole life of the model. */
  begin(epoch: number): void;
  /** Work to do, and possibly wait for, before `next`; undefined if there never is any. */
  readonly refill: (() => Work<void>) | undefined;
  /** Moves to the next batch. Returns its number of rows; 0 at the end of the epoch. */
  next(): number;
  /** The batch's row indices into the source, u32 each. */
  readonly indices: Tensor<Uint32Array>;
  /** The positions of its rows in the data set, u32 each; they determine the noise. */
  readonly places: Tensor<Uint32Array>;
  /** Whether an error came from the data, not from other work. */
  readonly failed: boolean;
  release(): void;
}

/** How to form batches. */
export interface BatchOptions {
  readonly batchSize: number;
  readonly shuffle: boolean;
  readonly seed: Seed;
  /** The scaling of the samples, already learned. */
  readonly scaling: Scaling | undefined;
  /** Whether cross-entropy compares the values (after scaling, if any), which must then lie in [0, 1]. */
  readonly unit: boolean;
}

/**
 * All training data in the engine's memory (bytes as bytes, unless they are scaled), and the order of its rows in an
 * epoch.
 */
export class TrainingData implements BatchSource {
  readonly rows: number;
  readonly batchSize: number;
  readonly failed = false;
  readonly refill = undefined;
  readonly #engine: Engine;
  readonly #given: ExampleRows;
  readonly #options: BatchOptions;
  readonly #storage: Storage;
  readonly #data: Stored;
  readonly #targets: Stored | undefined;
  readonly #weights: Tensor | undefined;
  readonly #indices: Tensor<Uint32Array>;
  /** Whether the indices are currently 0, 1, 2, … */
  #inOrder = false;
  /** Rows used in this epoch up to the end of the batch, and up to its start. */
  #end = 0;
  #begin = 0;

  constructor(engine: Engine, given: ExampleRows, options: BatchOptions) {
    this.rows = given.rows;
    this.batchSize = Math.min(options.batchSize, given.rows);
    this.#engine = engine;
    this.#given = given;
    this.#options = options;
    this.#storage = new Storage(engine);
    const { targets, weights } = given;
    this.#data = roomFor(this.#storage, given, options.scaling, given.rows);
    this.#targets = targets && roomFor(this.#storage, targets, options.scaling, given.rows);
    this.#weights = weights && this.#storage.floats(given.rows);
    this.#indices = this.#storage.words(given.rows);
  }

  get source(): Source {
    return sourceOf(this.#data, this.#targets, this.#weights, !this.#options.shuffle);
  }

  /**
   * Copies in the samples and their targets, scaled if needed, pausing now and then.
   *
   * @throws the errors of `scaleAll`
   */
  *open(): Work<void> {
    const { unit } = this.#options;
    const { targets, weights } = this.#given;
    // Cross-entropy compares the output with the targets, so only these must lie in [0, 1].
    yield* this.#copy(this.#given, this.#data, unit && !targets);
    if (targets) yield* this.#copy(targets, this.#targets!, unit);
    if (weights) this.#weights!.values.set(weights);
  }

  *#copy(rows: Rows, { values: target }: Stored, unit: boolean): Work<void> {
    const { scaling } = this.#options;
    const { columns } = rows;
    if (scaling) {
      const floats = target as Float32Array;
      return yield* scaleAll(scaling, rows, 0, unit, (first) => floats.subarray(first * columns));
    }
    for (const { part, first } of partsOf(rows)) {
      target.set(part, first * columns);
      yield;
    }
  }

  /** Puts the rows into the epoch's order. */
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
    // For a small data set, creating a tensor takes longer than a step.
    return this.#begin === 0 ? this.#indices : this.#indices.part(this.#begin);
  }

  get places(): Tensor<Uint32Array> {
    return this.indices;
  }

  release(): void {
    this.#storage.release();
  }
}

/** Rows in the engine's memory. */
export type Stored = Source["data"];

/** What a step reads from. */
export function sourceOf(
  data: Stored,
  targets: Stored | undefined,
  weights: Tensor | undefined,
  inOrder: boolean,
): Source {
  return { data, inOrder, ...(targets && { targets }), ...(weights && { weights }) };
}

/** Memory for rows as they are stored: bytes as bytes, unless they are scaled. */
export function roomFor(
  storage: Storage,
  { data, columns }: Pick<Rows, "data" | "columns">,
  scaling: Scaling | undefined,
  rows: number,
): Stored {
  return data instanceof Uint8Array && !scaling
    ? storage.octets(rows, columns)
    : storage.floats(rows, columns);
}
