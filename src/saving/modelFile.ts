import { isOptions, knownKeys, show } from "../common/check.js";
import { ArgumentError, FormatError, IsthmusError } from "../common/errors.js";
import { objectTag } from "../common/objectTag.js";
import { type ScalingParameters, scalingTensors, takeScaling } from "../data/scaling.js";
import {
  type DecodedSafetensors,
  decodeSafetensors,
  encodeSafetensors,
  type NamedTensor,
} from "../formats/safetensors.js";
import type { FileBytes } from "../formats/typedArrays.js";
import {
  type AutoencoderDescription,
  type CheckedDescription,
  checkDescription,
  parameterShapes,
} from "../network/description.js";
import { checkWeights, type NamedWeight } from "../network/namedWeights.js";
import { CHECKSUM, verifyChecksum, withChecksum } from "./checksum.js";
import {
  PREPROCESSOR_KEY,
  type Preprocessor,
  preprocessorMetadata,
  preprocessorText,
  readPreprocessor,
} from "./preprocessorText.js";

/** Format version of `__metadata__.isthmus`. */
const VERSION = 1;

/** Key of a detector in the `__metadata__` of its model's file. */
export const DETECTOR_KEY = "isthmus.anomalyDetector";

/** Where the file of an ensemble says what it holds. */
export const ENSEMBLE_KEY = "isthmus.ensembleDetector";

/** Reserved keys of `__metadata__`. */
const OWN_KEYS = ["format", "isthmus", "training", DETECTOR_KEY, ENSEMBLE_KEY, PREPROCESSOR_KEY, CHECKSUM];

/** Further contents of a model's file. */
export interface ModelFileOptions {
  /** Texts for the file's `__metadata__`, as in safetensors' `save_file`. `loadSafetensors` reads them. */
  metadata?: Readonly<Record<string, string>>;
  /**
   * What makes samples of data, such as a `TablePreprocessor`, instead of the model's own `preprocessor`. It is kept as JSON
   * in `__metadata__["isthmus.preprocessor"]`.
   */
  preprocessor?: Preprocessor;
}

/**
 * Checks the further contents of a file. Returns its metadata.
 *
 * @throws {ArgumentError} for values that are not strings, for reserved keys, and for what is no preprocessor
 */
export function checkMetadata(options: ModelFileOptions): Readonly<Record<string, string>> {
  knownKeys("the model's file", options, ["metadata", "preprocessor"]);
  const { metadata = {}, preprocessor } = options;
  if (!isOptions(metadata)) {
    throw new ArgumentError(`metadata must be an object of strings, not ${show(metadata)}`);
  }
  for (const [key, value] of Object.entries(metadata)) {
    if (OWN_KEYS.includes(key))
      throw new ArgumentError(`metadata must not have the key ${show(key)}, which is reserved`);
    if (typeof value !== "string") {
      throw new ArgumentError(`metadata ${show(key)} must be a string, not ${show(value)}`);
    }
  }
  if (preprocessor === undefined) return metadata;
  return { ...metadata, ...preprocessorMetadata(preprocessorText(preprocessor)) };
}

/** Prefix of the names of a checkpoint's tensors that are not weights. */
const OPTIMIZER = "optimizer.";

/**
 * Writes a model as a safetensors file: its weights, the parameters of its scaling, and its description as JSON in
 * `__metadata__.isthmus`, with a checksum.
 *
 * @param others further tensors; their names begin with `optimizer.`
 * @param metadata further texts for `__metadata__`
 */
export function encodeModel(
  description: CheckedDescription,
  weights: readonly NamedWeight[],
  scaling?: ScalingParameters,
  others: readonly NamedTensor[] = [],
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  const isthmus = modelText(description);
  const tensors = [...weights, ...scalingTensors(scaling), ...others];
  return encodeSafetensors(tensors, withChecksum(tensors, { format: "pt", isthmus, ...metadata }));
}

/** What stands in `__metadata__.isthmus` of a model's file. */
export function modelText(description: CheckedDescription): string {
  return JSON.stringify({ version: VERSION, ...description });
}

/** The contents of a model's or a checkpoint's file. */
export interface ModelFile {
  readonly description: CheckedDescription;
  /** In the order of the model's parameters, checked. */
  readonly weights: readonly Float32Array[];
  readonly scaling: ScalingParameters | undefined;
  /** A checkpoint's tensors that are not weights. */
  readonly others: readonly NamedTensor[];
  /** The preprocessor as JSON text; undefined if there is none. */
  readonly preprocessor: string | undefined;
  readonly metadata: Readonly<Record<string, string>>;
}

/** A safetensors file: its bytes, or the result of `decodeSafetensors` or `loadSafetensors`. */
export type SafetensorsFile = FileBytes | DecodedSafetensors;

/**
 * Decodes a safetensors file, unless it is already decoded.
 *
 * @throws {FormatError} if the bytes are not a safetensors file
 * @throws {ArgumentError} for anything but bytes or a decoded file
 */
export function toDecoded(file: SafetensorsFile): DecodedSafetensors {
  if (!isObject(file) || !("tensors" in file)) return decodeSafetensors(file as FileBytes);
  const { tensors, metadata } = file;
  if (!isObject(metadata) || !Object.values(metadata).every((text) => typeof text === "string")) {
    throw new ArgumentError(
      `the metadata of a decoded file must be an object of strings, not ${show(metadata)}`,
    );
  }
  // `instanceof` would fail for a Map from another realm, such as a test runner's.
  if (objectTag(tensors) !== "Map") {
    throw new ArgumentError(`the tensors of a decoded file must be a Map, not ${show(tensors)}`);
  }
  for (const [name, tensor] of tensors) {
    if (!isTensor(tensor) || tensor.name !== name) {
      throw new ArgumentError(
        `the tensor ${show(name)} of a decoded file must be { name, shape, data } with the same name, not ${show(tensor)}`,
      );
    }
  }
  return file;
}

function isTensor(value: unknown): value is NamedTensor {
  return (
    isObject(value) &&
    "shape" in value &&
    Array.isArray(value.shape) &&
    "data" in value &&
    ArrayBuffer.isView(value.data)
  );
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

/**
 * Reads and checks a model's file.
 *
 * @throws {FormatError} if the file is not a safetensors file of Isthmus, describes no valid model, has weights that do not
 * match the description, or is damaged
 */
export function decodeModelFile(file: SafetensorsFile): ModelFile {
  const { tensors, metadata } = toDecoded(file);
  const text = metadata.isthmus;
  if (text === undefined) throw new FormatError(noModel(metadata));
  verifyChecksum(tensors.values(), metadata);
  const parsed = parseMetadata("isthmus", "the model", text, VERSION) as AutoencoderDescription;
  const description = orFormatError("the description of the model is not valid", () =>
    checkDescription(parsed),
  );
  const isOther = ({ name }: NamedTensor) => metadata.training !== undefined && name.startsWith(OPTIMIZER);
  const all = [...tensors.values()];
  const model = all.filter((tensor) => !isOther(tensor));
  const { others: weights, parameters: scaling } =
    description.scaling === undefined
      ? { others: model, parameters: undefined }
      : takeScaling(model, description.inputSize);
  const checked = orFormatError("the weights do not fit the description of the model", () =>
    checkWeights(parameterShapes(description), weights),
  );
  const preprocessor = readPreprocessor(metadata);
  return { description, weights: checked, scaling, others: all.filter(isOther), preprocessor, metadata };
}

function noModel(metadata: Readonly<Record<string, string>>): string {
  return metadata[ENSEMBLE_KEY] === undefined
    ? "the file is a safetensors file, but it has no description of an Isthmus model (__metadata__.isthmus)"
    : "the file holds the detector of detectAnomalies, not a single model; read it with loadEnsembleDetector or " +
        "EnsembleDetector.fromSafetensors";
}

/**
 * Parses the JSON object under a key of `__metadata__`; returns it without its version.
 *
 * @param what what the object describes, for error messages
 * @throws {FormatError} if the text is not JSON or has another version
 */
export function parseMetadata(key: string, what: string, text: string, expected: number): object {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (cause) {
    throw new FormatError(`the description of ${what} (__metadata__["${key}"]) is not JSON`, { cause });
  }
  const { version, ...rest } = (parsed ?? {}) as { version: unknown };
  if (version !== expected) {
    throw new FormatError(
      `${what} has format version ${show(version)}, but this release reads version ${expected}`,
    );
  }
  return rest;
}

/** Returns the result of `check`; its errors become a `FormatError`. */
export function orFormatError<T>(what: string, check: () => T): T {
  try {
    return check();
  } catch (error) {
    if (!(error instanceof IsthmusError)) throw error;
    throw new FormatError(`${what}: ${error.message}`, { cause: error });
  }
}
