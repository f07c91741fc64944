import type { PartOptions } from "../../exchange/exporting.js";
import type { ExportFlags, ExportTarget } from "./exportTarget.js";
import { modelOf } from "./modelOf.js";
import { bareNotes } from "./pytorchTarget.js";

export const kerasTarget: ExportTarget = {
  summary: "a .keras file for keras.models.load_model, Keras 3",
  out: "file",
  endings: [".keras"],
  takes: ["part"],
  async export(subject, flags, { exportKeras }) {
    const bytes = exportKeras(modelOf("keras", subject), partOf(flags));
    const open = 'open it with keras.models.load_model("…")';
    return { files: [{ name: "model.keras", bytes }], notes: [...bareNotes(subject), open] };
  },
};

export const tfjsTarget: ExportTarget = {
  summary: "model.json and its weights for tf.loadLayersModel, TensorFlow.js",
  out: "folder",
  takes: ["part"],
  async export(subject, flags, { exportTfjs }) {
    const files = exportTfjs(modelOf("tfjs", subject), partOf(flags));
    const open = 'serve the folder, and open it with await tf.loadLayersModel("…/model.json")';
    return { files, notes: [...bareNotes(subject), open] };
  },
};

function partOf({ part }: ExportFlags): PartOptions {
  return part ? { part } : {};
}
