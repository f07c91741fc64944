import type { Autoencoder } from "../../index.js";
import type { ExportFlags, ExportSubject, ExportTarget, ExportTools } from "./exportTarget.js";
import { modelOf } from "./modelOf.js";
import { roundingNotes, WEIGHTS } from "./weightTypes.js";

/** What a user of the bare model should know. */
export function preprocessorNotes({ preprocessor }: Autoencoder): string[] {
  if (preprocessor === undefined) return [];
  return [
    "not included: what makes samples of the table or series; give samples as model.preprocessor makes them",
  ];
}

/** What a user should know of a tool that takes the model alone. */
export function bareNotes(subject: ExportSubject): string[] {
  if (subject.holds === "tableDetector") return [];
  const threshold =
    subject.holds === "detector"
      ? [`not included: the detector's threshold, ${subject.detector.threshold}`]
      : [];
  return [...threshold, ...preprocessorNotes(subject.model)];
}

/** Writes only the weights. */
function weightsOf(model: Autoencoder, { weights = "f32" }: ExportFlags, { exportSafetensors }: ExportTools) {
  const { bytes, largestDifference } = exportSafetensors(model, { weights: WEIGHTS[weights] });
  return { bytes, notes: roundingNotes(weights, largestDifference) };
}

export const pytorchTarget: ExportTarget = {
  summary: "model.safetensors and model.py, a module that loads it",
  out: "folder",
  takes: ["weights"],
  async export(subject, flags, tools) {
    const model = modelOf("pytorch", subject);
    const { notes } = weightsOf(model, flags, tools);
    return {
      files: tools.exportPyTorch(model, { weights: WEIGHTS[flags.weights ?? "f32"] }),
      notes: [
        ...notes,
        ...bareNotes(subject),
        "python3 model.py model.safetensors loads it and prints its shapes; it needs torch and safetensors",
      ],
    };
  },
};

export const safetensorsTarget: ExportTarget = {
  summary: "the weights alone, of --weights f32, f16 or bf16 (.safetensors)",
  out: "file",
  endings: [".safetensors"],
  takes: ["weights"],
  async export(subject, flags, tools) {
    const { bytes, notes } = weightsOf(modelOf("safetensors", subject), flags, tools);
    return { files: [{ name: "model.safetensors", bytes }], notes };
  },
};
