import { statSync } from "node:fs";
import { dataFormat } from "../codecs/dataFile.js";
import { nearest } from "../common/nearest.js";
import { withFile } from "../files/open.js";
import { FOREIGN_START } from "../formats/foreignFile.js";
import { arrayFormat } from "../formats/readSamples.js";
import { ArgumentError } from "../index.js";

/** What DATA can be, apart from built-in data. */
export type DataShape =
  /** PNG or JPEG, or a folder. */
  | "images"
  /** IDX, NPY or NPZ. */
  | "arrays"
  /** CSV, TSV, JSON, Parquet or Arrow. */
  | "table"
  /** Anything else. */
  | "unknown";

/** Endings of tables of text. */
const TEXT_TABLE = /\.(csv|tsv|json|jsonl|ndjson)(\.gz)?$/i;

/** Whether a name stands for built-in data and not for a file. */
export const isBuiltIn = (name: string) => name === "digits" || name === "spiral";

/** The path of a data file; undefined for built-in data and standard input. */
export const dataFile = (name: string) => (isBuiltIn(name) || name === "-" ? undefined : name);

/**
 * Looks at the first bytes of a file, and for texts at its ending.
 *
 * @throws {ArgumentError} if there is no such file
 */
export async function dataShapeOf(name: string): Promise<DataShape> {
  if (name === "-") return "table";
  const found = lookAt(name);
  if (found === "missing") {
    const near = nearest(name, ["digits", "spiral"]);
    const hint = near === undefined ? "" : `; did you mean ${near}?`;
    throw new ArgumentError(`File not found: ${name} (built-in data: digits, spiral)${hint}`);
  }
  if (found === "folder") return "images";
  const start = await withFile(name, (source) => source.peek(FOREIGN_START));
  const format = dataFormat(start);
  if (format === "png" || format === "jpeg") return "images";
  if (format === "parquet" || format === "arrow") return "table";
  if (format === "npz" || arrayFormat(start) !== undefined) return "arrays";
  return TEXT_TABLE.test(name) ? "table" : "unknown";
}

/** Whether the file certainly does not exist. In a folder without permission to look, nobody can tell. */
function lookAt(path: string): "missing" | "folder" | "file" {
  try {
    const found = statSync(path, { throwIfNoEntry: false });
    if (found === undefined) return "missing";
    return found.isDirectory() ? "folder" : "file";
  } catch {
    return "file";
  }
}
