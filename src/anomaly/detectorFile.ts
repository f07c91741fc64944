import { FormatError, IsthmusError } from "../errors.js";
import { decodeSafetensors, encodeSafetensors } from "../formats/safetensors.js";
import type { FileBytes } from "../formats/typedArrays.js";
import { DETECTOR_KEY } from "../modelFile.js";
import { checkThresholdOptions, type ThresholdRule } from "./threshold.js";

/** What a detector has learnt. */
export interface FittedThreshold {
  readonly threshold: number;
  readonly rule: ThresholdRule;
}

/** Version of what stands there. */
const VERSION = 1;

/** The file of a model with a detector's threshold in its metadata. */
export function addDetector(model: Uint8Array, { threshold, rule }: FittedThreshold): Uint8Array {
  const { tensors, metadata } = decodeSafetensors(model);
  const { kind: _, ...options } = rule;
  const text = JSON.stringify({ version: VERSION, threshold, ...options });
  return encodeSafetensors(tensors.values(), { ...metadata, [DETECTOR_KEY]: text });
}

/** @throws {FormatError} when the bytes are no safetensors file with a detector in it */
export function readDetector(bytes: FileBytes): FittedThreshold {
  const { metadata } = decodeSafetensors(bytes);
  const text = metadata[DETECTOR_KEY];
  if (text === undefined) {
    throw new FormatError(`the file has no anomaly detector (__metadata__["${DETECTOR_KEY}"])`);
  }
  try {
    return parse(text);
  } catch (error) {
    if (!(error instanceof IsthmusError || error instanceof SyntaxError)) throw error;
    throw new FormatError(`the description of the anomaly detector does not hold: ${error.message}`, {
      cause: error,
    });
  }
}

function parse(text: string): FittedThreshold {
  const { version, threshold, ...options } = (JSON.parse(text) ?? {}) as Record<string, unknown>;
  if (version !== VERSION) {
    throw new FormatError(`it has version ${String(version)}, but this release reads version ${VERSION}`);
  }
  if (typeof threshold !== "number" || !Number.isFinite(threshold) || threshold < 0) {
    throw new FormatError(`its threshold must be a finite number of at least 0, not ${String(threshold)}`);
  }
  return { threshold, rule: checkThresholdOptions(options) };
}
