import { exportOnnx } from "../../exchange/exporting.js";
import type { Exported, ExportFlags, ExportSubject, ExportTarget } from "./exportTarget.js";
import { WEIGHTS } from "./pytorchTarget.js";

export const onnxTarget: ExportTarget = {
  summary: "an ONNX graph, for onnxruntime (.onnx)",
  out: "file",
  endings: [".onnx"],
  export: async (subject, flags) => onnxFile(subject, flags),
};

function onnxFile(subject: ExportSubject, { part, input, weights = "f32" }: ExportFlags): Exported {
  const { bytes, largestDifference, notes } = exportOnnx(exportedOf(subject), {
    ...(part && { part }),
    ...(input && { input }),
    weights: WEIGHTS[weights],
  });
  const difference = `largest difference of a weight: ${largestDifference.toPrecision(3)}`;
  return {
    files: [{ name: "model.onnx", bytes }],
    notes: [...notes, ...(weights === "f32" ? [] : [difference])],
  };
}

function exportedOf(subject: ExportSubject) {
  if (subject.holds === "model") return subject.model;
  return subject.holds === "detector" ? subject.detector : subject.table;
}
