import { inBounds, invalidArrow } from "./arrowMessages.js";
import { unreadableColumn } from "./cells.js";
import type { FlatTable } from "./flatbuffer.js";

// The union Type of Schema.fbs.
const NULL = 1;
const INT = 2;
const FLOAT = 3;
const BYTES = 4;
const TEXT = 5;
const BOOL = 6;
const DECIMAL = 7;
const DATE = 8;
const TIME = 9;
const TIMESTAMP = 10;
const INTERVAL = 11;
const FIXED_BYTES = 15;
const DURATION = 18;
const LARGE_BYTES = 19;
const LARGE_TEXT = 20;
const BYTES_VIEW = 23;
const TEXT_VIEW = 24;

const NESTED: Readonly<Record<number, string>> = {
  12: "lists",
  13: "structures",
  14: "unions",
  16: "lists",
  17: "maps",
  21: "lists",
  22: "run-end encoded values",
  25: "lists",
  26: "lists",
};
/** The kinds of values that a table has. */
export type ArrowKind =
  | "null"
  | "int"
  | "float"
  | "text"
  | "largeText"
  | "textView"
  | "bool"
  | "decimal"
  | "day"
  | "millisecondDate"
  | "time"
  | "timestamp"
  | "duration"
  | "fixed";

/** A field of an Arrow file's schema. */
export interface ArrowField {
  readonly name: string;
  readonly kind: ArrowKind;
  /** Bits of a value; 0 where it has none, or they differ. */
  readonly bits: number;
  /** Digits behind the point, of decimals. */
  readonly scale: number;
  /** Seconds, milliseconds, microseconds or nanoseconds: 0 to 3. */
  readonly unit: number;
  /** The type, if tables cannot hold it. Such a column is skipped; asking for it by name is an error. */
  readonly unreadable?: string;
  /** Number of the dictionary that its indices refer to, and their bits; undefined where there is none. */
  readonly dictionary: { readonly id: number; readonly bits: number } | undefined;
}

/**
 * The fields of a schema.
 *
 * @throws {FormatError} when it is damaged, or for a nested field, which names it
 */
export function arrowFields(schema: FlatTable): ArrowField[] {
  return inBounds(() => {
    if (schema.short(0) === 1) throw invalidArrow("it is big-endian, which is not read");
    // What the reader goes through as well.
    schema.tables(2);
    return schema.tables(1).map(fieldOf);
  });
}

function fieldOf(field: FlatTable): ArrowField {
  const name = field.text(0);
  const type = field.table(3);
  const id = field.byte(2);
  const nested = NESTED[id];
  if (nested !== undefined || field.tables(5).length > 0) {
    throw unreadableColumn(name, `nested values (${nested ?? "with parts"})`, "write the file without it");
  }
  field.tables(6);
  const encoded = field.table(4);
  const dictionary = encoded && { id: encoded.long(0), bits: encoded.table(1)?.int(0) ?? 32 };
  return { name, scale: 0, unit: 0, ...storage(name, id, type), dictionary };
}

type Storage = Pick<ArrowField, "kind" | "bits" | "unreadable"> & Partial<Pick<ArrowField, "scale" | "unit">>;

function storage(name: string, id: number, type: FlatTable | undefined): Storage {
  // Of those that have one.
  const unit = [FLOAT, DATE, TIME, TIMESTAMP, INTERVAL, DURATION].includes(id) ? type?.short(0) : undefined;
  switch (id) {
    case NULL:
      return { kind: "null", bits: 0 };
    case INT:
      return { kind: "int", bits: type?.int(0) ?? 0 };
    case FLOAT:
      return { kind: "float", bits: [16, 32, 64][unit ?? 0] ?? 0 };
    case TEXT:
      return { kind: "text", bits: 32 };
    case LARGE_TEXT:
      return { kind: "largeText", bits: 64 };
    case TEXT_VIEW:
      return { kind: "textView", bits: 128 };
    case BOOL:
      return { kind: "bool", bits: 1 };
    case DECIMAL:
      return { kind: "decimal", bits: type?.int(2) ?? 128, scale: type?.int(1) ?? 0 };
    case DATE:
      return unit === 0 ? { kind: "day", bits: 32 } : { kind: "millisecondDate", bits: 64 };
    case TIME:
      return { kind: "time", bits: type?.int(1) ?? 32, unit: unit ?? 1 };
    case TIMESTAMP:
      return { kind: "timestamp", bits: 64, unit: unit ?? 0 };
    case DURATION:
      return { kind: "duration", bits: 64, unit: unit ?? 1 };
    case BYTES:
      return { kind: "text", bits: 32, unreadable: "bytes" };
    case LARGE_BYTES:
      return { kind: "largeText", bits: 64, unreadable: "bytes" };
    case BYTES_VIEW:
      return { kind: "textView", bits: 128, unreadable: "bytes" };
    case FIXED_BYTES:
      return { kind: "fixed", bits: 8 * (type?.int(0) ?? 0), unreadable: "bytes of fixed length" };
    case INTERVAL:
      return { kind: "fixed", bits: [32, 64, 128][unit ?? 0] ?? 0, unreadable: "calendar intervals" };
    default:
      throw unreadableColumn(name, `a type of number ${id}`, "write the file without it");
  }
}
