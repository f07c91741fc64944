import { exportPyTorch } from "../../exchange/exporting.js";
import { ArgumentError, type Autoencoder } from "../../index.js";
import type { ExportFlags, ExportSubject, ExportTarget } from "./exportTarget.js";

/**
 * The whole model of a file.
 *
 * @throws {ArgumentError} for a detector of several models, and for --part
 */
export function wholeModel(to: string, subject: ExportSubject, { part = "model" }: ExportFlags): Autoencoder {
  if (subject.holds === "tableDetector") {
    throw new ArgumentError(
      `--to ${to} is for one model, but this file holds the models of detect and what was learned of their table`,
    );
  }
  if (part !== "model") {
    throw new ArgumentError(`--part ${part} is not for --to ${to}, whose model has both halves`);
  }
  return subject.model;
}

/** What a user of the bare model should know. */
export function preprocessorNotes({ preprocessor }: Autoencoder): string[] {
  if (preprocessor === undefined) return [];
  return [
    "not included: what makes samples of the table or series; give samples as model.preprocessor makes them",
  ];
}

export const pytorchTarget: ExportTarget = {
  summary: "model.safetensors and model.py, a module that loads it",
  out: "folder",
  async export(subject, flags) {
    const model = wholeModel("pytorch", subject, flags);
    const threshold = subject.holds === "detector" && subject.detector.threshold;
    return {
      files: exportPyTorch(model),
      notes: [
        ...(threshold === false ? [] : [`not included: the detector's threshold, ${threshold}`]),
        ...preprocessorNotes(model),
        "python3 model.py model.safetensors loads it and prints its shapes; it needs torch and safetensors",
      ],
    };
  },
};
