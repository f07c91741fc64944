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

/** Version of what stands in `__metadata__.isthmus`. */
const VERSION = 1;

/** Where a detector's threshold stands in the `__metadata__` of its model's file. */
export const DETECTOR_KEY = "isthmus.anomalyDetector";

/** Where the file of an ensemble says what it holds. */
export const ENSEMBLE_KEY = "isthmus.ensembleDetector";

/** Keys of `__metadata__` that have a meaning of their own. */
const OWN_KEYS = ["format", "isthmus", "training", DETECTOR_KEY, ENSEMBLE_KEY, CHECKSUM];

/** What else is to stand in a model's file. */
export interface ModelFileOptions {
  /** Texts for the file's `__metadata__`, as of safetensors' `save_file`; `loadSafetensors` reads them. */
  metadata?: Readonly<Record<string, string>>;
}

/**
 * The metadata of a caller.
 *
 * @throws {ArgumentError} for what is no text, and for keys that have a meaning of their own
 */
export function checkMetadata(options: ModelFileOptions): Readonly<Record<string, string>> {
  knownKeys("the model's file", options, ["metadata"]);
  const { metadata = {} } = options;
  if (!isOptions(metadata)) {
    throw new ArgumentError(`metadata must be an object of strings, not ${show(metadata)}`);
  }
  for (const [key, value] of Object.entries(metadata)) {
    if (OWN_KEYS.includes(key)) throw new ArgumentError(`metadata must not have the key ${show(key)}`);
    if (typeof value !== "string") {
      throw new ArgumentError(`metadata ${show(key)} must be a string, not ${show(value)}`);
    }
  }
  return metadata;
}

/** Where the names of tensors begin that a checkpoint has beside the weights. */
const OPTIMIZER = "optimizer.";

/**
 * A model as a safetensors file: its weights, what its scaling has learnt, and its description as JSON in
 * `__metadata__.isthmus`, with a checksum of all of it.
 *
 * @param others further tensors; their names begin with `optimizer.`
 * @param metadata what else stands in `__metadata__`
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

/** What the file of a model or a checkpoint holds. */
export interface ModelFile {
  readonly description: CheckedDescription;
  readonly weights: readonly NamedTensor[];
  readonly scaling: ScalingParameters | undefined;
  /** What a checkpoint has beside the weights. */
  readonly others: readonly NamedTensor[];
  readonly metadata: Readonly<Record<string, string>>;
}

/** A safetensors file: its bytes, or what `decodeSafetensors` or `loadSafetensors` read from them. */
export type SafetensorsFile = FileBytes | DecodedSafetensors;

/**
 * What a safetensors file holds; one that is decoded already is not decoded again.
 *
 * @throws {FormatError} when the bytes are not such a file
 * @throws {ArgumentError} for anything else than bytes or a decoded file
 */
export function toDecoded(file: SafetensorsFile): DecodedSafetensors {
  if (!isObject(file) || !("tensors" in file)) return decodeSafetensors(file as FileBytes);
  const { tensors, metadata } = file;
  if (!isObject(metadata) || !Object.values(metadata).every((text) => typeof text === "string")) {
    throw new ArgumentError(
      `the metadata of a decoded file must be an object of strings, not ${show(metadata)}`,
    );
  }
  // A Map of another realm, as workers and test runners have one, is no instance of this one's.
  if (objectTag(tensors) !== "Map") {
    throw new ArgumentError(`the tensors of a decoded file must be a Map, not ${show(tensors)}`);
  }
  for (const [name, tensor] of tensors) {
    if (!isTensor(tensor) || tensor.name !== name) {
      throw new ArgumentError(
        `the tensor ${show(name)} of a decoded file must be { name, shape, data } of that name, not ${show(tensor)}`,
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
 * @throws {FormatError} when the file is no safetensors file, or not one of Isthmus, or describes no valid model, or
 * has other weights than the model that it describes, or is damaged
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
  orFormatError("the weights do not fit the description of the model", () =>
    checkWeights(parameterShapes(description), weights),
  );
  return { description, weights, scaling, others: all.filter(isOther), metadata };
}

function noModel(metadata: Readonly<Record<string, string>>): string {
  return metadata[ENSEMBLE_KEY] === undefined
    ? "the file is a safetensors file, but has no description of a model (__metadata__.isthmus)"
    : "the file holds the detector of detectAnomalies, not a single model; read it with loadEnsembleDetector or " +
        "EnsembleDetector.fromSafetensors";
}

/**
 * The object that stands as JSON in a key of `__metadata__`, without its version.
 *
 * @param what is described there, for error messages
 * @throws {FormatError} when it is not JSON, or of another version
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

/** What `check` returns; its refusals become errors of the file. */
export function orFormatError<T>(what: string, check: () => T): T {
  try {
    return check();
  } catch (error) {
    if (!(error instanceof IsthmusError)) throw error;
    throw new FormatError(`${what}: ${error.message}`, { cause: error });
  }
}
