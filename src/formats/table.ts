/** A value of a table; `null`, `undefined` and NaN mean that it is missing. */
export type Cell = string | number | bigint | boolean | Date | null | undefined;

/** One named column of a table. */
export interface TableColumn {
  /** Name from the file's header. */
  readonly name: string;
  /** One value per row: an array, or a typed array of numbers. */
  readonly values: ArrayLike<Cell>;
}

/** A table of named columns, stored column by column. */
export interface Table {
  /** Number of rows in each column. */
  readonly rows: number;
  /** In the order of the file. */
  readonly columns: readonly TableColumn[];
  /** For tables read from text: the line on which each row begins, counted from 1. Messages name it. */
  readonly lines?: ArrayLike<number>;
  /** What the reader guessed or changed, a sentence each, for people. */
  readonly notes?: readonly string[];
}
