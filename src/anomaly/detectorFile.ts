import type { Autoencoder } from "../autoencoder/autoencoder.js";
import { oneOf } from "../common/check.js";
import { FormatError } from "../common/errors.js";
import { CHECKSUM } from "../saving/checksum.js";
import {
  DETECTOR_KEY,
  ENSEMBLE_KEY,
  encodeModel,
  orFormatError,
  parseMetadata,
} from "../saving/modelFile.js";
import { preprocessorMetadata } from "../saving/preprocessorText.js";
import { checkScore, type DetectionRule, NAMED_RULES } from "./detectionThreshold.js";
import { checkThresholdOptions } from "./threshold.js";

/** What a detector has learnt. */
export interface FittedThreshold {
  readonly threshold: number;
  readonly rule: DetectionRule;
}

/** Format version of the detector's metadata. */
const VERSION = 1;

/**
 * The file of a model with a detector in its metadata.
 *
 * @param metadata further texts for `__metadata__`, checked
 */
export function encodeDetector(
  model: Autoencoder,
  fitted: FittedThreshold,
  metadata: Readonly<Record<string, string>>,
): Uint8Array {
  const { preprocessor } = model;
  const own = preprocessorMetadata(preprocessor && JSON.stringify(preprocessor));
  const all = { ...own, ...metadata, ...detectorMetadata(fitted) };
  return encodeModel(model.description, model.getWeights(), model.scaling, [], all);
}

/** The metadata that a detector adds to its model's file. */
export function detectorMetadata({ threshold, rule }: FittedThreshold): Record<string, string> {
  const options = optionsOf(rule);
  const text = JSON.stringify({ version: VERSION, threshold, ...options });
  // Reserves the checksum's position before the detector, as in earlier files, so that the bytes stay the same.
  return { [CHECKSUM]: "", [DETECTOR_KEY]: text };
}

/** A rule as the metadata have it. Rules without parameters are there by name; version 1 began without them. */
function optionsOf(rule: DetectionRule): object {
  switch (rule.kind) {
    case "contamination":
      return { contamination: rule.contamination };
    case "sigma":
      return { sigma: rule.sigma };
    default:
      return { rule: rule.kind };
  }
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
  const parsed = parseMetadata(DETECTOR_KEY, "the anomaly detector", text, VERSION);
  const { threshold, rule, ...options } = parsed as { threshold?: unknown; rule?: unknown };
  return orFormatError("the description of the anomaly detector is not valid", () => {
    const score = checkScore("threshold", threshold);
    return { threshold: score, rule: ruleOf(rule, score) ?? checkThresholdOptions(options) };
  });
}

/** A rule without parameters; undefined if the file has another. */
function ruleOf(kind: unknown, threshold: number): DetectionRule | undefined {
  if (kind === undefined) return undefined;
  const name = oneOf("rule", kind, [...NAMED_RULES, "threshold"]);
  return name === "threshold" ? { kind: name, threshold } : { kind: name };
}
