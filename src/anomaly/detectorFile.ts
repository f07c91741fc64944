import { number } from "../check.js";
import { FormatError } from "../errors.js";
import { decodeSafetensors, encodeSafetensors } from "../formats/safetensors.js";
import type { FileBytes } from "../formats/typedArrays.js";
import { withChecksum } from "../saving/checksum.js";
import { DETECTOR_KEY, orFormatError, parseMetadata } from "../saving/modelFile.js";
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
  return encodeSafetensors(
    tensors.values(),
    withChecksum(tensors.values(), { ...metadata, [DETECTOR_KEY]: text }),
  );
}

/** @throws {FormatError} when the bytes are no safetensors file with a detector in it */
export function readDetector(bytes: FileBytes): FittedThreshold {
  const { metadata } = decodeSafetensors(bytes);
  const text = metadata[DETECTOR_KEY];
  if (text === undefined) {
    throw new FormatError(`the file has no anomaly detector (__metadata__["${DETECTOR_KEY}"])`);
  }
  const { threshold, ...options } = parseMetadata(DETECTOR_KEY, "the anomaly detector", text, VERSION) as {
    threshold?: unknown;
  };
  return orFormatError("the description of the anomaly detector is not valid", () => ({
    threshold: number("threshold", threshold, "a number of at least 0", (x) => x >= 0),
    rule: checkThresholdOptions(options),
  }));
}
