import type { AutoencoderOptions } from "../autoencoder/autoencoder.js";
import { brand } from "../common/brand.js";
import { integer, knownKeys, requireSamplesAlone } from "../common/check.js";
import { ArgumentError, StateError } from "../common/errors.js";
import type { Rows, Samples } from "../data/samples.js";
import type { Engine } from "../engine/engine.js";
import { withEngine } from "../engine/withEngine.js";
import { checkMetadata, type ModelFileOptions, type SafetensorsFile } from "../saving/modelFile.js";
import type { DetectorColumn } from "./columns.js";
import { checkScore, type DetectionRule } from "./detectionThreshold.js";
import type { Ensemble } from "./ensemble.js";
import { decodeEnsemble, encodeEnsemble } from "./ensembleFile.js";
import { finiteRows } from "./ensembleInput.js";
import { explainRows } from "./explainRows.js";
import { portableByDefault } from "./portableEngine.js";
import { type AnomalyEvaluation, checkLabels, evaluateScores, type Labels, readLabels } from "./ranking.js";
import { type ExplainOptions, REASONS, type RowReasons } from "./reasons.js";
import { flagsOf } from "./threshold.js";

/** Marks calls of the constructor from within the class, since the constructor is private. */
const KEY = Symbol("EnsembleDetector");

/** The parts of a detector. */
interface Parts {
  readonly ensemble: Ensemble;
  readonly threshold: number;
  readonly rule: DetectionRule;
  /** The engine that the members run on, if it must be disposed with the detector. */
  readonly ownEngine: Engine | undefined;
}

/**
 * The detector that `detectAnomalies` trains: an ensemble of small autoencoders. The score of a row is the root mean
 * square of its columns' errors, each in units of the column's mean error: about 1 for usual rows, more for others.
 *
 * It has the methods of `AnomalyDetector`, for samples in memory. Calls can run concurrently.
 */
export class EnsembleDetector {
  /** Keeps the name when a minifier renames the class. */
  static readonly name = "EnsembleDetector";
  static {
    brand(EnsembleDetector);
  }
  readonly #ensemble: Ensemble;
  readonly #ownEngine: Engine | undefined;
  #threshold: number;
  #rule: DetectionRule;
  #disposal: Promise<void> | undefined;

  /** @internal */
  constructor(key: typeof KEY, { ensemble, threshold, rule, ownEngine }: Parts) {
    if (key !== KEY) {
      throw new ArgumentError(
        "new EnsembleDetector(…) has learned nothing; call detectAnomalies(data, { … })",
      );
    }
    this.#ensemble = ensemble;
    this.#ownEngine = ownEngine;
    this.#threshold = threshold;
    this.#rule = rule;
  }

  /** @internal Creates a detector from its trained parts. */
  static of(parts: Parts): EnsembleDetector {
    return new EnsembleDetector(KEY, parts);
  }

  /**
   * Loads a detector written by `toSafetensors`; it gives the same scores.
   *
   * @param file the file's bytes, or the result of `decodeSafetensors`
   * @param options.engine engine options, as for `detectAnomalies`; they are not stored in the file
   * @throws {FormatError} if `file` is not such a file
   */
  static async fromSafetensors(
    file: SafetensorsFile,
    options: Pick<AutoencoderOptions, "engine"> = {},
  ): Promise<EnsembleDetector> {
    return withEngine(portableByDefault(options.engine), async (engine, ownEngine) => {
      const { ensemble, threshold, rule } = await decodeEnsemble(file, engine);
      return EnsembleDetector.of({ ensemble, threshold, rule, ownEngine });
    });
  }

  /** @internal Its trained parts, for exports. */
  get ensemble(): Ensemble {
    return this.#ensemble;
  }

  /** The score above which a row is an anomaly. */
  get threshold(): number {
    return this.#threshold;
  }

  /** Changes the threshold. @throws {ArgumentError} unless it is a number of at least 0 */
  set threshold(threshold: number) {
    this.#threshold = checkScore("threshold", threshold);
    this.#rule = { kind: "threshold", threshold: this.#threshold };
  }

  /** How the threshold was chosen. */
  get rule(): DetectionRule {
    return this.#rule;
  }

  /** The columns, with their names and features. */
  get columns(): readonly DetectorColumn[] {
    return this.#ensemble.columns;
  }

  /** Number of features in a sample. */
  get inputSize(): number {
    return this.#ensemble.inputSize;
  }

  /** Number of autoencoders in the ensemble. */
  get members(): number {
    return this.#ensemble.members.length;
  }

  /** Number of values in the code of each of them. */
  get latentSize(): number {
    return this.#ensemble.members[0]!.model.latentSize;
  }

  /**
   * How unusual each row is, at least 0.
   *
   * @throws {ArgumentError} {ShapeError} {NonFiniteError} for invalid samples
   */
  score(samples: Samples): Promise<Float32Array>;
  async score(samples: Samples, ...surplus: unknown[]): Promise<Float32Array> {
    requireSamplesAlone("score", surplus);
    return this.#ensemble.scores(this.#rows(samples));
  }

  /** 1 for each row whose score is above the threshold, 0 for the others. Throws the same errors as `score`. */
  predict(samples: Samples): Promise<Uint8Array>;
  async predict(samples: Samples, ...surplus: unknown[]): Promise<Uint8Array> {
    requireSamplesAlone("predict", surplus);
    return flagsOf(await this.#ensemble.scores(this.#rows(samples)), this.#threshold);
  }

  /**
   * Explains each row's score: the columns that contribute most, with the row's value and the expected one. Throws the
   * same errors as `score`.
   */
  async explain(samples: Samples, options: ExplainOptions = {}): Promise<RowReasons[]> {
    knownKeys("explain", options, ["top"]);
    return explainRows(this.#ensemble, this.#rows(samples), integer("top", options.top ?? REASONS));
  }

  /**
   * Compares scores and flags with known labels.
   *
   * @param labels 1 or true for an anomaly, 0 or false for a normal row; there must be both
   * @throws the errors of `score`
   * @throws {ArgumentError} {ShapeError} for invalid labels
   */
  async evaluate(samples: Samples, labels: Labels): Promise<AnomalyEvaluation> {
    const known = readLabels(labels);
    const rows = this.#rows(samples);
    const checked = checkLabels(known, rows.rows);
    return evaluateScores(await this.#ensemble.scores(rows), checked, this.#threshold);
  }

  /**
   * The detector as one safetensors file: the members' weights as `members.0.encoder.0.weight`, the features' means and
   * deviations, the columns' mean errors, and the threshold. The columns' `describe` functions are not stored.
   *
   * @param options.metadata additional strings for `__metadata__`, as for `Autoencoder.toSafetensors`
   */
  toSafetensors(options: ModelFileOptions = {}): Uint8Array {
    this.#assertAlive();
    const fitted = { threshold: this.#threshold, rule: this.#rule };
    return encodeEnsemble(this.#ensemble, fitted, checkMetadata(options));
  }

  /** Frees all memory at once. Without `dispose`, memory is freed when the detector is garbage-collected. */
  dispose(): Promise<void> {
    this.#disposal ??= this.#end();
    return this.#disposal;
  }

  async #end(): Promise<void> {
    await Promise.all(this.#ensemble.members.map(({ model }) => model.dispose()));
    await this.#ownEngine?.dispose();
  }

  #rows(samples: Samples): Rows {
    this.#assertAlive();
    return finiteRows("samples", samples, this.#ensemble.inputSize);
  }

  #assertAlive(): void {
    if (this.#disposal) throw new StateError("the detector was disposed of");
  }
}
