import { Autoencoder, type AutoencoderOptions } from "../autoencoder.js";
import { requireSampleOptions, requireSamplesAlone, show } from "../check.js";
import { ArgumentError, StateError } from "../errors.js";
import type { Matrix } from "../matrix.js";
import type { ModelFileOptions } from "../modelFile.js";
import type { Samples } from "../training/samples.js";
import { addDetector, type FittedThreshold, readDetector } from "./detectorFile.js";
import { type AnomalyEvaluation, checkLabels, evaluateScores, type Labels } from "./metrics.js";
import { checkThresholdOptions, type ThresholdOptions, thresholdOf } from "./threshold.js";

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
  static fit(model: Autoencoder, samples: Samples, options?: ThresholdOptions): Promise<AnomalyDetector>;
  static async fit(
    model: Autoencoder,
    samples: Samples,
    ...options: [ThresholdOptions?]
  ): Promise<AnomalyDetector> {
    return new AnomalyDetector(model).fit(samples, ...options);
  }

  /**
   * The model and the detector that `toSafetensors` wrote.
   *
   * @param options.engine how to calculate, as in `Autoencoder.create`; the model is `detector.model`
   * @throws {FormatError} when the bytes are not such a file
   */
  static async fromSafetensors(
    bytes: Uint8Array,
    options: Pick<AutoencoderOptions, "engine"> = {},
  ): Promise<AnomalyDetector> {
    const fitted = readDetector(bytes);
    const detector = new AnomalyDetector(await Autoencoder.fromSafetensors(bytes, options));
    detector.#fitted = fitted;
    return detector;
  }

  /**
   * Learns the threshold from samples, in place of the one before.
   *
   * @param options `{ contamination }` (default 0.01) or `{ sigma }`
   * @throws {ArgumentError} {ShapeError} {NonFiniteError} for unfit samples or options; nothing changes then
   */
  fit(samples: Samples, options?: ThresholdOptions): Promise<this>;
  async fit(samples: Samples, options: ThresholdOptions = {}, ...surplus: unknown[]): Promise<this> {
    requireSampleOptions("AnomalyDetector.fit", options, surplus);
    const rule = checkThresholdOptions(options);
    const errors = await this.model.reconstructionError(samples);
    this.#fitted = { rule, threshold: thresholdOf(errors, rule) };
    return this;
  }

  /** The error above which a sample is an anomaly. @throws {StateError} before `fit` */
  get threshold(): number {
    return this.#assertFitted().threshold;
  }

  /**
   * The reconstruction error of each sample: the higher, the less usual.
   *
   * @throws {StateError} before `fit`
   * @throws {ArgumentError} {ShapeError} {NonFiniteError} for unfit samples
   */
  score(samples: Samples): Promise<Float32Array>;
  async score(samples: Samples, ...surplus: unknown[]): Promise<Float32Array> {
    requireSamplesAlone("score", surplus);
    this.#assertFitted();
    return this.model.reconstructionError(samples);
  }

  /** 1 for each sample whose score is above the threshold, 0 for the others. Errors as of `score`. */
  predict(samples: Samples): Promise<Uint8Array>;
  async predict(samples: Samples, ...surplus: unknown[]): Promise<Uint8Array> {
    requireSamplesAlone("predict", surplus);
    const { threshold } = this.#assertFitted();
    return Uint8Array.from(await this.score(samples), (score) => (score > threshold ? 1 : 0));
  }

  /**
   * The squared error of each value of each sample, [rows, inputSize]: which features make a sample unusual. The mean
   * of a row is the sample's score. Errors as of `score`.
   */
  errorPerFeature(samples: Samples): Promise<Matrix>;
  async errorPerFeature(samples: Samples, ...surplus: unknown[]): Promise<Matrix> {
    requireSamplesAlone("errorPerFeature", surplus);
    this.#assertFitted();
    return this.model.reconstructionErrorPerFeature(samples);
  }

  /**
   * Compares scores and flags with what the samples are known to be.
   *
   * @param labels 1 or true for an anomaly, 0 or false for a normal sample; there must be both
   * @throws what `score` throws
   * @throws {ArgumentError} {ShapeError} for unfit labels
   */
  evaluate(samples: Samples, labels: Labels): Promise<AnomalyEvaluation>;
  async evaluate(samples: Samples, labels: Labels, ...surplus: unknown[]): Promise<AnomalyEvaluation> {
    requireSamplesAlone("evaluate", surplus, "samples and their labels");
    const { threshold } = this.#assertFitted();
    const scores = await this.score(samples);
    return evaluateScores(scores, checkLabels(labels, scores.length), threshold);
  }

  /**
   * The model's file with the detector in its metadata; it is still a file of the model.
   *
   * @param options.metadata as of `Autoencoder.toSafetensors`
   * @throws {StateError} before `fit`
   */
  toSafetensors(options: ModelFileOptions = {}): Uint8Array {
    return addDetector(this.model.toSafetensors(options), this.#assertFitted());
  }

  #assertFitted(): FittedThreshold {
    if (this.#fitted) return this.#fitted;
    throw new StateError("the detector has no threshold yet; call fit with samples that are mostly normal");
  }
}
