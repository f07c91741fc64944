import {
  type DateOrder,
  type DateReadings,
  isAwayFromUtc,
  plainNumber,
  readDate,
  readNumber,
} from "../formats/cellText.js";
import type { Cell, TableColumn } from "../formats/table.js";
import { cellAt } from "./columnEncoder.js";
import type { MissingValues } from "./missingValues.js";
import { isUniqueName, UniqueNumbers } from "./uniqueNumbers.js";
import { ValueCounts } from "./valueCounts.js";

/** The most distinct texts that are counted per column; a column with more is not a category. */
export const MOST_TEXTS = 4096;

/** A cell that differs from the others in its column. */
export interface OddCell {
  /** Such as `line 7` or `row 5`. */
  readonly place: string;
  readonly cell: Cell;
}

/** Statistics of a column, learned cell by cell in bounded memory: enough to decide its type. */
export class ColumnProfile {
  readonly name: string;
  missing = 0;
  present = 0;
  /** All cells that are numbers when read with a decimal point. */
  readonly point = new ValueCounts();
  /**
   * All cells that are numbers when read with a decimal comma. Kept only if this makes a difference and no cell rules
   * it out.
   */
  #comma: ValueCounts | undefined;
  #commaFits = true;
  /** All other cells, as texts. */
  readonly texts = new Map<string, number>();
  /** Whether there are more distinct texts than are counted. */
  manyTexts = false;
  /** Number of cells that are texts, booleans or dates. */
  #others = 0;
  /** For each order of date parts that fits all cells so far: their times in milliseconds since 1970. */
  #dates: Map<DateOrder, ValueCounts> | undefined = new Map();
  /** Number of digits of the cells, if all are unsigned integers of the same length; 0 if not. */
  #digits = -1;
  #leadingZero = false;
  /** Whether its numbers are all different; known of a column whose name says that it identifies rows. */
  readonly unique: UniqueNumbers | undefined;
  /** Whether any cell is an integer that no 64-bit float has. */
  rounded = false;
  /** Whether any text gives a time in another zone than UTC. */
  awayFromUtc = false;
  firstInfinite: OddCell | undefined;
  firstText: OddCell | undefined;
  /** The first cell that is not a date, or whose order differs from those before. */
  firstUndated: OddCell | undefined;
  /** The first cell that is not of the type the caller wants. */
  firstUnwanted: OddCell | undefined;
  /** The first cell that is not a number with a decimal comma. */
  firstPoint: OddCell | undefined;

  readonly #wanted: ((cell: Cell) => boolean) | undefined;

  /**
   * @param missing number of rows before the column first appeared
   * @param wanted tests whether a cell is of the type the caller wants
   */
  constructor(name: string, missing = 0, wanted?: (cell: Cell) => boolean) {
    this.name = name;
    this.missing = missing;
    this.#wanted = wanted;
    this.unique = isUniqueName(name) ? new UniqueNumbers() : undefined;
  }

  /** The column's numbers, read with a decimal comma; undefined unless all cells are such numbers. */
  get comma(): ValueCounts | undefined {
    return this.#commaFits ? (this.#comma ?? this.point) : undefined;
  }

  /** Whether all cells are numbers with a decimal point. */
  get allPoint(): boolean {
    return this.point.count === this.present;
  }

  /** Whether all cells are numbers, finite or not. */
  get allNumbers(): boolean {
    return this.#others === 0 && this.present > 0;
  }

  /** Whether reading cells with a decimal comma gives other numbers than with a decimal point. */
  get commaDiffers(): boolean {
    return this.#comma !== undefined;
  }

  /**
   * Number of digits, if the column holds codes such as postal codes: all of equal length, some with leading zeros.
   * Undefined for ordinary numbers.
   */
  get codeDigits(): number | undefined {
    return this.#leadingZero && this.#digits >= 4 ? this.#digits : undefined;
  }

  /** The date orders that fit all cells, with the cells' times in milliseconds since 1970, or since midnight. */
  get dates(): ReadonlyMap<DateOrder, ValueCounts> {
    return this.#dates ?? new Map();
  }

  /**
   * Adds the cells of a column.
   *
   * @param placeOf describes where a row is, for messages
   */
  add(column: TableColumn, missing: MissingValues, placeOf: (row: number) => string): void {
    for (let row = 0; row < column.values.length; row++) {
      const cell = cellAt(column, row);
      const plain = !this.#commaFits && typeof cell === "string" ? plainNumber(cell) : undefined;
      const simple = this.#digits === 0 && !this.#dates && !this.#wanted && Number.isFinite(plain);
      if (simple) this.#addPlain(plain!, cell, missing);
      else if (missing.has(cell)) this.missing++;
      else if (this.#wanted && !this.#wanted(cell)) {
        this.present++;
        this.firstUnwanted ??= { place: placeOf(row), cell };
      } else if (typeof cell === "string")
        this.#addText(cell, missing, () => ({ place: placeOf(row), cell }));
      else {
        this.present++;
        if (typeof cell === "number" || typeof cell === "bigint") {
          this.#digits = 0;
          this.#addNumber(cell, Number(cell), Number(cell), () => ({ place: placeOf(row), cell }));
        } else {
          const odd = () => ({ place: placeOf(row), cell });
          this.firstText ??= odd();
          if (typeof cell === "boolean") this.#addOther(String(cell), {}, odd);
          else this.#addOther((cell as Date).toISOString(), { iso: (cell as Date).getTime() }, odd);
        }
      }
    }
  }

  /** Fast path for most numbers of most columns, where only the value matters. */
  #addPlain(value: number, cell: Cell, missing: MissingValues): void {
    if (missing.hasNumber(value)) this.missing++;
    else {
      this.present++;
      this.point.add(value);
      this.#note(value, cell);
    }
  }

  #note(value: number, cell: Cell): void {
    this.unique?.add(value, cell);
    if (!Number.isSafeInteger(value) && Number.isInteger(value)) this.rounded ||= isRounded(value, cell);
  }

  #addText(text: string, missing: MissingValues, odd: () => OddCell): void {
    const { point, comma } = readNumber(text);
    if (point !== undefined && missing.hasNumber(point)) {
      this.missing++;
      return;
    }
    this.present++;
    if (this.#digits !== 0) {
      const digits = /^\d+$/.test(text) ? text.length : 0;
      this.#digits = this.#digits < 0 || this.#digits === digits ? digits : 0;
      this.#leadingZero ||= digits > 1 && text.startsWith("0");
    }
    if (point !== undefined || comma !== undefined) {
      if (point === undefined) this.firstText ??= odd();
      this.#addNumber(text, point, comma, odd);
      if (point === undefined) this.#count(text);
    } else {
      this.firstText ??= odd();
      this.#addOther(text, this.#dates ? readDate(text) : {}, odd);
    }
  }

  #addNumber(cell: Cell, point: number | undefined, comma: number | undefined, odd: () => OddCell): void {
    this.#undate(odd);
    if (!Number.isFinite(point ?? comma)) {
      this.firstInfinite ??= odd();
      // In a column of texts, a number counts as a text.
      this.#count(point === undefined ? String(odd().cell) : String(point));
      return;
    }
    if (this.#commaFits) {
      if (comma === undefined) this.#dropComma(odd);
      else {
        if (this.#comma === undefined && comma !== point) this.#comma = this.point.copy();
        this.#comma?.add(comma);
      }
    }
    if (point !== undefined) this.point.add(point);
    this.#note((point ?? comma)!, cell);
  }

  #dropComma(odd: () => OddCell): void {
    this.#comma = undefined;
    this.#commaFits = false;
    this.firstPoint ??= odd();
  }

  #addOther(text: string, readings: DateReadings, odd: () => OddCell): void {
    this.#others++;
    this.#commaFits = false;
    this.#comma = undefined;
    this.#count(text);
    if (!this.#dates) return;
    for (const order of Object.keys(readings) as DateOrder[]) {
      if (this.#others === 1) this.#dates.set(order, new ValueCounts());
      this.#dates.get(order)?.add(readings[order]!);
    }
    for (const [order, { count }] of this.#dates) if (count < this.#others) this.#dates.delete(order);
    if (this.#dates.size === 0) this.#undate(odd);
    else this.awayFromUtc ||= isAwayFromUtc(text);
  }

  /** Records that not all cells are dates. */
  #undate(odd: () => OddCell): void {
    if (this.#dates) this.firstUndated = odd();
    this.#dates = undefined;
  }

  #count(text: string): void {
    const count = this.texts.get(text);
    if (count !== undefined) this.texts.set(text, count + 1);
    else if (this.texts.size < MOST_TEXTS) this.texts.set(text, 1);
    else this.manyTexts = true;
  }
}

/** Whether an integer beyond 2^53 is another one as a 64-bit float. */
function isRounded(value: number, cell: Cell): boolean {
  if (typeof cell === "bigint") return BigInt(value) !== cell;
  return (
    typeof cell === "string" && /^[+-]?\d+$/.test(cell) && BigInt(value) !== BigInt(cell.replace("+", ""))
  );
}
