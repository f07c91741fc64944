import type { AnomalyDetector } from "../../anomaly/detector.js";
import type { TableDetector } from "../../anomaly/tableDetector.js";
import type { ExportedFile } from "../../exchange/exportedFile.js";
import { exportKeras, exportTfjs, type PartOptions } from "../../exchange/exporting.js";
import { exportOnnx } from "../../exchange/onnx/exportOnnx.js";
import { ArgumentError, type Autoencoder } from "../../index.js";

/** What a saved file holds. */
export type ExportSubject =
  | { readonly holds: "model"; readonly model: Autoencoder }
  /** A model with its threshold, as `anomalies --save` writes it. */
  | { readonly holds: "detector"; readonly model: Autoencoder; readonly detector: AnomalyDetector }
  /** Several models and what was learnt of their table, as `detect --save` writes it. */
  | { readonly holds: "tableDetector"; readonly table: TableDetector };

/** Options of the command that targets may use. */
export interface ExportFlags {
  /** Which part of a model: `model` (default), `encoder` or `decoder`. */
  readonly part?: "model" | "encoder" | "decoder";
  /** How weights are stored; default `f32`. */
  readonly weights?: "f32" | "f16" | "bf16";
  /** What a graph takes of a table. */
  readonly input?: "columns" | "features";
}

/** A tool that models can be written for. To add one: its file in src/exchange/, and a line in `EXPORT_TARGETS`. */
export interface ExportTarget {
  /** What it writes, for the help. */
  readonly summary: string;
  /** Whether `--out` is one file or a folder. */
  readonly out: "file" | "folder";
  /** Endings that `--out` may have if it is a file. */
  readonly endings?: readonly string[];
  /**
   * @returns the file, or the files of the folder, and lines about them to print
   * @throws {ArgumentError} for what it cannot write, by the name of the layer
   */
  export(subject: ExportSubject, flags: ExportFlags): Promise<Exported>;
}

/** What an export made. */
export interface Exported {
  readonly files: readonly ExportedFile[];
  /** What the user should know: sizes, differences by rounding, how to load it. */
  readonly notes?: readonly string[];
}

/** By the name after `--to`. */
export const EXPORT_TARGETS: Readonly<Record<string, ExportTarget>> = {
  keras: {
    summary: "a .keras file for keras.models.load_model, Keras 3",
    out: "file",
    endings: [".keras"],
    async export(subject, flags) {
      const bytes = exportKeras(modelOf("keras", subject), partOf(flags));
      return {
        files: [{ name: "model.keras", bytes }],
        notes: ['open it with keras.models.load_model("…")'],
      };
    },
  },
  tfjs: {
    summary: "model.json and its weights for tf.loadLayersModel, TensorFlow.js",
    out: "folder",
    async export(subject, flags) {
      const files = exportTfjs(modelOf("tfjs", subject), partOf(flags));
      return {
        files,
        notes: ['serve the folder, and open it with await tf.loadLayersModel("…/model.json")'],
      };
    },
  },
  onnx: {
    summary: "an ONNX graph, for onnxruntime (.onnx)",
    out: "file",
    endings: [".onnx"],
    export: async (subject, flags) => onnxFile(subject, flags),
  },
};

function partOf({ part }: ExportFlags): PartOptions {
  return part ? { part } : {};
}

/** @throws {ArgumentError} for a detector of several models */
function modelOf(to: string, subject: ExportSubject): Autoencoder {
  if (subject.holds !== "tableDetector") return subject.model;
  throw new ArgumentError(
    `--to ${to} writes one model, but this is a detector of a table, with several; train one with isthmus train`,
  );
}

const WEIGHTS = { f32: "float32", f16: "float16", bf16: "bfloat16" } as const;

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
