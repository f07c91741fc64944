/** A value of a table as a file or a program gives it; `null`, `undefined` and NaN stand for a missing one. */
export type Cell = string | number | bigint | boolean | Date | null | undefined;

/** One named column of a table. */
export interface TableColumn {
  /** As the file's header has it. */
  readonly name: string;
  /** One for each row: an array, or a typed array of numbers. */
  readonly values: ArrayLike<Cell>;
}

/** Rows of named columns, kept column by column. */
export interface Table {
  /** How many rows each column has. */
  readonly rows: number;
  /** In the order of the file. */
  readonly columns: readonly TableColumn[];
  /** For tables read from text: the line on which each row begins, counted from 1. Messages name it. */
  readonly lines?: ArrayLike<number>;
  /** What the reader guessed or changed, a sentence each, for people. */
  readonly notes?: readonly string[];
}
