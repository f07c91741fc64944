import { oneOf } from "../common/check.js";
import { FormatError } from "../common/errors.js";
import { quote } from "../formats/typedArrays.js";
import {
  type Cells,
  dayCells,
  decimalCells,
  floatCells,
  integerCells,
  mapped,
  secondCells,
  type TextDecoding,
  type TimeUnit,
  timestampCells,
  unreadableColumn,
} from "./cells.js";

type Values = ArrayLike<unknown>;

/** What is read of an element of a Parquet file's schema. */
export interface ParquetElement {
  readonly name: string;
  readonly type?: string;
  readonly repetition_type?: string;
  readonly num_children?: number;
  readonly scale?: number;
  converted_type?: string;
  logical_type?: {
    readonly type: string;
    readonly scale?: number;
    readonly unit?: string;
    readonly isSigned?: boolean;
  };
}

/** A flat column of a Parquet file. */
export interface ParquetColumn {
  readonly name: string;
  /** Whether values may be missing. */
  readonly optional: boolean;
  /** What cells come of the values as they are stored. */
  readonly convert: (values: Values) => Cells;
}

const UNITS: Readonly<Record<string, TimeUnit>> = {
  MILLIS: "millisecond",
  MICROS: "microsecond",
  NANOS: "nanosecond",
};

/**
 * The columns of a file that are wanted. Takes the meaning of their values from the metadata, so that the values come as
 * they are stored.
 *
 * @param wanted names; default: all
 * @throws {FormatError} for a wanted column that is nested, or of a kind that no table has, which names it
 * @throws {ArgumentError} for a wanted column that is not there
 */
export function takeColumns(
  { schema }: { schema: ParquetElement[] },
  wanted: readonly string[] | undefined,
  texts: TextDecoding,
): ParquetColumn[] {
  const [root, ...elements] = schema;
  const top: { element: ParquetElement; nested: boolean }[] = [];
  for (let i = 0; i < elements.length; i += sizeOf(elements, i)) {
    const element = elements[i]!;
    top.push({ element, nested: element.type === undefined || element.repetition_type === "REPEATED" });
  }
  if (root === undefined || root.num_children !== top.length)
    throw new FormatError("bytes is not a valid Parquet file: its schema is damaged");
  const names = top.map(({ element }) => element.name);
  const double = names.find((name, i) => names.indexOf(name) !== i);
  if (double !== undefined) throw new FormatError(`bytes has two columns ${quote(double)}`);
  const chosen =
    wanted?.map((name) => top[names.indexOf(oneOf("column", name, names.slice(0, 100)))]!) ?? top;
  return chosen.map(({ element, nested }) => {
    if (nested) throw unreadableColumn(element.name, "nested values (lists, maps or structures)");
    const convert = conversion(element, texts);
    const optional = element.repetition_type !== "REQUIRED";
    delete element.converted_type;
    delete element.logical_type;
    return { name: element.name, optional, convert };
  });
}

/** How many elements stand for the column that begins at `index`, its children included. */
function sizeOf(elements: readonly ParquetElement[], index: number): number {
  let size = 1;
  for (let open = elements[index]!.num_children ?? 0; open > 0; open--) {
    const child = elements[index + size++];
    if (child === undefined)
      throw new FormatError("bytes is not a valid Parquet file: its schema is damaged");
    open += child.num_children ?? 0;
  }
  return size;
}

/** What becomes of stored values, by the column's logical type or, in older files, its converted type. */
function conversion(element: ParquetElement, texts: TextDecoding): (values: Values) => Cells {
  const { name, type, converted_type: converted, logical_type: logical, scale = 0 } = element;
  const integers = (convert: (values: ArrayLike<number | bigint | null>) => Cells) =>
    type === "INT32" || type === "INT64"
      ? (convert as (values: Values) => Cells)
      : refuse(name, `${type} that are said to be integers`);
  if (logical?.type === "DECIMAL" || converted === "DECIMAL") {
    const places = logical?.scale ?? scale;
    return (values) => decimalCells(mapped(values as ArrayLike<Stored | null>, unscaled), places);
  }
  if (logical?.type === "DATE" || converted === "DATE") return integers(dayCells);
  const stamp = logical?.type === "TIMESTAMP" ? UNITS[logical.unit ?? ""] : unitOf(converted, "TIMESTAMP");
  if (stamp) return integers((values) => timestampCells(values, stamp));
  const time = logical?.type === "TIME" ? UNITS[logical.unit ?? ""] : unitOf(converted, "TIME");
  if (time) return integers((values) => secondCells(values, time));
  if (logical?.type === "FLOAT16") {
    return (values) => floatCells(mapped(values as ArrayLike<Uint8Array | null>, half) as number[], Number);
  }
  if (logical?.type === "UUID") return (values) => mapped(values as ArrayLike<Uint8Array | null>, uuid);
  const other = logical?.type ?? converted;
  if (other !== undefined && ["GEOMETRY", "GEOGRAPHY", "VARIANT", "BSON", "INTERVAL"].includes(other)) {
    return refuse(name, other.toLowerCase());
  }
  const unsigned =
    logical?.type === "INTEGER" ? !logical.isSigned : (converted?.startsWith("UINT_") ?? false);
  return physical(name, type, unsigned, texts);
}

/** What becomes of values without another meaning than their storage. */
function physical(name: string, type: ParquetElement["type"], unsigned: boolean, texts: TextDecoding) {
  switch (type) {
    case "BOOLEAN":
      return (values: Values) => mapped(values as ArrayLike<boolean | null>, Boolean);
    case "INT32":
      return (values: Values) =>
        floatCells(values as number[], (value) => (unsigned ? Number(value) >>> 0 : Number(value)));
    case "INT64":
      return (values: Values) =>
        integerCells(
          unsigned ? mapped(values as bigint[], (value) => BigInt.asUintN(64, value)) : (values as bigint[]),
        );
    case "FLOAT":
      return (values: Values) => floats(values as number[]);
    case "DOUBLE":
      return (values: Values) => floatCells(values as number[], Number);
    case "INT96":
      // Only timestamps have this type, which is out of use; the reader makes nanoseconds of them.
      return (values: Values) => timestampCells(values as bigint[], "nanosecond");
    case "BYTE_ARRAY":
      return (values: Values) => mapped(values as Uint8Array[], (bytes) => texts.text(bytes, name));
    default:
      return refuse(name, "bytes of fixed length");
  }
}

function refuse(name: string, what: string): never {
  throw unreadableColumn(name, what);
}

function floats(values: ArrayLike<number | null | undefined>): Cells {
  const cells = mapped(values, Number);
  return cells.includes(null) ? cells : Float32Array.from(cells as number[]);
}

function unitOf(converted: string | undefined, kind: string): TimeUnit | undefined {
  const [what, unit] = converted?.split("_") ?? [];
  return what === kind ? UNITS[unit ?? ""] : undefined;
}

type Stored = number | bigint | Uint8Array;

/** The integer that stands for a decimal: as such, or big-endian in two's complement. */
function unscaled(value: Stored): bigint {
  if (!(value instanceof Uint8Array)) return BigInt(value);
  const whole = value.reduce((sum, byte) => sum * 256n + BigInt(byte), 0n);
  return BigInt.asIntN(8 * value.length, whole);
}

function half(bytes: Uint8Array): number {
  const bits = bytes[0]! | (bytes[1]! << 8);
  const [sign, exponent, fraction] = [bits >> 15 ? -1 : 1, (bits >> 10) & 31, bits & 1023];
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1024 + fraction) * 2 ** (exponent - 25);
}

function uuid(bytes: Uint8Array): string {
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.*)$/, "$1-$2-$3-$4-$5");
}
