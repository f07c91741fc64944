import { show } from "../common/check.js";
import { ArgumentError, ShapeError } from "../common/errors.js";
import { objectTag } from "../common/objectTag.js";
import type { Cell, Table, TableColumn } from "../formats/table.js";
import { quote } from "../formats/typedArrays.js";

/** What a column that is to be written holds: the type of its typed array, or of the values of its array. */
export type ColumnKind =
  | "int8"
  | "int16"
  | "int32"
  | "int64"
  | "uint8"
  | "uint16"
  | "uint32"
  | "uint64"
  | "float32"
  | "float64"
  | "boolean"
  | "string"
  | "date"
  | "empty";

/** A column that can be written. */
export interface TypedColumn {
  readonly name: string;
  readonly kind: ColumnKind;
  /** The values, all of the kind: a typed array, or an array in which null stands for a missing one. */
  readonly values: ArrayLike<Cell>;
  /** Whether any value is null. */
  readonly nullable: boolean;
}

const TYPED: Readonly<Record<string, ColumnKind>> = {
  Int8Array: "int8",
  Int16Array: "int16",
  Int32Array: "int32",
  BigInt64Array: "int64",
  Uint8Array: "uint8",
  Uint8ClampedArray: "uint8",
  Uint16Array: "uint16",
  Uint32Array: "uint32",
  BigUint64Array: "uint64",
  Float32Array: "float32",
  Float64Array: "float64",
};

const LARGEST_INT64 = 2n ** 63n - 1n;

/**
 * Checks a table that is about to be written.
 *
 * @throws {ArgumentError} when it is no table, has two columns of a name, or a column of values of several kinds
 * @throws {ShapeError} when a column has another number of values than the table has rows
 */
export function requireTable(table: unknown): Table {
  const { rows, columns } = (table ?? {}) as Partial<Table>;
  if (!Number.isSafeInteger(rows) || rows! < 0 || !Array.isArray(columns)) {
    throw new ArgumentError(`table must be an object with rows and columns, not ${show(table)}`);
  }
  const names = new Set<string>();
  for (const [index, column] of columns.entries()) {
    const { name, values } = (column ?? {}) as Partial<TableColumn>;
    if (typeof name !== "string")
      throw new ArgumentError(`column ${index} of table has the name ${show(name)}`);
    if (names.has(name)) throw new ArgumentError(`table has two columns ${quote(name)}`);
    names.add(name);
    const list =
      Array.isArray(values) || (ArrayBuffer.isView(values) && Object.hasOwn(TYPED, objectTag(values)));
    if (!list)
      throw new ArgumentError(`column ${quote(name)} must have an array of values, not ${show(values)}`);
    if (values!.length !== rows) {
      throw new ShapeError(`column ${quote(name)} has ${values!.length} values, but table has ${rows} rows`);
    }
  }
  return table as Table;
}

/** Checks a table whose columns may have cells of several kinds. Throws as `requireTable`, and for what is no cell. */
export function requireCells(table: unknown): Table {
  const checked = requireTable(table);
  for (const { name, values } of checked.columns) {
    for (let row = 0; Array.isArray(values) && row < values.length; row++) {
      if (!isMissing(values[row])) kindOf(values[row], name, row);
    }
  }
  return checked;
}

/** The columns of a table with their kinds. Throws as `requireTable`. */
export function typedColumns(table: unknown): TypedColumn[] {
  return requireTable(table).columns.map(typedColumn);
}

function typedColumn({ name, values }: TableColumn): TypedColumn {
  if (!Array.isArray(values)) return { name, values, kind: TYPED[objectTag(values)]!, nullable: false };
  const counts = new Map<ColumnKind, number>();
  const cells = Array.from(values as ArrayLike<unknown>, (value, row) => {
    if (isMissing(value)) return null;
    const kind = kindOf(value, name, row);
    if (!counts.has(kind)) counts.set(kind, row);
    return value as Cell;
  });
  return { name, ...settled(name, counts, cells), nullable: cells.includes(null) };
}

/** A date that is none is missing, as is what is not there; a number that is NaN stays one. */
function isMissing(value: unknown): boolean {
  return value === null || value === undefined || (value instanceof Date && Number.isNaN(value.getTime()));
}

function kindOf(value: unknown, column: string, row: number): ColumnKind {
  if (typeof value === "number") return "float64";
  if (typeof value === "string" || typeof value === "boolean") return typeof value as "string" | "boolean";
  if (typeof value === "bigint") return value > LARGEST_INT64 ? "uint64" : "int64";
  if (objectTag(value) === "Date") return "date";
  throw new ArgumentError(
    `row ${row} of column ${quote(column)} must be a text, number, boolean or Date, not ${show(value)}`,
  );
}

/** One kind for all values: integers of both sorts become those that have room for them. */
function settled(
  name: string,
  counts: ReadonlyMap<ColumnKind, number>,
  cells: readonly Cell[],
): Pick<TypedColumn, "kind" | "values"> {
  const [first = "empty", second] = [...counts.keys()];
  if (second === undefined) return { kind: first, values: requireRange(name, first, cells) };
  const numbers = [...counts.keys()].every((kind) => ["float64", "int64", "uint64"].includes(kind));
  if (!numbers) {
    throw new ArgumentError(
      `column ${quote(name)} has values of two kinds: ${first} in row ${counts.get(first)}, ${second} in row ${counts.get(second)}`,
    );
  }
  const whole = cells.every((cell) => typeof cell !== "number" || Number.isSafeInteger(cell));
  if (!whole) {
    // Among fractions an integer is a float, if it can be.
    const values = cells.map((cell) => (typeof cell === "bigint" ? exactNumber(name, cell) : cell));
    return { kind: "float64", values };
  }
  const kind = counts.has("uint64") ? "uint64" : "int64";
  return {
    kind,
    values: requireRange(
      name,
      kind,
      cells.map((cell) => (typeof cell === "number" ? BigInt(cell) : cell)),
    ),
  };
}

function requireRange(name: string, kind: ColumnKind, cells: readonly Cell[]): readonly Cell[] {
  if (kind !== "int64" && kind !== "uint64") return cells;
  const [low, high] = kind === "int64" ? [-(2n ** 63n), LARGEST_INT64] : [0n, 2n ** 64n - 1n];
  const row = cells.findIndex((cell) => typeof cell === "bigint" && (cell < low || cell > high));
  if (row < 0) return cells;
  throw new ArgumentError(
    `row ${row} of column ${quote(name)} is ${show(cells[row])}, beyond 64 bits of its column`,
  );
}

function exactNumber(name: string, value: bigint): number {
  const number = Number(value);
  if (BigInt(number) === value) return number;
  throw new ArgumentError(`column ${quote(name)} has fractions and ${value}, which no 64-bit float has`);
}
