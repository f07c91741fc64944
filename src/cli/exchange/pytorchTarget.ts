import { exportPyTorch } from "../../exchange/exporting.js";
import type { Autoencoder } from "../../index.js";
import type { ExportTarget } from "./exportTarget.js";
import { wholeModel } from "./modelOf.js";

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
