import { extname } from "node:path";
import type { Table } from "../data/index.js";
import { ArgumentError, type Matrix } from "../index.js";
import { saveNpy, saveNpz, saveTable } from "../node.js";
import {
  checkImageFolder,
  type Images,
  isFolderName,
  saveImageFolder,
  saveImageSheet,
} from "./imageFiles.js";
import { checkOutputs, type Files } from "./outputs.js";
import { confirmReplacing } from "./replacing.js";

/** What a model returned, and all that it can be written as. */
export interface Result {
  readonly matrix: Matrix;
  /** What it is: the name of the array in .npz. */
  readonly name: string;
  /** Shape of the array, the samples first. */
  readonly shape: readonly number[];
  /** What is written to a table; undefined for the matrix with numbered columns. */
  readonly table: (() => Table) | undefined;
  /** Name of a column of the matrix, before its number. */
  readonly column: string;
  /** The samples as images; undefined if they are none, and then why. */
  readonly images: Images | undefined;
}

const TABLES = [".csv", ".parquet", ".arrow", ".feather"];

/**
 * Checks, before any work, where to write a result.
 *
 * @param images whether the result can be images
 * @throws {ArgumentError} for an ending that says nothing, and for outputs that would replace an input
 */
export async function checkResult(out: string, inputs: Files, images: boolean): Promise<void> {
  if (isFolderName(out) && images) {
    await checkImageFolder("--out", out, inputs.DATA);
    return confirmReplacing([out]);
  }
  const known = [".csv", ".npy", ".npz", ...TABLES.slice(1), ...(images ? [".png"] : [])];
  if (!known.includes(extname(out).toLowerCase())) {
    const folder = images ? "; for images, also / for a folder" : "";
    throw new ArgumentError(
      `--out ${JSON.stringify(out)} must end in ${known.slice(0, -1).join(", ")} or ${known.at(-1)}${folder}`,
    );
  }
  await checkOutputs({ "--out": out }, inputs);
}

/** Writes a result in the format of the path's ending. Returns the shape of what is written. */
export async function saveResult(out: string, result: Result): Promise<readonly number[]> {
  const ending = extname(out).toLowerCase();
  const { matrix, name, shape, table, column, images } = result;
  if (isFolderName(out) || ending === ".png") {
    if (!images) {
      throw new ArgumentError(
        `--out ${JSON.stringify(out)} is for images, but the model's samples are none; write .csv or .npy`,
      );
    }
    await (isFolderName(out) ? saveImageFolder(out, images) : saveImageSheet(out, images));
    return shape;
  }
  if (TABLES.includes(ending)) {
    const given = table?.();
    await saveTable(out, given ?? matrix, given ? {} : { column });
    return given ? [given.rows, given.columns.length] : matrix.shape;
  }
  const array = { shape, data: matrix.data };
  await (ending === ".npz" ? saveNpz(out, { [name]: array }) : saveNpy(out, array));
  return shape;
}
