import type { ExportSubject, ExportTarget } from "./exportTarget.js";
import { roundingNotes, WEIGHTS } from "./weightTypes.js";

export const onnxTarget: ExportTarget = {
  summary: "an ONNX graph, for onnxruntime (.onnx)",
  out: "file",
  endings: [".onnx"],
  takes: ["part", "weights", "input"],
  async export(subject, { part, input, weights = "f32" }, { exportOnnx }) {
    const { bytes, largestDifference, notes } = exportOnnx(exportedOf(subject), {
      ...(part && { part }),
      ...(input && { input }),
      weights: WEIGHTS[weights],
    });
    return {
      files: [{ name: "model.onnx", bytes }],
      notes: [...notes, ...roundingNotes(weights, largestDifference)],
    };
  },
};

function exportedOf(subject: ExportSubject) {
  if (subject.holds === "model") return subject.model;
  return subject.holds === "detector" ? subject.detector : subject.table;
}
