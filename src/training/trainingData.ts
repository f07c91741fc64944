import { STREAM_SHUFFLE } from "../../assembly/abi.js";
import type { Engine } from "../engine/engine.js";
import type { Address, Block } from "../engine/memory.js";
import type { Scaling } from "../model/scaling.js";
import { type Seed, seedWords } from "../model/seed.js";
import type { Source } from "../model/trainingStep.js";
import { ELEMENTS_PER_TURN, type Rows } from "./samples.js";
import { rowsPerTurn, scaleRows } from "./scaledRows.js";
import type { Work } from "./turns.js";

/** The training data in the engine's memory, bytes as bytes unless they are scaled, and the order in which an epoch takes its rows. */
export class TrainingData {
  readonly rows: number;
  readonly #engine: Engine;
  readonly #data: Block;
  readonly #indices: Block;
  readonly #kind: Source["kind"];
  /** Whether the indices are 0, 1, 2, … now. */
  #inOrder = false;
  readonly #scaling: Scaling | undefined;

  constructor(engine: Engine, { data, rows }: Rows, scaling: Scaling | undefined) {
    this.rows = rows;
    this.#engine = engine;
    this.#scaling = scaling;
    this.#kind = data instanceof Uint8Array && !scaling ? "bytes" : "floats";
    this.#data = engine.memory.allocate(data.length * (this.#kind === "bytes" ? 1 : 4));
    try {
      this.#indices = engine.memory.allocate(rows * 4);
    } catch (error) {
      this.#data.release();
      throw error;
    }
  }

  /** @param inOrder whether `order` will never be asked to shuffle */
  source(inOrder: boolean): Source {
    return { kind: this.#kind, at: this.#data.at(), rows: this.rows, inOrder };
  }

  /** Copies the samples in, pausing now and then. */
  *load(samples: Rows): Work<void> {
    if (this.#scaling) return yield* this.#loadScaled(this.#scaling, samples);
    const { data } = samples;
    const target = data instanceof Uint8Array ? this.#data.view() : this.#data.floats();
    for (let start = 0; start < data.length; start += ELEMENTS_PER_TURN) {
      target.set(data.subarray(start, start + ELEMENTS_PER_TURN), start);
      yield;
    }
  }

  *#loadScaled(scaling: Scaling, samples: Rows): Work<void> {
    const { rows, columns } = samples;
    const target = this.#data.floats();
    const step = rowsPerTurn(columns);
    for (let first = 0; first < rows; first += step) {
      const count = Math.min(step, rows - first);
      scaleRows(scaling, samples, first, count, target.subarray(first * columns));
      yield;
    }
  }

  /** Puts the rows in the order of epoch `epoch`, counted from 0 over the whole life of the model. */
  order(shuffle: boolean, seed: Seed, epoch: number): void {
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

  /** Address of the index of the row that comes at place `place`. */
  indexAt(place: number): Address {
    return this.#indices.at(place * 4);
  }

  release(): void {
    this.#indices.release();
    this.#data.release();
  }
}
