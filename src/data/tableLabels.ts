import type { Table } from "../formats/table.js";
import type { TablePreprocessor } from "./tablePreprocessor.js";

/** 1 for each odd row; undefined if the table has no label column, which a table to score need not have. */
export function labelsIn(table: Table, preprocessor: TablePreprocessor): Uint8Array | undefined {
  const { labelColumn } = preprocessor;
  const known = table.columns.some(({ name }) => name === labelColumn);
  return known ? preprocessor.labels(table) : undefined;
}
