import { Engine } from "./engine/engine.js";
import type { EngineInfo, EngineOptions } from "./engine/options.js";
import { StateError } from "./errors.js";
import { Half } from "./half.js";
import type { Matrix } from "./matrix.js";
import {
  type AutoencoderDescription,
  type CheckedDescription,
  checkDescription,
} from "./model/description.js";
import { Learner } from "./model/learner.js";
import { Network } from "./model/network.js";
import { Scaling, type ScalingParameters } from "./model/scaling.js";
import { decodeModel, encodeModel } from "./modelFile.js";
import { checkUnits, type ErrorUnits, featureErrorsOf, rowErrorsOf } from "./training/errors.js";
import { fitModel } from "./training/fit.js";
import { emptyHistory, type History } from "./training/history.js";
import { checkFitOptions, type FitOptions, type FitSyncOptions } from "./training/options.js";
import { lossOf, outputOf } from "./training/predict.js";
import { type Rows, type Samples, toRows } from "./training/samples.js";
import { runAtOnce, runInTurns, type Work } from "./training/turns.js";
import { type NamedWeight, readWeights, writeWeights } from "./weights.js";

/** What `Autoencoder.create` takes. */
export interface AutoencoderOptions extends AutoencoderDescription {
  /** How to calculate, or an engine to share with other models; default: an engine of its own. */
  engine?: EngineOptions | Engine;
}

/** What `evaluate` gives. */
export interface Evaluation {
  /** Mean over the samples of the model's loss. */
  readonly loss: number;
}

/**
 * A network that squeezes samples through a narrow code and rebuilds them.
 *
 * Samples are row-major, one a row of `inputSize`: a `Float32Array`, a `Uint8Array` (kept as bytes, which stand for
 * themselves divided by 255), an array of rows, or a `Matrix`. Calculations are asynchronous and let the event loop
 * turn; each has a `…Sync` twin that runs at once on the calling thread.
 */
export class Autoencoder {
  readonly #engine: Engine;
  readonly #ownsEngine: boolean;
  readonly #description: CheckedDescription;
  readonly #network: Network;
  readonly #learner: Learner;
  #history: History = emptyHistory();
  #epochs = 0;
  #training = false;
  #disposed = false;

  /** The half from sample to code, as a model of its own. */
  readonly encoder: Half;
  /** The half from code to sample, as a model of its own. */
  readonly decoder: Half;

  private constructor(engine: Engine, ownsEngine: boolean, description: CheckedDescription) {
    const { inputSize, encoder, decoder, optimizer, loss, scaling, seed } = description;
    this.#engine = engine;
    this.#ownsEngine = ownsEngine;
    this.#description = description;
    const scales = scaling && new Scaling(scaling, inputSize);
    this.#network = new Network(engine, inputSize, encoder, decoder, scales);
    try {
      this.#network.initialize(seed);
      this.#learner = new Learner(this.#network, optimizer, loss);
    } catch (error) {
      this.#network.release();
      throw error;
    }
    const depth = encoder.length;
    const guard = () => this.#assertAlive();
    this.encoder = new Half(this.#network, this.#network.layers.slice(0, depth), guard);
    this.decoder = new Half(this.#network, this.#network.layers.slice(depth), guard);
  }

  /**
   * Builds an autoencoder with freshly drawn weights.
   *
   * @throws {ArgumentError} for unknown names and values out of range
   * @throws {ShapeError} when the decoder does not end at `inputSize`
   * @throws {OutOfMemoryError} when the parameters do not fit a WebAssembly memory
   */
  static async create(options: AutoencoderOptions): Promise<Autoencoder> {
    const { engine, ...description } = options ?? {};
    return Autoencoder.#build(checkDescription(description), engine);
  }

  /**
   * The model that `toSafetensors` wrote, to the bit.
   *
   * @param options.engine how to calculate, as in `create`; it is not part of the file
   * @throws {FormatError} when the bytes are not such a file
   */
  static async fromSafetensors(
    bytes: Uint8Array,
    options: { engine?: EngineOptions | Engine } = {},
  ): Promise<Autoencoder> {
    const { description, weights, scaling } = decodeModel(bytes);
    const model = await Autoencoder.#build(description, options.engine);
    try {
      writeWeights(model.#network, weights);
      if (scaling) model.#network.scaling!.parameters = scaling;
      return model;
    } catch (error) {
      await model.dispose();
      throw error;
    }
  }

  static async #build(
    description: CheckedDescription,
    engine: EngineOptions | Engine = {},
  ): Promise<Autoencoder> {
    const owns = !(engine instanceof Engine);
    const used = owns ? await Engine.create(engine) : engine;
    try {
      return new Autoencoder(used, owns, description);
    } catch (error) {
      if (owns) await used.dispose();
      throw error;
    }
  }

  /** Width of a sample. */
  get inputSize(): number {
    return this.#network.inputSize;
  }

  /** Width of the code. */
  get latentSize(): number {
    return this.#network.latentSize;
  }

  /** Number of weights and biases. */
  get parameterCount(): number {
    return this.#network.parameters.reduce((sum, { rows, columns }) => sum + rows * columns, 0);
  }

  /** Layers, loss, optimizer and seed, with all defaults filled in. */
  get description(): CheckedDescription {
    return this.#description;
  }

  /** Copies of what the model's `scaling` has learnt; undefined without one, and before the first `fit`. */
  get scaling(): ScalingParameters | undefined {
    const { offset, scale } = this.#network.scaling?.parameters ?? {};
    return offset && scale && { offset: offset.slice(), scale: scale.slice() };
  }

  /** What the model runs on. */
  get engine(): EngineInfo {
    return this.#engine.info;
  }

  /** History of the last training, up to its abort if it was aborted. */
  get history(): History {
    return this.#history;
  }

  /**
   * Trains the model to rebuild the samples. A second call goes on from the first, with the scaling that the first
   * one learnt, if the model has one.
   *
   * @throws {ShapeError} {NonFiniteError} {ArgumentError} for unfit samples or options, before anything changes
   * @throws {DivergedError} when the loss stops being finite; the weights from before that epoch are kept
   * @throws {StateError} when the model is being trained already, or was disposed of
   */
  async fit(samples: Samples, options: FitOptions = {}): Promise<History> {
    return this.#run(this.#fit(samples, options));
  }

  /** `fit` on the calling thread, which it blocks. */
  fitSync(samples: Samples, options: FitSyncOptions = {}): History {
    return this.#runSync(this.#fit(samples, options));
  }

  /** The codes of samples, [rows, latentSize]. */
  async encode(samples: Samples): Promise<Matrix> {
    return this.encoder.predict(samples);
  }

  /** `encode` on the calling thread. */
  encodeSync(samples: Samples): Matrix {
    return this.encoder.predictSync(samples);
  }

  /** Samples rebuilt from codes, [rows, inputSize]. */
  async decode(codes: Samples): Promise<Matrix> {
    return this.decoder.predict(codes);
  }

  /** `decode` on the calling thread. */
  decodeSync(codes: Samples): Matrix {
    return this.decoder.predictSync(codes);
  }

  /** Samples after encoding and decoding, [rows, inputSize]. */
  async reconstruct(samples: Samples): Promise<Matrix> {
    return this.#run(outputOf(this.#network, this.#network.layers, this.#rows(samples)));
  }

  /** `reconstruct` on the calling thread. */
  reconstructSync(samples: Samples): Matrix {
    return this.#runSync(outputOf(this.#network, this.#network.layers, this.#rows(samples)));
  }

  /** Mean loss over the samples. */
  async evaluate(samples: Samples): Promise<Evaluation> {
    return { loss: await this.#run(lossOf(this.#network, this.#description.loss, this.#rows(samples))) };
  }

  /** `evaluate` on the calling thread. */
  evaluateSync(samples: Samples): Evaluation {
    return { loss: this.#runSync(lossOf(this.#network, this.#description.loss, this.#rows(samples))) };
  }

  /**
   * Mean squared error of each sample's reconstruction, whatever the model's loss is; one a row.
   *
   * @throws {ShapeError} {NonFiniteError} {ArgumentError} for unfit samples or options
   */
  async reconstructionError(samples: Samples, options: ErrorUnits = {}): Promise<Float32Array> {
    return this.#run(rowErrorsOf(this.#network, this.#rows(samples), checkUnits(options)));
  }

  /** `reconstructionError` on the calling thread. */
  reconstructionErrorSync(samples: Samples, options: ErrorUnits = {}): Float32Array {
    return this.#runSync(rowErrorsOf(this.#network, this.#rows(samples), checkUnits(options)));
  }

  /**
   * Squared error of each value of each sample's reconstruction, [rows, inputSize]; the mean of a row is what
   * `reconstructionError` gives. Errors as there.
   */
  async reconstructionErrorPerFeature(samples: Samples, options: ErrorUnits = {}): Promise<Matrix> {
    return this.#run(featureErrorsOf(this.#network, this.#rows(samples), checkUnits(options)));
  }

  /** `reconstructionErrorPerFeature` on the calling thread. */
  reconstructionErrorPerFeatureSync(samples: Samples, options: ErrorUnits = {}): Matrix {
    return this.#runSync(featureErrorsOf(this.#network, this.#rows(samples), checkUnits(options)));
  }

  /** Copies of all weights, named and shaped as PyTorch's `Linear` has them; a scaling is not among them. */
  getWeights(): NamedWeight[] {
    this.#assertAlive();
    return readWeights(this.#network);
  }

  /**
   * Replaces all weights.
   *
   * @param weights what `getWeights` gives, in any order
   * @throws {ShapeError} {NonFiniteError} {ArgumentError} when one does not fit; nothing changes then
   */
  setWeights(weights: readonly NamedWeight[]): void {
    this.#assertAlive();
    writeWeights(this.#network, weights);
  }

  /** The model as a safetensors file: weights, what the scaling has learnt, and the description in `__metadata__`. */
  toSafetensors(): Uint8Array {
    return encodeModel(this.#description, this.getWeights(), this.#network.scaling?.parameters);
  }

  /** Gives all memory back, and ends what is still running on the model. A second call does nothing. */
  async dispose(): Promise<void> {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#learner.release();
    this.#network.release();
    if (this.#ownsEngine) await this.#engine.dispose();
  }

  *#fit(samples: Samples, options: FitOptions): Work<History> {
    const checked = checkFitOptions(options);
    const rows = this.#rows(samples);
    if (this.#training) throw new StateError("the model is being trained already");
    this.#training = true;
    let started: History | undefined;
    const context = {
      learner: this.#learner,
      seed: this.#description.seed,
      firstEpoch: this.#epochs,
      onHistory: (history: History) => {
        this.#history = history;
        started = history;
      },
    };
    try {
      return yield* fitModel(context, rows, checked);
    } finally {
      this.#training = false;
      this.#epochs += started?.loss.length ?? 0;
    }
  }

  #rows(samples: Samples): Rows {
    this.#assertAlive();
    return toRows("samples", samples, this.inputSize);
  }

  async #run<T>(work: Work<T>): Promise<T> {
    return runInTurns(this.#engine, work, () => this.#assertAlive());
  }

  #runSync<T>(work: Work<T>): T {
    return runAtOnce(this.#engine, work, () => this.#assertAlive());
  }

  #assertAlive(): void {
    if (this.#disposed) throw new StateError("the model was disposed of");
  }
}
