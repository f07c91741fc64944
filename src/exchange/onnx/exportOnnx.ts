import version from "#embedded/version";
import { AnomalyDetector } from "../../anomaly/detector.js";
import type { EnsembleDetector } from "../../anomaly/ensembleDetector.js";
import { Autoencoder } from "../../autoencoder/autoencoder.js";
import { isOptions, knownKeys, oneOf, show } from "../../common/check.js";
import { ArgumentError } from "../../common/errors.js";
import { ensembleGraph } from "../ensembleGraph.js";
import { modelGraph } from "../modelGraph.js";
import { detectorPart, ensemblePart, modelPart, type Part } from "./exportedParts.js";
import { GraphBuilder } from "./graphBuilder.js";
import type { OnnxModel } from "./onnxModel.js";
import { describedWindow, sourceOf } from "./sampleNodes.js";
import { toWeightType, type WeightType } from "./storedWeights.js";
import { writeOnnx } from "./writeOnnx.js";

/** Options of `exportOnnx`. */
export interface OnnxExportOptions {
  /**
   * Which part of an `Autoencoder`: `"model"` (default) takes samples and gives reconstructions, `"encoder"` takes samples and
   * gives codes, `"decoder"` takes codes and gives reconstructions.
   */
  part?: "model" | "encoder" | "decoder";
  /**
   * What the graph takes of a table or a series: its `"columns"` as they are, or the `"features"` that a `TablePreprocessor` or
   * a `SeriesPreprocessor` makes of them, as one matrix. Default: `"columns"` if a preprocessor was saved with the model,
   * else `"features"`.
   */
  input?: "columns" | "features";
  /**
   * How weights are stored; default `"float32"`. `"float16"` and `"bfloat16"` take half the bytes. The graph makes 32-bit floats of
   * them, so every runtime calculates with those.
   */
  weights?: WeightType;
}

/** An ONNX model, and what became of its weights. */
export interface OnnxExport {
  /** The .onnx file. */
  readonly bytes: Uint8Array;
  /** The largest difference between a weight and what is stored of it; 0 with `weights: "float32"`. */
  readonly largestDifference: number;
  /** What the user should know, a sentence each. */
  readonly notes: readonly string[];
}

/** A detector of `detectAnomalies` with what was learnt of its table. */
export interface OnnxTableDetector {
  /** What scores features. */
  readonly detector: EnsembleDetector;
  /** What makes the features of a table's rows: a `TablePreprocessor`. */
  readonly preprocessor: {
    /** What it has learnt. */
    toJSON(): unknown;
  };
  /** How a series is cut; undefined for a table whose rows stand alone. */
  readonly window?:
    | {
        /** Rows in a window. */
        readonly size: number;
        /** Rows between the starts of windows; default 1. */
        readonly stride?: number;
        /** Whether the windows of the training did not cross gaps in time. */
        readonly splitAtGaps?: boolean;
      }
    | undefined;
}

/** What can be written as a graph. */
export type OnnxSubject = Autoencoder | AnomalyDetector | EnsembleDetector | OnnxTableDetector;

/** The version of ONNX's operators. It has LayerNormalization, and onnxruntime has known it since 1.12, of 2022. */
const OPSET = 17;
/** That of the operators for tables, of the same release of ONNX. */
const TABLE_OPSET = 3;
/** The version of the file format that came with them. */
const IR_VERSION = 8;

/**
 * Writes a model or a detector as an ONNX graph, for onnxruntime and other runtimes. Training-only layers vanish, a Gaussian
 * code is its mean, and the model's `scaling` is part of the graph. The same subject gives the same bytes.
 *
 * | subject | takes | gives |
 * | --- | --- | --- |
 * | `Autoencoder` | `samples` (`code` for the decoder) | `reconstruction` (`code` for the encoder) |
 * | `AnomalyDetector` | `samples` | `reconstruction`, `score`, `flag` |
 * | `EnsembleDetector`, or one with its table | `features`, or the table's columns | `score`, `flag` |
 *
 * Samples have the shape [batch, …inputShape] with channels last, as Isthmus has them, and any number of rows. Columns of a table
 * have the shape [batch]: numbers as floats, where NaN is a missing value, categories and booleans as strings without spaces
 * around them, dates as doubles, the seconds since 1970 in UTC or since midnight for times of day.
 *
 * A model of a series takes windows: `windows` of the shape [batch, size, columns] if all columns are numbers, or else each
 * column as [batch, size]; its `reconstruction` has the shape [batch, size, features], in the series' own units. What a
 * program needs to cut them is in the metadata, as JSON: `isthmus.window` is `{ size, stride, columns, features, timeColumn }`.
 * Rows must be in the order of time.
 *
 * Where a column has the name of an output, the output's name ends in `_1`.
 *
 * @example
 * ```ts
 * import { Autoencoder, dense } from "isthmus";
 * import { exportOnnx } from "isthmus/export";
 *
 * const model = await Autoencoder.create({ inputSize: 4, encoder: [dense(2)], decoder: [dense(4)] });
 * const { bytes } = exportOnnx(model, { part: "encoder" });
 * console.log(bytes.length > 0); // true
 * await model.dispose();
 * ```
 *
 * @throws {ArgumentError} for an unknown option, and for what a graph cannot represent
 * @throws {StateError} for a model whose `scaling` has not been learnt, and a detector without a threshold
 */
export function exportOnnx(subject: OnnxSubject, options: OnnxExportOptions = {}): OnnxExport {
  knownKeys("exportOnnx", options, ["part", "input", "weights"]);
  const builder = new GraphBuilder(toWeightType(options.weights));
  const { name, text, description, source } = build(builder, subject, options);
  if (builder.difference === Number.POSITIVE_INFINITY) {
    throw new ArgumentError(
      'a weight is too large for weights "float16"; "bfloat16" has the range of 32-bit floats',
    );
  }
  const domains = builder.domains;
  const window = describedWindow(source);
  if (source?.series) {
    const { size, stride, splitAtGaps } = source.series;
    if (splitAtGaps)
      builder.notes.unshift("was trained on windows that cross no gap in time: cut none across a gap");
    builder.notes.unshift(
      `takes windows of ${size} rows in the order of time, ${stride} apart, as isthmus.window in its metadata says`,
    );
  }
  const model: OnnxModel = {
    irVersion: IR_VERSION,
    opsets: new Map([
      ["", OPSET],
      ...(domains.has("ai.onnx.ml") ? [["ai.onnx.ml", TABLE_OPSET] as const] : []),
    ]),
    producer: { name: "isthmus", version },
    graph: builder.graph(name, text),
    metadata: new Map([
      ["isthmus.version", version],
      ["isthmus.description", JSON.stringify(description)],
      ["isthmus.inputs", builder.describedInputs],
      ["isthmus.outputs", builder.describedOutputs],
      ["isthmus.weights", options.weights ?? "float32"],
      ["isthmus.input", source ? "columns" : "features"],
      ...(window === undefined ? [] : [["isthmus.window", JSON.stringify(window)] as const]),
    ]),
  };
  return { bytes: writeOnnx(model), largestDifference: builder.difference, notes: builder.notes };
}

function build(builder: GraphBuilder, subject: OnnxSubject, { part, input }: OnnxExportOptions): Part {
  const wanted = input === undefined ? undefined : oneOf("input", input, ["columns", "features"]);
  if (subject instanceof Autoencoder) {
    const half = oneOf("part", part ?? "model", ["model", "encoder", "decoder"]);
    return modelPart(builder, modelGraph(subject), half, sourceOf(subject.preprocessor, undefined, wanted));
  }
  if (part !== undefined && part !== "model") {
    throw new ArgumentError(`part ${show(part)} is of an Autoencoder; a detector is exported as a whole`);
  }
  if (subject instanceof AnomalyDetector) {
    const { model, threshold } = subject;
    return detectorPart(
      builder,
      modelGraph(model),
      threshold,
      sourceOf(model.preprocessor, undefined, wanted),
    );
  }
  const { detector, preprocessor, window } = isTableDetector(subject)
    ? subject
    : { detector: subject, preprocessor: undefined, window: undefined };
  if (!isOptions(detector) || typeof detector.toSafetensors !== "function") {
    throw new ArgumentError(
      `subject must be an Autoencoder, an AnomalyDetector, or a detector of detectAnomalies, not ${show(subject)}`,
    );
  }
  const source = sourceOf(preprocessor?.toJSON(), window, wanted);
  return ensemblePart(builder, ensembleGraph(detector), source);
}

function isTableDetector(subject: OnnxSubject): subject is OnnxTableDetector {
  return typeof subject === "object" && subject !== null && "detector" in subject;
}
