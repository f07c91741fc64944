import type { AnomalyDetector } from "../../anomaly/detector.js";
import type { TableDetector } from "../../anomaly/tableDetector.js";
import type { ExportedFile } from "../../exchange/exportedFile.js";
import type { Autoencoder } from "../../index.js";

/** What a saved file holds. */
export type ExportSubject =
  | { readonly holds: "model"; readonly model: Autoencoder }
  /** A model with its threshold, as `anomalies --save` writes it. */
  | { readonly holds: "detector"; readonly model: Autoencoder; readonly detector: AnomalyDetector }
  /** Several models and what was learnt of their table, as `detect --save` writes it. */
  | { readonly holds: "tableDetector"; readonly table: TableDetector };

/** What writes models for other tools; the command loads it when it is needed, since other commands do without. */
export type ExportTools = typeof import("../../exchange/exporting.js");

/** Options of the command that only some targets take. */
export type OwnFlag = "part" | "weights" | "input";

/** Options of the command that targets may use. */
export interface ExportFlags {
  /** Which part of a model: `model` (default), `encoder` or `decoder`. */
  readonly part?: "model" | "encoder" | "decoder";
  /** How weights are stored; default `f32`. */
  readonly weights?: "f32" | "f16" | "bf16";
  /** What a graph takes of a table. */
  readonly input?: "columns" | "features";
  /** The file or folder to write. */
  readonly out?: string;
}

/** A tool that models can be written for. To add one: its file in src/exchange/, and a line in exportTargets.ts. */
export interface ExportTarget {
  /** What it writes, for the help. */
  readonly summary: string;
  /** Whether `--out` is one file or a folder. Further files of the former lie beside it. */
  readonly out: "file" | "folder";
  /** Endings that `--out` may have if it is a file. */
  readonly endings?: readonly string[];
  /** Which of the options it takes; the command refuses others. */
  readonly takes: readonly OwnFlag[];
  /**
   * @returns the file, or the files of the folder, and lines about them to print
   * @throws {ArgumentError} for what it cannot write, by the name of the layer
   */
  export(subject: ExportSubject, flags: ExportFlags, tools: ExportTools): Promise<Exported>;
}

/** What an export made. */
export interface Exported {
  readonly files: readonly ExportedFile[];
  /** What the user should know: sizes, differences by rounding, how to load it. */
  readonly notes?: readonly string[];
}
