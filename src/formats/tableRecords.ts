import { show } from "../common/check.js";
import { FormatError, type IsthmusError } from "../common/errors.js";
import { objectTag } from "../common/objectTag.js";
import { quote } from "../common/printable.js";
import type { Cell, Table, TableColumn } from "./table.js";

/** Collects records of the same width, column by column. */
export class RecordTable {
  readonly names: readonly string[];
  #columns: string[][];
  #lines: number[] = [];

  constructor(names: readonly string[]) {
    this.names = names;
    this.#columns = names.map(() => []);
  }

  get rows(): number {
    return this.#lines.length;
  }

  add(record: readonly string[], line: number): void {
    for (let column = 0; column < this.#columns.length; column++)
      this.#columns[column]!.push(record[column]!);
    this.#lines.push(line);
  }

  /** The rows so far, which are no longer kept. */
  take(notes: readonly string[]): Table {
    const columns = this.#columns.map(
      (values, column): TableColumn => ({ name: this.names[column]!, values }),
    );
    const table: Table = { rows: this.rows, columns, lines: this.#lines, notes };
    this.#columns = this.names.map(() => []);
    this.#lines = [];
    return table;
  }
}

/** Collects objects; a key that some of them lack is missing there. */
export class ObjectTable {
  readonly #columns = new Map<string, Cell[]>();
  #lines: number[] = [];
  #rows = 0;

  get rows(): number {
    return this.#rows;
  }

  /**
   * @param fail makes an error of a reason, which names the place
   * @throws what `fail` makes for anything but an object of cells
   */
  add(record: unknown, fail: (reason: string) => IsthmusError, line?: number): void {
    if (
      typeof record !== "object" ||
      record === null ||
      Array.isArray(record) ||
      ArrayBuffer.isView(record)
    ) {
      throw fail(`is ${show(record)}, but an object of named values is expected`);
    }
    for (const [name, value] of Object.entries(record)) {
      if (!isCell(value)) {
        throw fail(
          `has ${show(value)} as ${quote(name)}, but a text, a number, a boolean, a date or null is expected`,
        );
      }
      let column = this.#columns.get(name);
      if (!column) {
        column = new Array<Cell>(this.#rows).fill(null);
        this.#columns.set(name, column);
      }
      column[this.#rows] = value;
    }
    this.#rows++;
    for (const column of this.#columns.values()) if (column.length < this.#rows) column.push(null);
    if (line !== undefined) this.#lines.push(line);
  }

  /** The rows so far, which are no longer kept; their names are. */
  take(): Table {
    const columns = [...this.#columns].map(([name, values]): TableColumn => ({ name, values }));
    const lines = this.#lines.length === this.#rows ? { lines: this.#lines } : {};
    const table: Table = { rows: this.#rows, columns, ...lines };
    for (const { name } of columns) this.#columns.set(name, []);
    this.#lines = [];
    this.#rows = 0;
    return table;
  }
}

/** Whether a value can stand in a table. */
export function isCell(value: unknown): value is Cell {
  switch (typeof value) {
    case "string":
    case "number":
    case "bigint":
    case "boolean":
    case "undefined":
      return true;
    default:
      return value === null || objectTag(value) === "Date";
  }
}

/** Digits of an integer that may be one beyond 2^53. */
const LONG = /\d{16}/;
/** A text, which is passed over, or an integer of so many digits. */
const TEXT_OR_LONG = /"[^"\\]*(?:\\.[^"\\]*)*"|(?<![\d.eE+-])-?\d{16,}(?![\d.eE])/gs;
/** What a text begins with that stands for such an integer until all is read. */
const MARK = "\u0000integer ";

/**
 * What a JSON text says. Integers that no 64-bit float has are bigints.
 *
 * @throws {FormatError} unless all of `text` is JSON
 */
export function parseJson(text: string, line: number | undefined): unknown {
  try {
    return LONG.test(text) ? parseLong(text) : (JSON.parse(text) as unknown);
  } catch (cause) {
    const place = line === undefined ? "bytes" : `line ${line} of bytes`;
    throw new FormatError(
      `${place} is not JSON, though it begins like it: ${quote((cause as Error).message)}`,
      {
        cause,
      },
    );
  }
}

/** Reads numbers as JSON does, and those that it would round as bigints. */
function parseLong(text: string): unknown {
  const plain = JSON.parse(text) as unknown;
  let rounded = false;
  const marked = text.replace(TEXT_OR_LONG, (part) => {
    if (part.startsWith('"') || BigInt(Number(part)) === BigInt(part)) return part;
    rounded = true;
    return JSON.stringify(MARK + part);
  });
  if (!rounded) return plain;
  return JSON.parse(marked, (_, value: unknown) =>
    typeof value === "string" && value.startsWith(MARK) ? BigInt(value.slice(MARK.length)) : value,
  ) as unknown;
}
