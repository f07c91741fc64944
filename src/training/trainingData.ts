import { STREAM_SHUFFLE } from "../../assembly/abi.js";
import type { Engine } from "../engine/engine.js";
import type { Address, Block } from "../engine/memory.js";
import { Blocks } from "../model/blocks.js";
import { type Seed, seedWords } from "../model/seed.js";
import type { Source } from "../model/trainingStep.js";
import { ELEMENTS_PER_TURN, type Rows } from "./samples.js";
import type { Work } from "./turns.js";

/** The rows of one step. */
export interface Batch {
  readonly rows: number;
  /** Where their indices into the source stand, u32 each. */
  readonly indices: Address;
}

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
  /** The next batch, valid until the one after it is asked for; undefined at the end of the epoch. */
  next(): Work<Batch | undefined>;
  /** Whether it was the data that failed, rather than whatever else was done with them. */
  readonly failed: boolean;
  release(): void;
}

/** How batches are taken. */
export interface BatchOptions {
  readonly batchSize: number;
  readonly shuffle: boolean;
  readonly seed: Seed;
}

/** The whole training data in the engine's memory, bytes as bytes, and the order in which an epoch takes its rows. */
export class TrainingData implements BatchSource {
  readonly rows: number;
  readonly batchSize: number;
  readonly failed = false;
  readonly #engine: Engine;
  readonly #given: Rows;
  readonly #options: BatchOptions;
  readonly #blocks: Blocks;
  readonly #data: Block;
  readonly #indices: Block;
  #place = 0;

  constructor(engine: Engine, given: Rows, options: BatchOptions) {
    this.rows = given.rows;
    this.batchSize = Math.min(options.batchSize, given.rows);
    this.#engine = engine;
    this.#given = given;
    this.#options = options;
    this.#blocks = new Blocks(engine.memory);
    this.#data = this.#blocks.allocate(given.data.byteLength);
    this.#indices = this.#blocks.allocate(given.rows * 4);
  }

  get source(): Source {
    return { kind: this.#given.data instanceof Uint8Array ? "bytes" : "floats", at: this.#data.at() };
  }

  /** Copies the samples in, pausing now and then. */
  *open(): Work<void> {
    const { data } = this.#given;
    const target = data instanceof Uint8Array ? this.#data.view() : this.#data.floats();
    for (let start = 0; start < data.length; start += ELEMENTS_PER_TURN) {
      target.set(data.subarray(start, start + ELEMENTS_PER_TURN), start);
      yield;
    }
  }

  /** Puts the rows in the order of the epoch. */
  begin(epoch: number): void {
    this.#place = 0;
    const words = this.#indices.words();
    for (let i = 0; i < words.length; i++) words[i] = i;
    if (!this.#options.shuffle) return;
    const { kernels, scratch } = this.#engine;
    const [low, high] = seedWords(this.#options.seed);
    kernels.shuffle(this.#indices.at(), this.rows, low, high, STREAM_SHUFFLE, epoch, scratch);
  }

  // biome-ignore lint/correctness/useYield: work of other sources waits here
  *next(): Work<Batch | undefined> {
    const rows = Math.min(this.batchSize, this.rows - this.#place);
    if (rows === 0) return undefined;
    const indices = this.#indices.at(this.#place * 4);
    this.#place += rows;
    return { rows, indices };
  }

  release(): void {
    this.#blocks.release();
  }
}
