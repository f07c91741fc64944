import { STREAM_SAMPLE } from "../assembly/abi.js";
import { integer, knownKeys } from "./check.js";
import { Engine } from "./engine/engine.js";
import type { EngineInfo, EngineOptions } from "./engine/options.js";
import { StateError } from "./errors.js";
import { Half } from "./half.js";
import { Lifetime } from "./lifetime.js";
import { Matrix } from "./matrix.js";
import {
  type AutoencoderDescription,
  type CheckedDescription,
  checkDescription,
} from "./model/description.js";
import { Learner } from "./model/learner.js";
import { Network } from "./model/network.js";
import { Scaling, type ScalingParameters } from "./model/scaling.js";
import { checkSeed, type Seed, seedWords } from "./model/seed.js";
import { toStack } from "./model/stack.js";
import { decodeModel, encodeModel } from "./modelFile.js";
import { checkUnits, type ErrorUnits, featureErrorsOf, rowErrorsOf } from "./training/errors.js";
import { fitModel } from "./training/fit.js";
import { emptyHistory, type History } from "./training/history.js";
import { checkFitOptions, type FitOptions, type FitSyncOptions } from "./training/options.js";
import { type Evaluation, evaluationOf, outputOf } from "./training/predict.js";
import { type Rows, type Samples, toRows } from "./training/samples.js";
import { runAtOnce, runInTurns, type Work } from "./training/turns.js";
import { type NamedWeight, readWeights, writeWeights } from "./weights.js";

/** What `Autoencoder.create` takes. */
export interface AutoencoderOptions extends AutoencoderDescription {
  /** How to calculate, or an engine to share with other models; default: an engine of its own. */
  engine?: EngineOptions | Engine;
}

/** What `encodeDistribution` gives: a normal distribution for each sample, [rows, latentSize] each. */
export interface CodeDistribution {
  readonly mean: Matrix;
  /** log σ². */
  readonly logVariance: Matrix;
}

/**
 * A network that squeezes samples through a narrow code and rebuilds them.
 *
 * Samples are row-major, one a row of `inputSize`: a `Float32Array`, a `Uint8Array` (kept as bytes, which stand for
 * themselves divided by 255), an array of rows, or a `Matrix`. Calculations are asynchronous and let the event loop
 * turn; each has a `…Sync` twin that runs at once on the calling thread. Asynchronous calls take turns, a training
 * step at a time. What is called at once, from a timer, while a long step of `fit` is under way sees that step half
 * done, weights included; what is called from `fit`'s callbacks sees whole steps.
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
  readonly #lifetime = new Lifetime();
  #disposal: Promise<void> | undefined;

  /** The half from sample to code, as a model of its own. */
  readonly encoder: Half;
  /** The half from code to sample, as a model of its own. */
  readonly decoder: Half;

  private constructor(engine: Engine, ownsEngine: boolean, description: CheckedDescription) {
    const { inputSize, optimizer, loss, scaling, seed } = description;
    this.#engine = engine;
    this.#ownsEngine = ownsEngine;
    this.#description = description;
    const scales = scaling && new Scaling(scaling, inputSize);
    this.#network = new Network(engine, toStack(description), scales);
    try {
      this.#network.initialize(seed);
      this.#learner = new Learner(this.#network, optimizer, loss, description);
    } catch (error) {
      this.#network.release();
      throw error;
    }
    const depth = this.#network.encoderDepth;
    this.encoder = new Half(this.#network, this.#network.layers.slice(0, depth), this.#lifetime);
    this.decoder = new Half(this.#network, this.#network.layers.slice(depth), this.#lifetime);
  }

  /**
   * Builds an autoencoder with freshly drawn weights.
   *
   * @throws {ArgumentError} for unknown names and values out of range
   * @throws {ShapeError} when the decoder does not end at `inputSize`, or tied halves do not mirror each other
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

  /** The codes of samples, [rows, latentSize]; of a variational model their means. */
  async encode(samples: Samples): Promise<Matrix> {
    return this.encoder.predict(samples);
  }

  /** `encode` on the calling thread. */
  encodeSync(samples: Samples): Matrix {
    return this.encoder.predictSync(samples);
  }

  /**
   * The distributions of the codes of samples, of a variational model.
   *
   * @throws {StateError} when the model has no gaussian latent
   */
  async encodeDistribution(samples: Samples): Promise<CodeDistribution> {
    return this.#run(this.#encodeDistribution(samples));
  }

  /** `encodeDistribution` on the calling thread. */
  encodeDistributionSync(samples: Samples): CodeDistribution {
    return this.#runSync(this.#encodeDistribution(samples));
  }

  /**
   * New samples of a variational model, [count, inputSize]: codes from the standard normal distribution, decoded.
   *
   * @param count how many, a positive integer
   * @param options.seed what the codes are drawn from; default the model's seed
   * @throws {StateError} when the model has no gaussian latent
   */
  async sample(count: number, options: { seed?: Seed } = {}): Promise<Matrix> {
    return this.decode(this.#drawCodes(count, options));
  }

  /** `sample` on the calling thread. */
  sampleSync(count: number, options: { seed?: Seed } = {}): Matrix {
    return this.decodeSync(this.#drawCodes(count, options));
  }

  /** Samples rebuilt from codes, [rows, inputSize]. */
  async decode(codes: Samples): Promise<Matrix> {
    return this.decoder.predict(codes);
  }

  /** `decode` on the calling thread. */
  decodeSync(codes: Samples): Matrix {
    return this.decoder.predictSync(codes);
  }

  /** Samples after encoding and decoding, [rows, inputSize]; of a variational model the codes' means are decoded. */
  async reconstruct(samples: Samples): Promise<Matrix> {
    return this.#run(outputOf(this.#network, this.#network.layers, this.#rows(samples)));
  }

  /** `reconstruct` on the calling thread. */
  reconstructSync(samples: Samples): Matrix {
    return this.#runSync(outputOf(this.#network, this.#network.layers, this.#rows(samples)));
  }

  /** Mean loss over the samples, with the penalties on weights, without corruption and penalties on activations. */
  async evaluate(samples: Samples): Promise<Evaluation> {
    return this.#run(evaluationOf(this.#learner, this.#rows(samples)));
  }

  /** `evaluate` on the calling thread. */
  evaluateSync(samples: Samples): Evaluation {
    return this.#runSync(evaluationOf(this.#learner, this.#rows(samples)));
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
    this.#lifetime.assertAlive();
    return readWeights(this.#network);
  }

  /**
   * Replaces all weights.
   *
   * @param weights what `getWeights` gives, in any order
   * @throws {ShapeError} {NonFiniteError} {ArgumentError} when one does not fit; nothing changes then
   */
  setWeights(weights: readonly NamedWeight[]): void {
    this.#lifetime.assertAlive();
    writeWeights(this.#network, weights);
  }

  /** The model as a safetensors file: weights, what the scaling has learnt, and the description in `__metadata__`. */
  toSafetensors(): Uint8Array {
    return encodeModel(this.#description, this.getWeights(), this.#network.scaling?.parameters);
  }

  /**
   * Ends what is still running on the model, waits until it has ended, and gives all memory back. A second call
   * returns the same promise.
   */
  dispose(): Promise<void> {
    this.#disposal ??= this.#end();
    return this.#disposal;
  }

  async #end(): Promise<void> {
    // Workers may be writing to the memory until the calls have ended.
    const ended = this.#lifetime.end();
    if (ended) await ended;
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
      lifetime: this.#lifetime,
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

  *#encodeDistribution(samples: Samples): Work<CodeDistribution> {
    const rows = this.#rows(samples);
    this.#assertVariational("encodeDistribution");
    const layers = this.#network.layers.slice(0, this.#network.encoderDepth);
    const heads = yield* outputOf(this.#network, layers, rows, true);
    const size = this.latentSize;
    const head = (first: number) => {
      const data = new Float32Array(rows.rows * size);
      for (let row = 0; row < rows.rows; row++) {
        const from = row * heads.columns + first;
        data.set(heads.data.subarray(from, from + size), row * size);
      }
      return new Matrix(data, rows.rows, size);
    };
    return { mean: head(0), logVariance: head(size) };
  }

  #drawCodes(count: number, options: { seed?: Seed }): Matrix {
    this.#lifetime.assertAlive();
    this.#assertVariational("sample");
    integer("count", count);
    knownKeys("sample", options, ["seed"]);
    const words = seedWords(checkSeed("seed", options.seed ?? this.#description.seed));
    const size = count * this.latentSize;
    const block = this.#engine.memory.allocate(size * 4);
    const { kernels, scratch } = this.#engine;
    kernels.randomNormal(block.at(), size, 0, 1, ...words, STREAM_SAMPLE, 0, 0, scratch);
    const codes = new Matrix(new Float32Array(block.floats(0, size)), count, this.latentSize);
    block.release();
    return codes;
  }

  #assertVariational(method: string): void {
    if (this.#description.latent) return;
    throw new StateError(`${method} needs a variational model, which has a latent such as gaussian(20)`);
  }

  #rows(samples: Samples): Rows {
    this.#lifetime.assertAlive();
    return toRows("samples", samples, this.inputSize);
  }

  async #run<T>(work: Work<T>): Promise<T> {
    return runInTurns(this.#engine, work, this.#lifetime);
  }

  #runSync<T>(work: Work<T>): T {
    return runAtOnce(this.#engine, work, this.#lifetime);
  }
}
