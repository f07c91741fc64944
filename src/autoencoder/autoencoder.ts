import { brand } from "../common/brand.js";
import { knownKeys, requireOptions, requireSampleOptions, show } from "../common/check.js";
import { ArgumentError } from "../common/errors.js";
import type { Samples } from "../data/samples.js";
import { Scaling, type ScalingParameters } from "../data/scaling.js";
import { Engine, isEngine } from "../engine/engine.js";
import type { EngineInfo, EngineOptions } from "../engine/engineOptions.js";
import { Lifetime } from "../engine/lifetime.js";
import { runAtOnce, runInTurns, type Work } from "../engine/turns.js";
import {
  type AutoencoderDescription,
  type CheckedDescription,
  checkDescription,
  stackOf,
} from "../network/description.js";
import { Learner } from "../network/learner.js";
import { type NamedWeight, readWeights, writeWeights } from "../network/namedWeights.js";
import { Network } from "../network/network.js";
import { layerSummaries, type Summary, summaryTable } from "../network/summary.js";
import { decodeCheckpoint, encodeCheckpoint, toLearnerState } from "../saving/checkpoint.js";
import {
  checkMetadata,
  decodeModelFile,
  encodeModel,
  type ModelFileOptions,
  type SafetensorsFile,
} from "../saving/modelFile.js";
import { epochsOf } from "../training/epochIterator.js";
import type { FitOptions, FitSyncOptions } from "../training/fitOptions.js";
import type { History } from "../training/history.js";
import type { EpochLog } from "../training/logs.js";
import type { TrainingOptions } from "../training/progress.js";
import type { SampleStream } from "../training/sampleStream.js";
import { Trainer } from "../training/trainer.js";
import { Predictor } from "./predictor.js";

/** Tells the class's own use of its constructor from others'. */
const KEY = Symbol("Autoencoder");

/** What `Autoencoder.create` takes. */
export interface AutoencoderOptions extends AutoencoderDescription {
  /** How to calculate, or an engine to share with other models; default: an engine of its own. */
  engine?: EngineOptions | Engine;
}

/**
 * A network that squeezes samples through a narrow code and rebuilds them.
 *
 * Samples are row-major, one a row of `inputSize`: any typed array of numbers, a plain array of numbers or of rows, or a
 * `Matrix`. Bytes stand for themselves divided by 255 and stay bytes in memory; 64-bit numbers keep their precision until
 * they are scaled. A method that takes a stream also takes chunks of any number of rows, from an async iterable or a
 * function that gives an iterable. Memory is then bounded, and predictions come chunk by chunk, too.
 *
 * Calculations are asynchronous and let the event loop turn. Up to 4 million values are copied before a call returns its
 * promise, so they may change right after it; keep more than that as they are until the promise is settled. Each method has
 * a `…Sync` twin that runs at once on the calling thread. Asynchronous calls take turns, a training step at a time. A
 * `…Sync` call from a timer, while a long step of `fit` runs, sees that step half done, weights included; calls from
 * `fit`'s callbacks see whole steps.
 */
export class Autoencoder extends Predictor {
  /** Stays when a minifier renames the class. */
  static override readonly name = "Autoencoder";
  static {
    brand(Autoencoder);
  }
  readonly #engine: Engine;
  readonly #ownsEngine: boolean;
  readonly #description: CheckedDescription;
  readonly #learner: Learner;
  readonly #trainer: Trainer;
  readonly #lifetime: Lifetime;
  #disposal: Promise<void> | undefined;

  private constructor(
    key: typeof KEY,
    engine: Engine,
    ownsEngine: boolean,
    description: CheckedDescription,
    start: Start,
  ) {
    // JavaScript does not know of private constructors.
    if (key !== KEY) {
      throw new ArgumentError(
        "new Autoencoder(…) cannot wait for the kernels; write await Autoencoder.create({ … })",
      );
    }
    const learner = assemble(engine, description, start);
    const lifetime = new Lifetime();
    super(learner, lifetime);
    this.#engine = engine;
    this.#ownsEngine = ownsEngine;
    this.#description = description;
    this.#learner = learner;
    this.#lifetime = lifetime;
    this.#trainer = new Trainer(learner, this, lifetime);
  }

  /**
   * Builds an autoencoder with freshly drawn weights.
   *
   * @throws {ArgumentError} for unknown names and values out of range
   * @throws {ShapeError} when the decoder does not end at `inputSize`, or tied halves do not mirror each other
   * @throws {OutOfMemoryError} when the parameters do not fit a WebAssembly memory
   *
   * @example
   * ```ts
   * import { Autoencoder, dense } from "isthmus";
   *
   * const model = await Autoencoder.create({ inputSize: 4, encoder: [dense(2)], decoder: [dense(4)] });
   * console.log(model.parameterCount); // 22
   * await model.dispose();
   * ```
   */
  static async create(options: AutoencoderOptions): Promise<Autoencoder> {
    const given = options ?? {};
    requireOptions("Autoencoder.create", given);
    const { engine, ...description } = given;
    return Autoencoder.#build(checkDescription(description), engine, "drawn");
  }

  /**
   * The model that `toSafetensors` wrote, to the bit; or that of a checkpoint, without the state of its training.
   *
   * @param file the file's bytes, or what `decodeSafetensors` read from them; the model has copies of its own
   * @param options.engine how to calculate, as in `create`; it is not part of the file
   * @throws {FormatError} when `file` is not such a file
   */
  static async fromSafetensors(
    file: SafetensorsFile,
    options: Pick<AutoencoderOptions, "engine"> = {},
  ): Promise<Autoencoder> {
    knownKeys("fromSafetensors", options, ["engine"]);
    const { description, weights, scaling } = decodeModelFile(file);
    return Autoencoder.#built(description, options, (model) => {
      const { network } = model.#learner;
      writeWeights(network, weights);
      if (scaling) network.scaling!.parameters = copied(scaling);
    });
  }

  /**
   * The model that `toCheckpoint` wrote, with its optimizer and history. The next `fit` goes on with the training that
   * the checkpoint is of, up to its `epochs` in all: with the same samples and build of the kernels it ends at the same
   * bits as if it had not been stopped, for any number of threads. Options that are left out are those of that training;
   * those that change what is calculated are refused when they differ.
   *
   * @param file as of `fromSafetensors`
   * @param options.engine how to calculate, as in `create`; it is not part of the file
   * @throws {FormatError} when `file` is not such a file
   */
  static async fromCheckpoint(
    file: SafetensorsFile,
    options: Pick<AutoencoderOptions, "engine"> = {},
  ): Promise<Autoencoder> {
    knownKeys("fromCheckpoint", options, ["engine"]);
    const checkpoint = decodeCheckpoint(file);
    return Autoencoder.#built(checkpoint.description, options, (model) => {
      model.#learner.load(toLearnerState(model.#learner, checkpoint));
      if (checkpoint.scaling) model.#learner.network.scaling!.parameters = copied(checkpoint.scaling);
      model.#trainer.resumeFrom(checkpoint.progress);
    });
  }

  /** A new model whose weights `fill` writes, every one of them. */
  static async #built(
    description: CheckedDescription,
    { engine }: Pick<AutoencoderOptions, "engine">,
    fill: (model: Autoencoder) => void,
  ): Promise<Autoencoder> {
    const model = await Autoencoder.#build(description, engine, "unset");
    try {
      fill(model);
      return model;
    } catch (error) {
      await model.dispose();
      throw error;
    }
  }

  static async #build(
    description: CheckedDescription,
    engine: EngineOptions | Engine = {},
    start: Start,
  ): Promise<Autoencoder> {
    const owns = !isEngine(engine);
    const used = owns ? await Engine.create(engine) : engine;
    try {
      return new Autoencoder(KEY, used, owns, description, start);
    } catch (error) {
      if (owns) await used.dispose();
      throw error;
    }
  }

  /** Number of weights and biases. */
  get parameterCount(): number {
    return this.#learner.network.parameters.reduce((sum, { size }) => sum + size, 0);
  }

  /** Layers, loss, optimizer and seed, with all defaults filled in. */
  get description(): CheckedDescription {
    return this.#description;
  }

  /** Copies of what the model's `scaling` has learnt; undefined without one, and before the first `fit`. */
  get scaling(): ScalingParameters | undefined {
    const { parameters } = this.#learner.network.scaling ?? {};
    return parameters && copied(parameters);
  }

  /**
   * The model's layers as a table: kinds, output shapes, numbers of parameters. Its `toString()` is the table that Keras
   * prints; nothing is printed here, unless `print` is given.
   *
   * @param options.print gets the table as text: `console.log`; default none
   */
  summary(options: { print?: (text: string) => void } = {}): Summary {
    knownKeys("summary", options, ["print"], { printfn: "TensorFlow.js's printFn is print" });
    const { print } = options;
    if (print !== undefined && typeof print !== "function") {
      throw new ArgumentError(`print must be a function such as console.log, not ${show(print)}`);
    }
    this.#lifetime.assertAlive();
    const summary = summaryTable(layerSummaries(stackOf(this.#description)));
    print?.(summary.toString());
    return summary;
  }

  /** What the model runs on. */
  get engine(): EngineInfo {
    return this.#engine.info;
  }

  /** History of the last training, up to its abort if it was aborted; that of a checkpoint before it goes on. */
  get history(): History {
    return this.#trainer.progress.history;
  }

  /** What the last training was asked for, or that of a checkpoint, which the next `fit` goes on with. */
  get trainingOptions(): TrainingOptions | undefined {
    return this.#trainer.progress.options;
  }

  /**
   * Trains the model to rebuild the samples. A second call goes on from the first, with the scaling that the first
   * one learnt, if the model has one.
   *
   * Samples that come as a stream are gone through once an epoch, and once before them for a scaling to learn from; they
   * are put together into batches of `batchSize`, and checked as they come. When the stream or a chunk of it fails, the weights from before that epoch are kept.
   *
   * @throws {ShapeError} {NonFiniteError} {ArgumentError} for unfit samples or options, before anything changes
   * @throws {DivergedError} when the loss stops being finite; the weights from before that epoch are kept
   * @throws {StateError} when the model is being trained already, or was disposed of
   *
   * @example
   * ```ts
   * import { Autoencoder, dense, spiral } from "isthmus";
   *
   * const { points } = spiral({ samples: 100 });
   * const halves = { encoder: [dense(8, "tanh"), dense(1)], decoder: [dense(8, "tanh"), dense(2)] };
   * const model = await Autoencoder.create({ inputSize: 2, ...halves });
   * const history = await model.fit(points, { epochs: 5, batchSize: 10 });
   * console.log(history.loss.length); // 5
   * await model.dispose();
   * ```
   */
  fit(samples: Samples | SampleStream, options?: FitOptions): Promise<History>;
  async fit(
    samples: Samples | SampleStream,
    options: FitOptions = {},
    ...surplus: unknown[]
  ): Promise<History> {
    requireSampleOptions("fit", options, surplus);
    return this.#run(this.#trainer.fit(samples, options, true));
  }

  /** `fit` on the calling thread, which it blocks. */
  fitSync(samples: Samples, options?: FitSyncOptions): History;
  fitSync(samples: Samples, options: FitSyncOptions = {}, ...surplus: unknown[]): History {
    requireSampleOptions("fitSync", options, surplus);
    return this.#runSync(this.#trainer.fit(samples, options, false));
  }

  /**
   * `fit`, epoch by epoch: `for await (const epoch of model.train(x, { epochs: 20 }))`. Training begins with the loop, and
   * waits while its body runs; leaving the loop ends it in order, with everything given back. Errors as of `fit`.
   *
   * @example
   * ```ts
   * import { Autoencoder, dense, spiral } from "isthmus";
   *
   * const { points } = spiral({ samples: 100 });
   * const halves = { encoder: [dense(8, "tanh"), dense(1)], decoder: [dense(8, "tanh"), dense(2)] };
   * const model = await Autoencoder.create({ inputSize: 2, ...halves });
   * for await (const { epoch } of model.train(points, { epochs: 2 })) console.log(epoch);
   * await model.dispose();
   * ```
   */
  train(samples: Samples | SampleStream, options?: FitOptions): AsyncGenerator<EpochLog, History, void>;
  train(samples: Samples | SampleStream, options: FitOptions = {}, ...surplus: unknown[]) {
    return epochsOf(async (callback) => {
      requireSampleOptions("train", options, surplus);
      return this.#run(this.#trainer.fit(samples, options, true, callback));
    });
  }

  /**
   * Has the training that is running wait after its running step until `resume` is called; the model can be used
   * meanwhile.
   *
   * @throws {StateError} when the model is not being trained, or by `fitSync`
   */
  pause(): void {
    this.#lifetime.assertAlive();
    this.#trainer.pause();
  }

  /** Lets a training that was paused go on; does nothing when none was. */
  resume(): void {
    this.#lifetime.assertAlive();
    this.#trainer.resume();
  }

  /** Whether training waits for `resume`. */
  get paused(): boolean {
    return this.#trainer.paused;
  }

  /** Copies of all weights, named and shaped as PyTorch's `Linear` has them; a scaling is not among them. */
  getWeights(): NamedWeight[] {
    this.#lifetime.assertAlive();
    return readWeights(this.#learner.network);
  }

  /**
   * Replaces all weights.
   *
   * @param weights what `getWeights` gives, in any order
   * @throws {ShapeError} {NonFiniteError} {ArgumentError} when one does not fit; nothing changes then
   */
  setWeights(weights: readonly NamedWeight[]): void {
    this.#lifetime.assertAlive();
    writeWeights(this.#learner.network, weights);
    if (!this.#trainer.training) this.#learner.keep();
  }

  /**
   * The model as a safetensors file: weights, what the scaling has learnt, and the description in `__metadata__`.
   *
   * @param options.metadata further texts for `__metadata__`, which are not part of the model
   * @throws {ArgumentError} for metadata that are no texts, or have a key of the model's own
   *
   * @example
   * ```ts
   * import { Autoencoder, dense, spiral } from "isthmus";
   *
   * const { points } = spiral({ samples: 100 });
   * const halves = { encoder: [dense(8, "tanh"), dense(1)], decoder: [dense(8, "tanh"), dense(2)] };
   * const model = await Autoencoder.create({ inputSize: 2, ...halves });
   * const copy = await Autoencoder.fromSafetensors(model.toSafetensors());
   * console.log(copy.latentSize); // 1
   * await copy.dispose();
   * await model.dispose();
   * ```
   */
  toSafetensors(options: ModelFileOptions = {}): Uint8Array {
    const metadata = checkMetadata(options);
    const scaling = this.#learner.network.scaling?.parameters;
    return encodeModel(this.#description, this.getWeights(), scaling, [], metadata);
  }

  /**
   * All that training needs to go on exactly, as a safetensors file: the model, its scaling, the optimizer's moments and steps, the
   * count of epochs, the history, and the options of the training. It stands at the end of an epoch: while one is
   * running, and after an abort within one, it is the state from before that epoch.
   */
  toCheckpoint(): Uint8Array {
    this.#lifetime.assertAlive();
    return encodeCheckpoint(this.#description, this.#learner, this.#trainer.progress);
  }

  /**
   * Ends what is still running on the model, waits until it has ended, and gives all memory back at once. A second call
   * returns the same promise. A model that is forgotten without it gives its memory back whenever the garbage collector
   * finds it.
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
    this.#learner.network.release();
    if (this.#ownsEngine) await this.#engine.dispose();
  }

  async #run<T>(work: Work<T>): Promise<T> {
    return runInTurns(this.#engine, work, this.#lifetime);
  }

  #runSync<T>(work: Work<T>): T {
    return runAtOnce(this.#engine, work, this.#lifetime);
  }
}

/** Whether the weights of a new model are drawn from its seed, or left to be written by a load. */
type Start = "drawn" | "unset";

/** A network and what it needs to learn. */
function assemble(engine: Engine, description: CheckedDescription, start: Start): Learner {
  const { inputSize, optimizer, loss, scaling, seed } = description;
  const scales = scaling && new Scaling(scaling, inputSize);
  const network = new Network(engine, stackOf(description), scales);
  try {
    if (start === "drawn") network.initialize(seed);
    return new Learner(network, optimizer, loss, description);
  } catch (error) {
    network.release();
    throw error;
  }
}

function copied({ offset, scale }: ScalingParameters): ScalingParameters {
  return { offset: offset.slice(), scale: scale.slice() };
}
