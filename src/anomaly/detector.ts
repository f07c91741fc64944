import { Autoencoder, type AutoencoderOptions } from "../autoencoder/autoencoder.js";
import { refused } from "../autoencoder/refused.js";
import { requireSampleOptions, requireSamplesAlone, show } from "../common/check.js";
import { concatenate } from "../common/concatenate.js";
import { ArgumentError, StateError } from "../common/errors.js";
import { objectTag } from "../common/objectTag.js";
import { Matrix } from "../data/matrix.js";
import type { Samples } from "../data/samples.js";
import {
  checkMetadata,
  encodeModel,
  type ModelFileOptions,
  type SafetensorsFile,
  toDecoded,
} from "../saving/modelFile.js";
import { isStream, type SampleStream } from "../training/sampleStream.js";
import { detectorMetadata, type FittedThreshold, readDetector } from "./detectorFile.js";
import { type AnomalyEvaluation, checkLabels, evaluateScores, type Labels, readLabels } from "./ranking.js";
import {
  checkThresholdOptions,
  learnThreshold,
  type ThresholdOptions,
  type ThresholdRule,
} from "./threshold.js";

/**
 * Tells unusual samples by how badly a trained model rebuilds them: a sample is an anomaly when its reconstruction
 * error is above a threshold, which is learnt from samples that are (mostly) normal.
 *
 * Errors are those of `Autoencoder.reconstructionError`, in scaled units where the model has a `scaling`. The model is
 * used as it is at the time of a call, and stays the caller's to dispose of.
 */
export class AnomalyDetector {
  /** Stays when a minifier renames the class. */
  static readonly name = "AnomalyDetector";
  /** The model whose errors it goes by. */
  readonly model: Autoencoder;
  #fitted: FittedThreshold | undefined;

  /**
   * A detector that has yet to be fitted.
   *
   * @throws {ArgumentError} unless `model` is an autoencoder
   */
  constructor(model: Autoencoder) {
    if (!(model instanceof Autoencoder)) {
      throw new ArgumentError(`model must be an Autoencoder, not ${show(model)}`);
    }
    this.model = model;
  }

  /** A detector that is fitted to samples at once. Errors as of the method of that name. */
  static fit(
    model: Autoencoder,
    samples: Samples | SampleStream,
    options?: ThresholdOptions,
  ): Promise<AnomalyDetector>;
  static async fit(
    model: Autoencoder,
    samples: Samples | SampleStream,
    ...options: [ThresholdOptions?]
  ): Promise<AnomalyDetector> {
    return new AnomalyDetector(model).fit(samples, ...options);
  }

  /**
   * The model and the detector that `toSafetensors` wrote.
   *
   * @param file as of `Autoencoder.fromSafetensors`
   * @param options.engine how to calculate, as in `Autoencoder.create`; the model is `detector.model`
   * @throws {FormatError} when `file` is not such a file
   */
  static async fromSafetensors(
    file: SafetensorsFile,
    options: Pick<AutoencoderOptions, "engine"> = {},
  ): Promise<AnomalyDetector> {
    const decoded = toDecoded(file);
    const fitted = readDetector(decoded.metadata);
    const detector = new AnomalyDetector(await Autoencoder.fromSafetensors(decoded, options));
    detector.#fitted = fitted;
    return detector;
  }

  /**
   * Learns the threshold from samples, or from a stream of them, in place of the one before.
   *
   * @param options `{ contamination }` (default 0.01) or `{ sigma }`
   * @throws {ArgumentError} {ShapeError} {NonFiniteError} for unfit samples or options; nothing changes then
   * @throws {NonFiniteError} when the threshold would not be finite, since errors of some samples are not
   */
  fit(samples: Samples | SampleStream, options?: ThresholdOptions): Promise<this>;
  async fit(
    samples: Samples | SampleStream,
    options: ThresholdOptions = {},
    ...surplus: unknown[]
  ): Promise<this> {
    requireSampleOptions("AnomalyDetector.fit", options, surplus);
    const rule = checkThresholdOptions(options);
    this.#learn(await this.#allScores(samples), rule);
    return this;
  }

  /**
   * `fit`, and the scores of the same samples, which go through the model once. Options and errors as of `fit`.
   *
   * @returns what `score` would give: one number a sample, also of a stream
   */
  fitScore(samples: Samples | SampleStream, options?: ThresholdOptions): Promise<Float32Array>;
  async fitScore(
    samples: Samples | SampleStream,
    options: ThresholdOptions = {},
    ...surplus: unknown[]
  ): Promise<Float32Array> {
    requireSampleOptions("AnomalyDetector.fitScore", options, surplus);
    const rule = checkThresholdOptions(options);
    const scores = await this.#allScores(samples);
    this.#learn(scores, rule);
    return scores;
  }

  /** The error above which a sample is an anomaly. @throws {StateError} before `fit` */
  get threshold(): number {
    return this.#assertFitted().threshold;
  }

  /**
   * The reconstruction error of each sample: the higher, the less usual. `Infinity` where a sample is so far from the
   * training data that its error is beyond 32-bit floats. Of a stream, chunk by chunk.
   *
   * @throws {StateError} before `fit`
   * @throws {ArgumentError} {ShapeError} {NonFiniteError} for unfit samples
   */
  score(samples: Samples): Promise<Float32Array>;
  score(stream: SampleStream): AsyncGenerator<Float32Array, void, void>;
  score(samples: Samples | SampleStream): Promise<Float32Array> | AsyncGenerator<Float32Array, void, void>;
  score(samples: Samples | SampleStream, ...surplus: unknown[]) {
    return (
      refused(samples, () => requireSamplesAlone("score", surplus)) ??
      this.#eachOf(samples, (part) => this.model.reconstructionError(part), toScores)
    );
  }

  /** 1 for each sample whose score is above the threshold, 0 for the others. Streams and errors as of `score`. */
  predict(samples: Samples): Promise<Uint8Array>;
  predict(stream: SampleStream): AsyncGenerator<Uint8Array, void, void>;
  predict(samples: Samples | SampleStream): Promise<Uint8Array> | AsyncGenerator<Uint8Array, void, void>;
  predict(samples: Samples | SampleStream, ...surplus: unknown[]) {
    const flags = (errors: Float32Array) => toFlags(toScores(errors), this.threshold);
    return (
      refused(samples, () => requireSamplesAlone("predict", surplus)) ??
      this.#eachOf(samples, (part) => this.model.reconstructionError(part), flags)
    );
  }

  /**
   * The squared error of each value of each sample, [rows, inputSize]: which features make a sample unusual. The mean
   * of a row is the sample's score. Streams and errors as of `score`.
   */
  errorPerFeature(samples: Samples): Promise<Matrix>;
  errorPerFeature(stream: SampleStream): AsyncGenerator<Matrix, void, void>;
  errorPerFeature(samples: Samples | SampleStream): Promise<Matrix> | AsyncGenerator<Matrix, void, void>;
  errorPerFeature(samples: Samples | SampleStream, ...surplus: unknown[]) {
    const finish = ({ data, rows, columns }: Matrix) => new Matrix(toScores(data), rows, columns);
    return (
      refused(samples, () => requireSamplesAlone("errorPerFeature", surplus)) ??
      this.#eachOf(samples, (part) => this.model.reconstructionErrorPerFeature(part), finish)
    );
  }

  /**
   * Compares scores and flags with what the samples are known to be.
   *
   * @param labels 1 or true for an anomaly, 0 or false for a normal sample; there must be both
   * @throws what `score` throws
   * @throws {ArgumentError} {ShapeError} for unfit labels
   */
  evaluate(samples: Samples | SampleStream, labels: Labels): Promise<AnomalyEvaluation>;
  async evaluate(
    samples: Samples | SampleStream,
    labels: Labels,
    ...surplus: unknown[]
  ): Promise<AnomalyEvaluation> {
    requireSamplesAlone("evaluate", surplus, "samples and their labels");
    const { threshold } = this.#assertFitted();
    const known = readLabels(labels);
    const scores = await this.#allScores(samples);
    return evaluateScores(scores, checkLabels(known, scores.length), threshold);
  }

  /**
   * `evaluate` of samples whose scores are known already, so that they do not go through the model again.
   *
   * @param scores what `score` or `fitScore` gave for the samples
   * @param labels as of `evaluate`
   * @throws {StateError} before `fit`
   * @throws {ArgumentError} {ShapeError} for unfit scores or labels
   */
  evaluateScores(scores: Float32Array, labels: Labels): AnomalyEvaluation {
    const { threshold } = this.#assertFitted();
    if (objectTag(scores) !== "Float32Array")
      throw new ArgumentError(`scores must be a Float32Array, not ${show(scores)}`);
    const unfit = scores.findIndex((score) => !(score >= 0));
    if (unfit >= 0) {
      throw new ArgumentError(`scores[${unfit}] must be a number of at least 0, not ${scores[unfit]}`);
    }
    return evaluateScores(scores, checkLabels(readLabels(labels), scores.length), threshold);
  }

  /**
   * The model's file with the detector in its metadata; it is still a file of the model.
   *
   * @param options.metadata as of `Autoencoder.toSafetensors`
   * @throws {StateError} before `fit`
   */
  toSafetensors(options: ModelFileOptions = {}): Uint8Array {
    const metadata = { ...checkMetadata(options), ...detectorMetadata(this.#assertFitted()) };
    return encodeModel(this.model.description, this.model.getWeights(), this.model.scaling, [], metadata);
  }

  /** What `measure` and then `finish` make of samples at once, or of each chunk of a stream. */
  #eachOf<T, U>(
    samples: Samples | SampleStream,
    measure: (samples: never) => Promise<T> | AsyncGenerator<T, void, void>,
    finish: (measured: T) => U,
  ): Promise<U> | AsyncGenerator<U, void, void> {
    const measured = async () => {
      this.#assertFitted();
      return measure(samples as never);
    };
    if (!isStream(samples)) return measured().then((result) => finish(result as T));
    return (async function* () {
      for await (const part of (await measured()) as AsyncGenerator<T, void, void>) yield finish(part);
    })();
  }

  /** The scores of samples, or of all chunks of a stream. */
  async #allScores(samples: Samples | SampleStream): Promise<Float32Array> {
    if (!isStream(samples)) return toScores(await this.model.reconstructionError(samples));
    const parts: Float32Array[] = [];
    for await (const part of this.model.reconstructionError(samples)) parts.push(part);
    return toScores(concatenate(Float32Array, parts));
  }

  #learn(scores: Float32Array, rule: ThresholdRule): void {
    this.#fitted = { rule, threshold: learnThreshold(scores, rule) };
  }

  #assertFitted(): FittedThreshold {
    if (this.#fitted) return this.#fitted;
    throw new StateError("the detector has no threshold yet; call fit with samples that are mostly normal");
  }
}

/** Errors as scores, in place: one that is no number any more is larger than all others. */
function toScores(errors: Float32Array): Float32Array {
  for (let i = 0; i < errors.length; i++) if (Number.isNaN(errors[i])) errors[i] = Infinity;
  return errors;
}

function toFlags(scores: Float32Array, threshold: number): Uint8Array {
  return Uint8Array.from(scores, (score) => (score > threshold ? 1 : 0));
}
