import type { SeriesPreprocessor, SeriesWindows, Table, TablePreprocessor } from "../data/index.js";

/** A matrix with one sample per row. */
export interface Rows {
  readonly data: Uint8Array | Float32Array | Float64Array;
  readonly rows: number;
  readonly columns: number;
}

/** The kind of samples decides how they are modelled and drawn. */
export type Kind =
  /** All values are bytes, or from 0 to 1. */
  | "images"
  /** Points with two coordinates. */
  | "points"
  /** Rows of named columns, with what was learned about them. */
  | "table"
  /** Windows of rows that follow each other. */
  | "series"
  /** Any other numbers. */
  | "matrix";

/** Samples to train on, and held-out samples that training does not see. */
export interface Split {
  readonly training: Rows;
  readonly heldOut: Rows;
  /** Describes the held-out samples to the user. */
  readonly heldOutTitle: string;
}

/** Samples for a report, with labels or positions if they are known. */
export interface Examples extends Rows {
  /** Says what the samples are and how many. */
  readonly title: string;
  /** The class of each sample. */
  readonly labels?: Uint8Array | Float32Array | Float64Array;
  /** The position of each point on its curve. */
  readonly positions?: Uint8Array | Float32Array | Float64Array;
}

/** The table that samples were made of, and how. */
export interface Prepared {
  /** As it came; a series in the order of time. */
  readonly table: Table;
  readonly preprocessor: TablePreprocessor | SeriesPreprocessor;
  /** Where the windows of a series are; undefined for a table whose rows stand alone. */
  readonly places: SeriesWindows | undefined;
  /** What was guessed, a sentence each. */
  readonly notes: readonly string[];
}

/** A data set of known shape; built-in data are made only when needed. */
export interface Source {
  readonly kind: Kind;
  /** Where the samples come from; undefined for built-in data. */
  readonly file?: string;
  /** Values of a sample. */
  readonly columns: number;
  /** Shape of a sample, channels last. */
  readonly shape: readonly number[];
  /** Says what the samples are and how many. */
  readonly title: string;
  /** Width and height, if the samples are pictures in grey. */
  readonly picture?: { readonly width: number; readonly height: number };
  /** Whether all numbers are bytes or lie in [0, 1]. */
  readonly unit?: boolean;
  /** The file of each sample. */
  readonly names?: readonly string[];
  /** Of a table or a series. */
  readonly prepared?: Prepared;
  all(): Examples;
  split(): Split;
  /** Samples that training does not see; training samples if there are too few others. */
  examples(validationSplit: number): Examples;
}

/** How many samples are held out from training and shown afterwards. */
export const HELD_OUT = 10;
