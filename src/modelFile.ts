import { FormatError, IsthmusError } from "./errors.js";
import { decodeSafetensors, encodeSafetensors, type NamedTensor } from "./formats/safetensors.js";
import {
  type AutoencoderDescription,
  type CheckedDescription,
  checkDescription,
  parameterShapes,
} from "./model/description.js";
import { type ScalingParameters, scalingTensors, takeScaling } from "./model/scaling.js";
import { checkWeights, type NamedWeight } from "./weights.js";

/** Version of what stands in `__metadata__.isthmus`. */
const VERSION = 1;

/**
 * A model as a safetensors file: its weights, what its scaling has learnt, and its description as JSON in
 * `__metadata__.isthmus`.
 */
export function encodeModel(
  description: CheckedDescription,
  weights: readonly NamedWeight[],
  scaling?: ScalingParameters,
): Uint8Array {
  const isthmus = JSON.stringify({ version: VERSION, ...description });
  return encodeSafetensors([...weights, ...scalingTensors(scaling)], { format: "pt", isthmus });
}

/** What a model's file holds. */
export interface DecodedModel {
  readonly description: CheckedDescription;
  readonly weights: NamedTensor[];
  readonly scaling: ScalingParameters | undefined;
}

/**
 * @throws {FormatError} when the bytes are no safetensors file, or none of Isthmus, or describe no valid model, or
 * have other weights than the model that they describe
 */
export function decodeModel(bytes: Uint8Array): DecodedModel {
  const { tensors, metadata } = decodeSafetensors(bytes);
  const text = metadata.isthmus;
  if (text === undefined) {
    throw new FormatError(
      "the file is a safetensors file, but has no description of a model (__metadata__.isthmus)",
    );
  }
  const description = parseDescription(text);
  const all = [...tensors.values()];
  const { inputSize } = description;
  const { others: weights, parameters: scaling } =
    description.scaling === undefined ? { others: all, parameters: undefined } : takeScaling(all, inputSize);
  orFormatError("the weights do not fit the description of the model", () =>
    checkWeights(parameterShapes(description), weights),
  );
  return { description, weights, scaling };
}

function parseDescription(text: string): CheckedDescription {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    throw new FormatError("the description of the model (__metadata__.isthmus) is not JSON", {
      cause: error,
    });
  }
  const { version, ...description } = (parsed ?? {}) as AutoencoderDescription & { version: unknown };
  if (version !== VERSION) {
    throw new FormatError(
      `the model has format version ${String(version)}, but this release reads version ${VERSION}`,
    );
  }
  return orFormatError("the description of the model does not hold", () => checkDescription(description));
}

/** What `check` returns; its refusals become errors of the file. */
function orFormatError<T>(what: string, check: () => T): T {
  try {
    return check();
  } catch (error) {
    if (!(error instanceof IsthmusError)) throw error;
    throw new FormatError(`${what}: ${error.message}`, { cause: error });
  }
}
