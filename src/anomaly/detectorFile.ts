import { number } from "../common/check.js";
import { FormatError } from "../common/errors.js";
import { CHECKSUM } from "../saving/checksum.js";
import { DETECTOR_KEY, ENSEMBLE_KEY, orFormatError, parseMetadata } from "../saving/modelFile.js";
import { checkThresholdOptions, type ThresholdRule } from "./threshold.js";

/** What a detector has learnt. */
export interface FittedThreshold {
  readonly threshold: number;
  readonly rule: ThresholdRule;
}

/** Format version of the detector's metadata. */
const VERSION = 1;

/** The metadata that a detector adds to its model's file. */
export function detectorMetadata({ threshold, rule }: FittedThreshold): Record<string, string> {
  const { kind: _, ...options } = rule;
  const text = JSON.stringify({ version: VERSION, threshold, ...options });
  // Reserves the checksum's position before the detector, as in earlier files, so that the bytes stay the same.
  return { [CHECKSUM]: "", [DETECTOR_KEY]: text };
}

/** Whether a file with this metadata has a detector. */
export function hasDetector(metadata: Readonly<Record<string, string>>): boolean {
  return metadata[DETECTOR_KEY] !== undefined;
}

/** @throws {FormatError} unless the metadata has a valid detector */
export function readDetector(metadata: Readonly<Record<string, string>>): FittedThreshold {
  const text = metadata[DETECTOR_KEY];
  if (text === undefined) {
    throw new FormatError(
      metadata[ENSEMBLE_KEY] === undefined
        ? `the file has no anomaly detector (__metadata__["${DETECTOR_KEY}"])`
        : "the file holds the detector of detectAnomalies; read it with loadEnsembleDetector or " +
            "EnsembleDetector.fromSafetensors",
    );
  }
  const { threshold, ...options } = parseMetadata(DETECTOR_KEY, "the anomaly detector", text, VERSION) as {
    threshold?: unknown;
  };
  return orFormatError("the description of the anomaly detector is not valid", () => ({
    threshold: number("threshold", threshold, "a number of at least 0", (x) => x >= 0),
    rule: checkThresholdOptions(options),
  }));
}
