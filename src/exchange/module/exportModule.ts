import { AnomalyDetector } from "../../anomaly/detector.js";
import { EnsembleDetector } from "../../anomaly/ensembleDetector.js";
import { Autoencoder } from "../../autoencoder/autoencoder.js";
import { isOptions, knownKeys, oneOf, show } from "../../common/check.js";
import { ArgumentError } from "../../common/errors.js";
import { preprocessorOf, TablePreprocessor } from "../../data/index.js";
import { shapeText } from "../../layers/shape.js";
import type { ExportedFile } from "../exportedFile.js";
import { modelGraph } from "../modelGraph.js";
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
} from "./publicFunctions.js";
import { RuntimePieces } from "./runtimePieces.js";
import { tableText } from "./tableText.js";
import { WeightBlock } from "./weightBlock.js";

/** Options of `exportModule`. */
export interface ModuleOptions {
  /**
   * How the weights are stored: `"f32"` (default) as they are, `"f16"` or `"bf16"` in half the size, rounded. They are
   * calculated with in double precision in any case.
   */
  weights?: "f32" | "f16" | "bf16";
  /**
   * What makes samples of the rows of a table: then the module takes rows with named cells, too. Default: the
   * preprocessor that was saved with the model, if any.
   */
  preprocessor?: TablePreprocessor;
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
  knownKeys("exportModule", options, ["weights", "preprocessor", "name"]);
  const weights: WeightType = oneOf("weights", options.weights ?? "f32", ["f32", "f16", "bf16"]);
  const { name = "model" } = options;
  if (typeof name !== "string" || !/^[\w.-]+$/.test(name))
    throw new ArgumentError(`name must be letters, digits and any of _.-, not ${show(name)}`);
  const parts = { pieces: new RuntimePieces(), weights: new WeightBlock(weights) };
  const preprocessor = checkPreprocessor(options.preprocessor) ?? ownPreprocessor(subject);
  const described = describe(subject, preprocessor, parts);
  const inputs = preprocessor?.featureNames.length ?? described.inputSize;
  if (inputs !== described.inputSize) {
    throw new ArgumentError(
      `preprocessor makes ${inputs} features of a row, but a sample has ${described.inputSize} values`,
    );
  }
  const table = preprocessor && tableText(preprocessor, parts.pieces);
  const reading = readRowsText(described.inputSize, table !== undefined, parts);
  const block = parts.weights.text(parts.pieces);
  const script = [
    moduleHeader(name, described, `${parts.weights.length} weights (${weights})`, preprocessor),
    ...described.names.map(scriptOf),
    reading,
    described.functions,
    "// What the functions above are made of. Only parts that this model needs are here.",
    parts.pieces.text,
    "// What was learnt.",
    block.text,
    ...(table === undefined ? [] : [table]),
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
  readonly inputSize: number;
  /** What it is, for the header. */
  readonly what: string;
  readonly names: readonly PublicName[];
  readonly functions: string;
  readonly constants: string;
}

function describe(
  subject: unknown,
  preprocessor: TablePreprocessor | undefined,
  parts: ModuleParts,
): Described {
  if (subject instanceof EnsembleDetector) {
    const { ensemble, threshold, inputSize, members, columns } = subject;
    const { functions, constants } = ensembleText(ensemble, preprocessor, parts);
    const what = `a detector of anomalies: ${members} autoencoders of ${columns.length} columns (${inputSize} features)`;
    return {
      inputSize,
      what,
      names: [...ensembleNames(), ...detectorNames(threshold)],
      functions,
      constants,
    };
  }
  const model = subject instanceof AnomalyDetector ? subject.model : subject;
  if (!(model instanceof Autoencoder)) {
    throw new ArgumentError(
      `subject must be an Autoencoder, an AnomalyDetector or an EnsembleDetector, not ${show(subject)}`,
    );
  }
  const graph = modelGraph(model);
  const functions = modelFunctions(graph, "", parts);
  const { inputSize, latentSize } = model;
  for (const name of ["joined", "toRows", "meanSquaredError"]) parts.pieces.use(name);
  if (functions.scaling) for (const name of ["scaled", "unscaled"]) parts.pieces.use(name);
  const names = modelNames({ ...functions, inputSize, latentSize });
  const shapes = `${shapeText(graph.inputShape)} → ${shapeText(graph.latentShape)}`;
  const [what, more] =
    subject instanceof AnomalyDetector
      ? ["a detector of anomalies by an autoencoder", detectorNames(subject.threshold)]
      : ["an autoencoder", []];
  return {
    inputSize,
    what: `${what}, ${shapes} → ${shapeText(graph.inputShape)}`,
    names: [...names, ...more],
    functions: functions.text,
    constants: "",
  };
}

function checkPreprocessor(given: unknown): TablePreprocessor | undefined {
  if (given === undefined || given instanceof TablePreprocessor) return given;
  throw new ArgumentError(`preprocessor must be a TablePreprocessor, not ${show(given)}`);
}

/** The preprocessor that was saved with a model; that of a series cuts windows, which a module is given as numbers. */
function ownPreprocessor(subject: unknown): TablePreprocessor | undefined {
  const model = subject instanceof AnomalyDetector ? subject.model : subject;
  if (!(model instanceof Autoencoder) || !isOptions(model.preprocessor)) return undefined;
  const found = preprocessorOf(model);
  return found instanceof TablePreprocessor ? found : undefined;
}

/** The function that all others read samples with. */
function readRowsText(inputSize: number, table: boolean, { pieces }: ModuleParts): string {
  const numbers = `${pieces.use("toRows")}(samples, ${inputSize})`;
  const rows = table
    ? `areRecords(samples) ? featuresOf(samples, tableColumns, missing) : ${numbers}`
    : numbers;
  return `/** Samples as rows of ${inputSize} numbers. */\nfunction readRows(samples) {\n  return ${rows};\n}`;
}
