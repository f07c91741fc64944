import { AnomalyDetector } from "../../anomaly/detector.js";
import { EnsembleDetector } from "../../anomaly/ensembleDetector.js";
import { Autoencoder } from "../../autoencoder/autoencoder.js";
import { isOptions, knownKeys, oneOf, show } from "../../common/check.js";
import { ArgumentError } from "../../common/errors.js";
import { preprocessorOf, type SeriesPreprocessor, type TablePreprocessor } from "../../data/index.js";
import { shapeText } from "../../layers/shape.js";
import type { ExportedFile } from "../exportedFile.js";
import { modelGraph } from "../modelGraph.js";
import type { SeriesWindow } from "../seriesSource.js";
import { ensembleText } from "./ensembleText.js";
import type { ModuleParts } from "./layerCalls.js";
import { modelFunctions } from "./modelFunctions.js";
import { moduleHeader } from "./moduleHeader.js";
import type { WeightType } from "./narrowed.js";
import {
  declarationOf,
  detectorNames,
  ensembleNames,
  modelNames,
  nameOf,
  type PublicName,
  scriptOf,
  seriesNames,
} from "./publicFunctions.js";
import { RuntimePieces } from "./runtimePieces.js";
import { type SampleSource, sampleSource, sampleText } from "./sampleText.js";
import { WeightBlock } from "./weightBlock.js";

/** Options of `exportModule`. */
export interface ModuleOptions {
  /**
   * How the weights are stored: `"f32"` (default) as they are, `"f16"` or `"bf16"` in half the size, rounded. They are
   * calculated with in double precision in any case.
   */
  weights?: "f32" | "f16" | "bf16";
  /**
   * What makes samples of the rows of a table or of a series: then the module takes rows with named cells, too. Default:
   * the preprocessor that was saved with the model, if any.
   */
  preprocessor?: TablePreprocessor | SeriesPreprocessor;
  /**
   * How a series is cut, for a model whose samples are windows but whose preprocessor does not say so: a detector of
   * `detectAnomalies`, or one of `windows`. A `SeriesPreprocessor` knows it.
   */
  window?: SeriesWindow;
  /** What the files are called, without an ending; default `"model"`. */
  name?: string;
}

/** What `exportModule` makes. */
export interface ExportedModule {
  /** The module, `model.js`, and its types for TypeScript, `model.d.ts`. */
  readonly files: readonly [script: ExportedFile, types: ExportedFile];
  /** What the module exports. */
  readonly names: readonly string[];
  /** The largest difference between a weight and what the module has of it: 0 with the weights as they are. */
  readonly largestDifference: number;
}

/**
 * A model or detector as one JavaScript file: inference, weights and nothing else. It imports nothing and runs wherever
 * JavaScript runs: in Node, Bun, Deno, pages and edge workers, also where no WebAssembly may be compiled. Its results
 * differ from this library's by rounding alone: by about 1e-6 of their size.
 *
 * - of an `Autoencoder`: `encode`, `decode`, `reconstruct` and `score`
 * - of an `AnomalyDetector`: these, `threshold` and `flag`
 * - of an `EnsembleDetector`, as from `detectAnomalies`: `score`, `threshold`, `flag` and `explain`
 * - if its samples are windows of a series, also: `scoreSeries`, which takes rows in the order of time and gives the score of
 *   each window and of each row, with flags for a detector, `scoreWindow`, `windowSize` and `windowStride`
 *
 * @example
 * ```ts
 * import { Autoencoder, dense, spiral } from "isthmus";
 * import { exportModule } from "isthmus/export";
 *
 * const model = await Autoencoder.create({ inputSize: 2, encoder: [dense(1)], decoder: [dense(2)] });
 * await model.fit(spiral().points, { epochs: 5 });
 * const [script] = exportModule(model).files;
 * console.log(script.name, new TextDecoder().decode(script.bytes).includes("export function encode")); // model.js true
 * await model.dispose();
 * ```
 *
 * @throws {ArgumentError} for anything else, and for a model with a layer that a module cannot calculate
 * @throws {StateError} before the detector or the model's scaling has learnt
 */
export function exportModule(
  subject: Autoencoder | AnomalyDetector | EnsembleDetector,
  options: ModuleOptions = {},
): ExportedModule {
  knownKeys("exportModule", options, ["weights", "preprocessor", "window", "name"]);
  const weights: WeightType = oneOf("weights", options.weights ?? "f32", ["f32", "f16", "bf16"]);
  const { name = "model" } = options;
  if (typeof name !== "string" || !/^[\w.-]+$/.test(name))
    throw new ArgumentError(`name must be letters, digits and any of _.-, not ${show(name)}`);
  const parts = { pieces: new RuntimePieces(), weights: new WeightBlock(weights) };
  const preprocessor = options.preprocessor ?? ownPreprocessor(subject);
  const { inputSize } = checkSubject(subject);
  const source = sampleSource(preprocessor, options.window, inputSize);
  const described = describe(subject, source, parts);
  const reading = sampleText(source, inputSize, parts);
  const block = parts.weights.text(parts.pieces);
  const script = [
    moduleHeader(name, described, `${parts.weights.length} weights (${weights})`, source),
    ...described.names.map(scriptOf),
    reading.functions,
    described.functions,
    "// What the functions above are made of. Only parts that this model needs are here.",
    parts.pieces.text,
    "// What was learnt.",
    block.text,
    ...reading.constants,
    ...(described.constants === "" ? [] : [described.constants]),
  ].join("\n\n");
  const types = described.names.map(declarationOf).join("\n\n");
  const encoder = new TextEncoder();
  return {
    files: [
      { name: `${name}.js`, bytes: encoder.encode(`${script}\n`) },
      { name: `${name}.d.ts`, bytes: encoder.encode(`${types}\n`) },
    ],
    names: described.names.map(nameOf),
    largestDifference: block.largestDifference,
  };
}

/** What a module has of its subject. */
interface Described {
  /** What it is, for the header. */
  readonly what: string;
  readonly names: readonly PublicName[];
  readonly functions: string;
  readonly constants: string;
}

type Subject = Autoencoder | AnomalyDetector | EnsembleDetector;

function describe(subject: Subject, { table, series }: SampleSource, parts: ModuleParts): Described {
  const windowed = (threshold?: number) => (series ? seriesNames(series, threshold) : []);
  if (series && !(subject instanceof Autoencoder)) parts.pieces.use("withFlags");
  if (subject instanceof EnsembleDetector) {
    const { ensemble, threshold, inputSize, members, columns } = subject;
    const { functions, constants } = ensembleText(ensemble, table, series !== undefined, parts);
    const what = `a detector of anomalies: ${members} autoencoders of ${columns.length} columns (${inputSize} features)`;
    const names = [...ensembleNames(), ...detectorNames(threshold), ...windowed(threshold)];
    return { what, names, functions, constants };
  }
  const model = subject instanceof AnomalyDetector ? subject.model : subject;
  const graph = modelGraph(model);
  const functions = modelFunctions(graph, "", parts);
  const { inputSize, latentSize } = model;
  for (const name of ["joined", "toRows", "meanSquaredError"]) parts.pieces.use(name);
  if (functions.scaling) for (const name of ["scaled", "unscaled"]) parts.pieces.use(name);
  const names = modelNames({ ...functions, inputSize, latentSize });
  const shapes = `${shapeText(graph.inputShape)} → ${shapeText(graph.latentShape)} → ${shapeText(graph.inputShape)}`;
  const detector = subject instanceof AnomalyDetector ? subject : undefined;
  return {
    what: detector ? `a detector of anomalies by an autoencoder, ${shapes}` : `an autoencoder, ${shapes}`,
    names: [
      ...names,
      ...(detector ? detectorNames(detector.threshold) : []),
      ...windowed(detector?.threshold),
    ],
    functions: functions.text,
    constants: "",
  };
}

function checkSubject(subject: Subject): { readonly inputSize: number } {
  if (subject instanceof EnsembleDetector || subject instanceof Autoencoder) return subject;
  if (subject instanceof AnomalyDetector) return subject.model;
  throw new ArgumentError(
    `subject must be an Autoencoder, an AnomalyDetector or an EnsembleDetector, not ${show(subject)}`,
  );
}

/** The preprocessor that was saved with a model. */
function ownPreprocessor(subject: unknown): ReturnType<typeof preprocessorOf> {
  const model = subject instanceof AnomalyDetector ? subject.model : subject;
  return model instanceof Autoencoder && isOptions(model.preprocessor) ? preprocessorOf(model) : undefined;
}
