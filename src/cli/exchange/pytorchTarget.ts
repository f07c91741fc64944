import { exportPyTorch, exportSafetensors } from "../../exchange/exporting.js";
import type { Autoencoder } from "../../index.js";
import type { ExportFlags, ExportTarget } from "./exportTarget.js";
import { wholeModel } from "./modelOf.js";

/** What a user of the bare model should know. */
export function preprocessorNotes({ preprocessor }: Autoencoder): string[] {
  if (preprocessor === undefined) return [];
  return [
    "not included: what makes samples of the table or series; give samples as model.preprocessor makes them",
  ];
}

/** Names of types in the command, and in the API. */
export const WEIGHTS = { f32: "float32", f16: "float16", bf16: "bfloat16" } as const;

/** Writes only the weights. */
function weightsOf(model: Autoencoder, { weights = "f32" }: ExportFlags) {
  const { bytes, largestDifference } = exportSafetensors(model, { weights: WEIGHTS[weights] });
  const difference = `largest difference of a weight: ${largestDifference.toPrecision(3)}`;
  return { bytes, notes: weights === "f32" ? [] : [difference] };
}

export const pytorchTarget: ExportTarget = {
  summary: "model.safetensors and model.py, a module that loads it",
  out: "folder",
  async export(subject, flags) {
    const model = wholeModel("pytorch", subject, flags);
    const threshold = subject.holds === "detector" && subject.detector.threshold;
    const { notes } = weightsOf(model, flags);
    return {
      files: exportPyTorch(model, { weights: WEIGHTS[flags.weights ?? "f32"] }),
      notes: [
        ...notes,
        ...(threshold === false ? [] : [`not included: the detector's threshold, ${threshold}`]),
        ...preprocessorNotes(model),
        "python3 model.py model.safetensors loads it and prints its shapes; it needs torch and safetensors",
      ],
    };
  },
};

export const safetensorsTarget: ExportTarget = {
  summary: "the weights alone, of --weights f32, f16 or bf16 (.safetensors)",
  out: "file",
  endings: [".safetensors"],
  async export(subject, flags) {
    const { bytes, notes } = weightsOf(wholeModel("safetensors", subject, flags), flags);
    return { files: [{ name: "model.safetensors", bytes }], notes };
  },
};
