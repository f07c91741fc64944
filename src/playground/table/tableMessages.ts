import type { EngineReport } from "../shared/engineLine.js";
import type { TrainingSettings } from "./tableSettings.js";

/** What a visitor wants of a column; `"auto"` leaves it to the library. */
export const USES = ["auto", "number", "category", "boolean", "date", "drop", "label", "id"] as const;
export type Use = (typeof USES)[number];

/** What the visitor wants of the columns. */
export interface ColumnChoices {
  /** By the place of the column. */
  readonly uses: readonly Use[];
  /** Values of the label column that mean an odd row, separated by commas; empty for those that are known. */
  readonly oddLabels: string;
}

/** Requests from the page to its worker. */
export type ToWorker =
  /** Opens a table or a detector. */
  | { readonly kind: "open"; readonly name: string; readonly bytes: Uint8Array<ArrayBuffer> }
  | { readonly kind: "example"; readonly seed: number }
  | { readonly kind: "choose"; readonly choices: ColumnChoices }
  | { readonly kind: "train"; readonly settings: TrainingSettings }
  | { readonly kind: "stop" }
  /** Gives up the detector that was opened. */
  | { readonly kind: "forget" }
  /** Asks for the oddest rows, with reasons. */
  | { readonly kind: "look"; readonly threshold: number; readonly count: number }
  | { readonly kind: "saveTable"; readonly threshold: number }
  | { readonly kind: "saveDetector"; readonly threshold: number };

export type Phase = "empty" | "preparing" | "ready" | "training" | "scored";

/** What was decided about a column, for people. */
export interface ColumnReport {
  readonly name: string;
  readonly type: string;
  readonly features: number;
  readonly missing: number;
  readonly range: string;
  readonly action: string;
}

/** What is known of a table before it is scored. */
export interface TableReport {
  /** The file's name, or what the example is. */
  readonly title: string;
  readonly rows: number;
  readonly columns: readonly ColumnReport[];
  readonly choices: ColumnChoices;
  /** Number of values that a model gets of each row. */
  readonly features: number;
  /** What was guessed, a sentence each. */
  readonly notes: readonly string[];
  /** The column whose times can order the rows. */
  readonly timeColumn?: string;
  /** The column that tells which rows are odd, and how many it calls so. */
  readonly labels?: { readonly column: string; readonly odd: number };
  /** Name of the file of the detector that has settled all this. */
  readonly detector?: string;
}

/** The scores of a table's rows. */
export interface Scored {
  /** One per row; higher is odder. Rows of a series are in the order of time. */
  readonly scores: Float32Array;
  /** A row is flagged if this is above the threshold: its score, or the lowest score of the windows that it is in. */
  readonly deciding: Float32Array;
  /** 1 for each row that the label column calls odd. */
  readonly labels?: Uint8Array;
  /** Only with labels of both kinds. */
  readonly evaluation?: { readonly rocAuc: number; readonly averagePrecision: number };
  readonly threshold: number;
  /** How the threshold was chosen. */
  readonly rule: string;
  /** Rows of a window, for a series. */
  readonly window?: number;
  readonly engine: EngineReport;
}

/** An odd row, or an odd stretch of a series. */
export interface Find {
  /** The first and the last row, from 0. */
  readonly first: number;
  readonly last: number;
  /** The oddest of them, whose score and reasons are given. */
  readonly row: number;
  /** Where it is, in words: its number, line, time or name. */
  readonly place: string;
  readonly score: number;
  readonly reasons: readonly { readonly text: string; readonly share: number }[];
}

/** Messages from the worker to the page. */
export type FromWorker =
  | { readonly kind: "phase"; readonly phase: Phase; readonly text: string }
  | { readonly kind: "table"; readonly report: TableReport }
  | { readonly kind: "progress"; readonly member: number; readonly members: number }
  | { readonly kind: "scored"; readonly scored: Scored }
  | { readonly kind: "finds"; readonly finds: readonly Find[]; readonly count: number }
  | { readonly kind: "file"; readonly name: string; readonly bytes: Uint8Array<ArrayBuffer> }
  | { readonly kind: "error"; readonly message: string };
