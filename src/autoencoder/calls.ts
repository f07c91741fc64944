import { type Rows, type Samples, toOwnRows, toRows } from "../data/samples.js";
import type { Engine } from "../engine/engine.js";
import type { Lifetime } from "../engine/lifetime.js";
import { runAtOnce, runInTurns, type Work } from "../engine/turns.js";
import { isStream, type SampleStream } from "../training/sampleStream.js";
import { predictChunks } from "./predictChunks.js";

/**
 * How the methods of a model, or of a half of it, run: in turns or at once, on samples in memory or chunk by chunk, and
 * only while the model lives.
 */
export class Calls {
  readonly #engine: Engine;
  readonly #lifetime: Lifetime;
  readonly #columns: number;
  readonly #input: string;

  /**
   * @param lifetime the model's lifetime
   * @param columns number of values in a row of the samples
   * @param input what errors call the samples
   */
  constructor(engine: Engine, lifetime: Lifetime, columns: number, input = "samples") {
    this.#engine = engine;
    this.#lifetime = lifetime;
    this.#columns = columns;
    this.#input = input;
  }

  /** Does work on the engine's threads. */
  async run<T>(work: Work<T>): Promise<T> {
    return runInTurns(this.#engine, work, this.#lifetime);
  }

  /** Does work on the calling thread. */
  runSync<T>(work: Work<T>): T {
    return runAtOnce(this.#engine, work, this.#lifetime);
  }

  /** Applies `work` to samples in memory, or to each chunk of a stream. */
  predict<T>(
    samples: Samples | SampleStream,
    work: (rows: Rows) => Work<T>,
  ): Promise<T> | AsyncGenerator<T, void, void> {
    if (!isStream(samples)) return (async () => this.run(work(this.rows(samples, toOwnRows))))();
    const input = { name: this.#input, stream: samples, columns: this.#columns };
    return predictChunks((part) => this.run(part), input, work, this.#lifetime);
  }

  /** Applies `work` to samples in memory, on the calling thread. */
  predictSync<T>(samples: Samples, work: (rows: Rows) => Work<T>): T {
    return this.runSync(work(this.rows(samples, toRows)));
  }

  /**
   * The samples of a call with their shape checked.
   *
   * @param read `toOwnRows` for a call that returns before its work is done
   * @throws {StateError} if the model was disposed of
   */
  rows(samples: Samples, read: typeof toRows): Rows {
    this.#lifetime.assertAlive();
    return read(this.#input, samples, this.#columns);
  }
}
