import { brand } from "../common/brand.js";
import { knownKeys, requireOptions, requireSampleOptions } from "../common/check.js";
import { ArgumentError } from "../common/errors.js";
import type { Samples } from "../data/samples.js";
import type { Engine } from "../engine/engine.js";
import type { EngineOptions } from "../engine/engineOptions.js";
import { withEngine } from "../engine/withEngine.js";
import type { AutoencoderDescription } from "../network/description.js";
import { type NamedWeight, readWeights, writeWeights } from "../network/namedWeights.js";
import { encodeCheckpoint } from "../saving/checkpoint.js";
import {
  checkMetadata,
  encodeModel,
  type ModelFileOptions,
  type SafetensorsFile,
} from "../saving/modelFile.js";
import { type Preprocessor, preprocessorMetadata } from "../saving/preprocessorText.js";
import { epochsOf } from "../training/epochIterator.js";
import type { FitOptions, FitSyncOptions } from "../training/fitOptions.js";
import type { History } from "../training/history.js";
import type { EpochLog } from "../training/logs.js";
import type { TrainingOptions } from "../training/progress.js";
import type { ExampleStream } from "../training/sampleStream.js";
import { Trainer } from "../training/trainer.js";
import { type Blueprint, checkpointBlueprint, fileBlueprint, newBlueprint } from "./blueprint.js";
import { assemble, type ModelParts } from "./modelParts.js";
import { Predictor } from "./predictor.js";

/** Marks calls of the constructor from within the class, since the constructor is private. */
const KEY = Symbol("Autoencoder");

/** Options of `Autoencoder.create`. */
export interface AutoencoderOptions extends AutoencoderDescription {
  /** Engine options, or an engine to share with other models; default: an engine of its own. */
  engine?: EngineOptions | Engine;
  /**
   * What makes samples of data, such as a `TablePreprocessor`; default none. The model does not apply it, but keeps it as
   * JSON: files of the model and checkpoints have it, and `preprocessorOf` of `isthmus/data` restores it.
   */
  preprocessor?: Preprocessor;
}

/**
 * A network that compresses samples to a small code and reconstructs them.
 *
 * Samples are row-major, one per row of `inputSize` values: any typed array of numbers, a plain array of numbers or of
 * rows, or a `Matrix`. Bytes count as value / 255 and stay bytes in memory; 64-bit numbers keep their precision until
 * they are scaled. A method that accepts a stream also takes chunks of any number of rows, from an async iterable or a
 * function that returns an iterable. Memory use is then bounded, and predictions come chunk by chunk, too.
 *
 * Methods are asynchronous and do not block the event loop. Up to 4 million values are copied before a call returns its
 * promise, so you may change them right after the call. Do not change larger data until the promise settles. Each
 * method has a `…Sync` twin that runs immediately on the calling thread. Asynchronous calls take turns, one training
 * step at a time. A `…Sync` call from a timer during a long step of `fit` may see that step half done, including its
 * weights; calls from `fit`'s callbacks always see complete steps.
 */
export class Autoencoder extends Predictor {
  /** Keeps the name when a minifier renames the class. */
  static override readonly name = "Autoencoder";
  static {
    brand(Autoencoder);
  }
  readonly #parts: ModelParts;
  readonly #trainer: Trainer;
  /** The engine, if it is not shared. */
  readonly #ownEngine: Engine | undefined;
  #disposal: Promise<void> | undefined;

  private constructor(key: typeof KEY, parts: ModelParts, ownEngine: Engine | undefined) {
    // The constructor is private only in TypeScript; JavaScript could still call it.
    if (key !== KEY) {
      throw new ArgumentError(
        "new Autoencoder(…) cannot wait for the kernels; write await Autoencoder.create({ … })",
      );
    }
    super(parts);
    this.#parts = parts;
    this.#ownEngine = ownEngine;
    this.#trainer = new Trainer(parts.learner, this, parts.lifetime);
    if (parts.progress) this.#trainer.resumeFrom(parts.progress);
  }

  /**
   * Creates an autoencoder with random initial weights.
   *
   * @throws {ArgumentError} for unknown names and values out of range
   * @throws {ShapeError} if the decoder's output does not match the input, or tied halves do not mirror each other
   * @throws {OutOfMemoryError} if the parameters do not fit in a WebAssembly memory
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
    const { engine, preprocessor, ...description } = given;
    return Autoencoder.#build(newBlueprint(description, preprocessor), engine);
  }

  /**
   * Loads a model written by `toSafetensors`, exact to the bit. From a checkpoint, loads the model without its training
   * state.
   *
   * @param file the file's bytes, or the result of `decodeSafetensors`; the model makes its own copies
   * @param options.engine engine options, as in `create`; they are not stored in the file
   * @throws {FormatError} if `file` is not such a file
   */
  static async fromSafetensors(
    file: SafetensorsFile,
    options: Pick<AutoencoderOptions, "engine"> = {},
  ): Promise<Autoencoder> {
    knownKeys("fromSafetensors", options, ["engine"]);
    return Autoencoder.#build(fileBlueprint(file), options.engine);
  }

  /**
   * Loads a model written by `toCheckpoint`, with its optimizer and history. The next `fit` continues the checkpoint's
   * training run, up to its total number of `epochs`. With the same samples and the same build of the kernels, the
   * result is identical to the bit to that of an uninterrupted run, for any number of threads. Missing options are
   * taken from that run; an option that would change the result must have the same value.
   *
   * @param file as for `fromSafetensors`
   * @param options.engine engine options, as in `create`; they are not stored in the file
   * @throws {FormatError} if `file` is not such a file
   */
  static async fromCheckpoint(
    file: SafetensorsFile,
    options: Pick<AutoencoderOptions, "engine"> = {},
  ): Promise<Autoencoder> {
    knownKeys("fromCheckpoint", options, ["engine"]);
    return Autoencoder.#build(checkpointBlueprint(file), options.engine);
  }

  static #build(blueprint: Blueprint, engine: EngineOptions | Engine = {}): Promise<Autoencoder> {
    return withEngine(engine, (used, own) => new Autoencoder(KEY, assemble(used, blueprint), own));
  }

  /**
   * History of the last training run, up to the abort if it was aborted; after loading a checkpoint, that of the
   * checkpoint.
   */
  get history(): History {
    return this.#trainer.progress.history;
  }

  /** Options of the last training run, or of the one in a checkpoint that the next `fit` continues. */
  get trainingOptions(): TrainingOptions | undefined {
    return this.#trainer.progress.options;
  }

  /**
   * Trains the model to reconstruct the samples, or their `targets` if there are any. A second call continues from the first, with the scaling learned by
   * the first call, if the model has one.
   *
   * A stream is read once per epoch, plus once beforehand if a scaling must learn from it. Its rows are combined into
   * batches of `batchSize` and checked as they arrive. Its chunks may bring targets and weights: `{ samples, targets }`. If the stream or one of its chunks fails, the weights from
   * before that epoch are restored.
   *
   * @throws {ShapeError} {NonFiniteError} {ArgumentError} for invalid samples or options, before anything changes
   * @throws {DivergedError} if the loss stops being finite; the weights from before that epoch are restored
   * @throws {StateError} if the model is already being trained, or was disposed
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
  fit(samples: Samples | ExampleStream, options?: FitOptions): Promise<History>;
  async fit(
    samples: Samples | ExampleStream,
    options: FitOptions = {},
    ...surplus: unknown[]
  ): Promise<History> {
    requireSampleOptions("fit", options, surplus);
    return this.#parts.calls.run(this.#trainer.fit(samples, options, true));
  }

  /** Like `fit`, but blocks the calling thread. */
  fitSync(samples: Samples, options?: FitSyncOptions): History;
  fitSync(samples: Samples, options: FitSyncOptions = {}, ...surplus: unknown[]): History {
    requireSampleOptions("fitSync", options, surplus);
    return this.#parts.calls.runSync(this.#trainer.fit(samples, options, false));
  }

  /**
   * Like `fit`, but epoch by epoch: `for await (const epoch of model.train(x, { epochs: 20 }))`. Training starts with
   * the loop, and waits while its body runs. Leaving the loop ends training normally and frees its memory. Throws the
   * same errors as `fit`.
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
  train(samples: Samples | ExampleStream, options?: FitOptions): AsyncGenerator<EpochLog, History, void>;
  train(samples: Samples | ExampleStream, options: FitOptions = {}, ...surplus: unknown[]) {
    return epochsOf(async (callback) => {
      requireSampleOptions("train", options, surplus);
      return this.#parts.calls.run(this.#trainer.fit(samples, options, true, callback));
    });
  }

  /**
   * Pauses the running training after its current step, until `resume` is called. The model can be used in the
   * meantime.
   *
   * @throws {StateError} if the model is not being trained, or is being trained by `fitSync`
   */
  pause(): void {
    this.#parts.lifetime.assertAlive();
    this.#trainer.pause();
  }

  /** Continues a paused training; does nothing if none is paused. */
  resume(): void {
    this.#parts.lifetime.assertAlive();
    this.#trainer.resume();
  }

  /** Whether training is paused. */
  get paused(): boolean {
    return this.#trainer.paused;
  }

  /** Copies of all weights, with the names and shapes of PyTorch's `Linear`; a scaling is not included. */
  getWeights(): NamedWeight[] {
    this.#parts.lifetime.assertAlive();
    return readWeights(this.#parts.learner.network);
  }

  /**
   * Replaces all weights.
   *
   * @param weights arrays as returned by `getWeights`, in any order
   * @throws {ShapeError} {NonFiniteError} {ArgumentError} if one does not fit; nothing changes then
   */
  setWeights(weights: readonly NamedWeight[]): void {
    this.#parts.lifetime.assertAlive();
    writeWeights(this.#parts.learner.network, weights);
    if (!this.#trainer.training) this.#parts.learner.keep();
  }

  /**
   * The model as a safetensors file: weights, the scaling's parameters, and the description in `__metadata__`.
   *
   * @param options.metadata additional strings for `__metadata__`, which are not part of the model
   * @param options.preprocessor what makes samples of data, such as a `TablePreprocessor`; default: the model's own
   * @throws {ArgumentError} for metadata that are not strings, or that use one of the model's own keys
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
    const { description, preprocessor, learner } = this.#parts;
    const metadata = { ...preprocessorMetadata(preprocessor), ...checkMetadata(options) };
    const scaling = learner.network.scaling?.parameters;
    return encodeModel(description, this.getWeights(), scaling, [], metadata);
  }

  /**
   * Everything needed to continue training exactly, as a safetensors file: the model, its scaling, the optimizer's
   * moments and step count, the number of epochs, the history, and the training options. It always describes the end of
   * an epoch: during an epoch, or after an abort within one, it is the state from before that epoch.
   */
  toCheckpoint(): Uint8Array {
    const { description, preprocessor, learner, lifetime } = this.#parts;
    lifetime.assertAlive();
    return encodeCheckpoint(description, learner, this.#trainer.progress, preprocessor);
  }

  /**
   * Stops whatever is still running on the model, waits until it has ended, and frees all memory. A second call returns
   * the same promise. Without `dispose`, memory is freed when the garbage collector collects the model.
   */
  dispose(): Promise<void> {
    this.#disposal ??= this.#end();
    return this.#disposal;
  }

  async #end(): Promise<void> {
    const { learner, lifetime } = this.#parts;
    // Workers may write to the memory until the running calls have ended.
    const ended = lifetime.end();
    if (ended) await ended;
    learner.release();
    learner.network.release();
    await this.#ownEngine?.dispose();
  }
}
