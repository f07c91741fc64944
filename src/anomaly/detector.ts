import { Autoencoder, type AutoencoderOptions } from "../autoencoder/autoencoder.js";
import { refused } from "../autoencoder/refused.js";
import { requireSampleOptions, requireSamplesAlone, show } from "../common/check.js";
import { ArgumentError, StateError } from "../common/errors.js";
import { Matrix } from "../data/matrix.js";
import type { Samples } from "../data/samples.js";
import {
  checkMetadata,
  type ModelFileOptions,
  type SafetensorsFile,
  toDecoded,
} from "../saving/modelFile.js";
import { isStream, type SampleStream } from "../training/sampleStream.js";
import { checkColumns, type DetectorColumn } from "./columns.js";
import { checkScore, type DetectionRule } from "./detectionThreshold.js";
import { encodeDetector, type FittedThreshold, readDetector } from "./detectorFile.js";
import { type ErrorExplainOptions, explainErrors } from "./errorReasons.js";
import { allScores, toScores } from "./errorScores.js";
import { imageDimensions, imageRegions } from "./imageRegions.js";
import {
  type AnomalyEvaluation,
  checkLabels,
  checkScores,
  evaluateScores,
  type Labels,
  readLabels,
} from "./ranking.js";
import type { RowReasons } from "./reasons.js";
import {
  checkThresholdOptions,
  flagsOf,
  learnThreshold,
  type ThresholdOptions,
  type ThresholdRule,
} from "./threshold.js";

/**
 * Finds unusual samples by how badly a trained model reconstructs them. A sample is an anomaly if its reconstruction
 * error is above a threshold. The detector learns this threshold from samples that are mostly normal.
 *
 * Scores are the errors of `Autoencoder.reconstructionError`, in scaled units if the model has a `scaling`. Each call uses
 * the model's current weights. The caller still has to dispose of the model, or of the detector, which is the same.
 *
 * @example
 * ```ts
 * import { AnomalyDetector, Autoencoder, dense } from "isthmus";
 *
 * const normal = Float32Array.from({ length: 400 }, (_, i) => Math.sin(i));
 * const model = await Autoencoder.create({ inputSize: 4, encoder: [dense(2)], decoder: [dense(4)] });
 * await model.fit(normal, { epochs: 50 });
 *
 * const detector = await AnomalyDetector.fit(model, normal, { contamination: 0.02 });
 * const flags = await detector.predict([[0, 0, 0, 0], [9, -9, 9, -9]]);
 * console.log(flags[1]); // 1
 * await model.dispose();
 * ```
 */
export class AnomalyDetector {
  /** Keeps the name if a minifier renames the class. */
  static readonly name = "AnomalyDetector";
  /** The model that reconstructs the samples. */
  readonly model: Autoencoder;
  #fitted: FittedThreshold | undefined;

  /**
   * Makes a detector without a threshold; call `fit` next.
   *
   * @throws {ArgumentError} unless `model` is an autoencoder
   */
  constructor(model: Autoencoder) {
    if (!(model instanceof Autoencoder)) {
      throw new ArgumentError(`model must be an Autoencoder, not ${show(model)}`);
    }
    this.model = model;
  }

  /** Makes a detector and fits it to samples. Options and errors are those of the method `fit`. */
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
   * Loads a model and its detector from a file written by `toSafetensors`.
   *
   * @param file bytes or a decoded file, as in `Autoencoder.fromSafetensors`
   * @param options.engine how to calculate, as in `Autoencoder.create`; the model is `detector.model`
   * @throws {FormatError} if `file` is not a model with a detector
   */
  static async fromSafetensors(
    file: SafetensorsFile,
    options: Pick<AutoencoderOptions, "engine"> = {},
  ): Promise<AnomalyDetector> {
    const decoded = toDecoded(file);
    const fitted = readDetector(decoded.metadata);
    return AnomalyDetector.of(await Autoencoder.fromSafetensors(decoded, options), fitted);
  }

  /** @internal A detector whose threshold is known. */
  static of(model: Autoencoder, fitted: FittedThreshold): AnomalyDetector {
    const detector = new AnomalyDetector(model);
    detector.#fitted = fitted;
    return detector;
  }

  /**
   * Learns the threshold from samples or a stream of samples. It replaces an earlier threshold.
   *
   * @param options `{ contamination }` (default 0.01) or `{ sigma }`
   * @throws {ArgumentError} {ShapeError} {NonFiniteError} for invalid samples or options; then nothing changes
   * @throws {NonFiniteError} if errors of some samples are not finite, and so the threshold would not be
   *
   * @example
   * ```ts
   * import { AnomalyDetector, Autoencoder, dense, spiral } from "isthmus";
   *
   * const { points } = spiral();
   * const model = await Autoencoder.create({ inputSize: 2, encoder: [dense(1)], decoder: [dense(2)] });
   * await model.fit(points, { epochs: 5 });
   * const detector = new AnomalyDetector(model);
   * await detector.fit(points, { sigma: 3 }); // mean error + 3 standard deviations
   * console.log(detector.threshold);
   * await model.dispose();
   * ```
   */
  fit(samples: Samples | SampleStream, options?: ThresholdOptions): Promise<this>;
  async fit(
    samples: Samples | SampleStream,
    options: ThresholdOptions = {},
    ...surplus: unknown[]
  ): Promise<this> {
    requireSampleOptions("AnomalyDetector.fit", options, surplus);
    const rule = checkThresholdOptions(options);
    this.#learn(await allScores(this.model, samples), rule);
    return this;
  }

  /**
   * Fits the threshold and returns the scores of the same samples. They go through the model only once. Options and errors
   * are those of `fit`.
   *
   * @returns one score per sample, as from `score`; also for a stream
   */
  fitScore(samples: Samples | SampleStream, options?: ThresholdOptions): Promise<Float32Array>;
  async fitScore(
    samples: Samples | SampleStream,
    options: ThresholdOptions = {},
    ...surplus: unknown[]
  ): Promise<Float32Array> {
    requireSampleOptions("AnomalyDetector.fitScore", options, surplus);
    const rule = checkThresholdOptions(options);
    const scores = await allScores(this.model, samples);
    this.#learn(scores, rule);
    return scores;
  }

  /** The error above which a sample is an anomaly. @throws {StateError} before `fit` */
  get threshold(): number {
    return this.#assertFitted().threshold;
  }

  /** Changes the threshold. @throws {ArgumentError} unless it is a number of at least 0 */
  set threshold(threshold: number) {
    const score = checkScore("threshold", threshold);
    this.#fitted = { threshold: score, rule: { kind: "threshold", threshold: score } };
  }

  /** How the threshold was chosen. @throws {StateError} before `fit` */
  get rule(): DetectionRule {
    return this.#assertFitted().rule;
  }

  /** Number of values in a sample. */
  get inputSize(): number {
    return this.model.inputSize;
  }

  /** Number of values in a code. */
  get latentSize(): number {
    return this.model.latentSize;
  }

  /** What `explain` gives reasons by: nine regions if the samples are images, else each value, without a name. */
  get columns(): readonly DetectorColumn[] {
    const image = imageDimensions(this.model.inputShape);
    return image ? imageRegions(image) : checkColumns(undefined, this.model.inputSize);
  }

  /**
   * The reconstruction error of each sample; unusual samples have higher scores. A score is `Infinity` if the error does
   * not fit into a 32-bit float. A stream gives scores chunk by chunk.
   *
   * @throws {StateError} before `fit`
   * @throws {ArgumentError} {ShapeError} {NonFiniteError} for invalid samples
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

  /** 1 for each sample with a score above the threshold, 0 for the others. Streams and errors as in `score`. */
  predict(samples: Samples): Promise<Uint8Array>;
  predict(stream: SampleStream): AsyncGenerator<Uint8Array, void, void>;
  predict(samples: Samples | SampleStream): Promise<Uint8Array> | AsyncGenerator<Uint8Array, void, void>;
  predict(samples: Samples | SampleStream, ...surplus: unknown[]) {
    const flags = (errors: Float32Array) => flagsOf(toScores(errors), this.threshold);
    return (
      refused(samples, () => requireSamplesAlone("predict", surplus)) ??
      this.#eachOf(samples, (part) => this.model.reconstructionError(part), flags)
    );
  }

  /**
   * The squared error of each value, [rows, inputSize], which shows what makes a sample unusual. The mean of a row is the
   * sample's score. Streams and errors as in `score`.
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
   * Explains each sample's score: the columns with the largest parts of its squared error, with the sample's value and the
   * reconstruction's. The shares of all columns add up to 1.
   *
   * @param options.columns names of the values, or columns of several values each; default: `columns`
   * @throws what `score` throws, and {ArgumentError} {ShapeError} for invalid columns
   */
  async explain(samples: Samples, options: ErrorExplainOptions = {}): Promise<RowReasons[]> {
    return explainErrors(this, samples, options);
  }

  /**
   * Compares scores and flags with known labels.
   *
   * @param labels 1 or true for an anomaly, 0 or false for a normal sample; both must occur
   * @throws what `score` throws
   * @throws {ArgumentError} {ShapeError} for invalid labels
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
    const scores = await allScores(this.model, samples);
    return evaluateScores(scores, checkLabels(known, scores.length), threshold);
  }

  /**
   * Like `evaluate`, for samples whose scores you already have. They do not go through the model again.
   *
   * @param scores scores from `score` or `fitScore`
   * @param labels as in `evaluate`
   * @throws {StateError} before `fit`
   * @throws {ArgumentError} {ShapeError} for invalid scores or labels
   */
  evaluateScores(scores: Float32Array, labels: Labels): AnomalyEvaluation {
    const { threshold } = this.#assertFitted();
    return evaluateScores(checkScores(scores), checkLabels(readLabels(labels), scores.length), threshold);
  }

  /**
   * Saves the model with the detector in the file's metadata. `Autoencoder.fromSafetensors` can still read the file.
   *
   * @param options as in `Autoencoder.toSafetensors`
   * @throws {StateError} before `fit`
   */
  toSafetensors(options: ModelFileOptions = {}): Uint8Array {
    const metadata = checkMetadata(options);
    return encodeDetector(this.model, this.#assertFitted(), metadata);
  }

  /** Frees the memory of the model, and of its engine unless it is shared. */
  dispose(): Promise<void> {
    return this.model.dispose();
  }

  /** Applies `measure` and then `finish` to samples, or to each chunk of a stream. */
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

  #learn(scores: Float32Array, rule: ThresholdRule): void {
    this.#fitted = { rule, threshold: learnThreshold(scores, rule) };
  }

  #assertFitted(): FittedThreshold {
    if (this.#fitted) return this.#fitted;
    throw new StateError("the detector has no threshold yet; call fit with mostly normal samples");
  }
}
