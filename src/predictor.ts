import { Half } from "./half.js";
import type { Matrix } from "./matrix.js";
import type { LossName } from "./model/losses.js";
import type { Network } from "./model/network.js";
import { lossesOf, meanLosses, outputOf } from "./training/predict.js";
import { predictChunks } from "./training/predictChunks.js";
import { type Rows, type Samples, toRows } from "./training/samples.js";
import { isStream, type SampleStream, type StreamedRows, toInput } from "./training/stream.js";
import { runAtOnce, runInTurns, type Work } from "./training/turns.js";

/** What `evaluate` gives. */
export interface Evaluation {
  /** Mean over the samples of the model's loss. */
  readonly loss: number;
}

/** What an autoencoder does with samples, however it came by its weights. */
export abstract class Predictor {
  readonly #network: Network;
  readonly #loss: LossName;
  readonly #guard: () => void;

  /** The half from sample to code, as a model of its own. */
  readonly encoder: Half;
  /** The half from code to sample, as a model of its own. */
  readonly decoder: Half;

  /** @param guard throws when the model was disposed of */
  constructor(network: Network, loss: LossName, guard: () => void) {
    this.#network = network;
    this.#loss = loss;
    this.#guard = guard;
    const { layers, encoderDepth } = network;
    this.encoder = new Half(network, layers.slice(0, encoderDepth), guard);
    this.decoder = new Half(network, layers.slice(encoderDepth), guard);
  }

  /** Width of a sample. */
  get inputSize(): number {
    return this.#network.inputSize;
  }

  /** Width of the code. */
  get latentSize(): number {
    return this.#network.latentSize;
  }

  /** The codes of samples, [rows, latentSize]. */
  encode(samples: Samples): Promise<Matrix>;
  encode(stream: SampleStream): AsyncGenerator<Matrix, void, void>;
  encode(samples: Samples | SampleStream) {
    return this.encoder.predict(samples);
  }

  /** `encode` on the calling thread. */
  encodeSync(samples: Samples): Matrix {
    return this.encoder.predictSync(samples);
  }

  /** Samples rebuilt from codes, [rows, inputSize]. */
  decode(codes: Samples): Promise<Matrix>;
  decode(stream: SampleStream): AsyncGenerator<Matrix, void, void>;
  decode(codes: Samples | SampleStream) {
    return this.decoder.predict(codes);
  }

  /** `decode` on the calling thread. */
  decodeSync(codes: Samples): Matrix {
    return this.decoder.predictSync(codes);
  }

  /** Samples after encoding and decoding, [rows, inputSize]. */
  reconstruct(samples: Samples): Promise<Matrix>;
  reconstruct(stream: SampleStream): AsyncGenerator<Matrix, void, void>;
  reconstruct(samples: Samples | SampleStream) {
    return this.#predict(samples, (rows) => outputOf(this.#network, this.#network.layers, rows));
  }

  /** `reconstruct` on the calling thread. */
  reconstructSync(samples: Samples): Matrix {
    return this.#runSync(outputOf(this.#network, this.#network.layers, this.#rows(samples)));
  }

  /** Mean loss over the samples. */
  async evaluate(samples: Samples | SampleStream): Promise<Evaluation> {
    return this.#run(this.#evaluate(this.#input(samples)));
  }

  /** `evaluate` on the calling thread. */
  evaluateSync(samples: Samples): Evaluation {
    return this.#runSync(this.#evaluate(this.#rows(samples)));
  }

  /** Mean squared error of each sample's reconstruction, whatever the model's loss is; one a row. */
  reconstructionError(samples: Samples): Promise<Float32Array>;
  reconstructionError(stream: SampleStream): AsyncGenerator<Float32Array, void, void>;
  reconstructionError(samples: Samples | SampleStream) {
    return this.#predict(samples, (rows) => this.#errors(rows));
  }

  /** `reconstructionError` on the calling thread. */
  reconstructionErrorSync(samples: Samples): Float32Array {
    return this.#runSync(this.#errors(this.#rows(samples)));
  }

  *#evaluate(input: Rows | StreamedRows): Work<Evaluation> {
    const [loss] = yield* meanLosses(this.#network, [this.#loss], input);
    return { loss: loss! };
  }

  *#errors(rows: Rows): Work<Float32Array> {
    return new Float32Array(yield* lossesOf(this.#network, "meanSquaredError", rows));
  }

  /** What `work` makes of samples at once, or of each chunk of a stream. */
  #predict<T>(
    samples: Samples | SampleStream,
    work: (rows: Rows) => Work<T>,
  ): Promise<T> | AsyncGenerator<T, void, void> {
    if (!isStream(samples)) return (async () => this.#run(work(this.#rows(samples))))();
    const input = { name: "samples", stream: samples, columns: this.inputSize };
    return predictChunks((part) => this.#run(part), input, work, this.#guard);
  }

  #rows(samples: Samples): Rows {
    this.#guard();
    return toRows("samples", samples, this.inputSize);
  }

  #input(samples: Samples | SampleStream): Rows | StreamedRows {
    this.#guard();
    return toInput("samples", samples, this.inputSize);
  }

  async #run<T>(work: Work<T>): Promise<T> {
    return runInTurns(this.#network.engine, work, this.#guard);
  }

  #runSync<T>(work: Work<T>): T {
    return runAtOnce(this.#network.engine, work, this.#guard);
  }
}
