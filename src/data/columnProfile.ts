import { type DateOrder, type DateReadings, plainNumber, readDate, readNumber } from "../formats/cellText.js";
import type { Cell, TableColumn } from "../formats/table.js";
import { cellAt } from "./columnEncoder.js";
import type { MissingValues } from "./missingValues.js";
import { ValueCounts } from "./valueCounts.js";

/** Different texts of a column that are counted; a column of more is no category. */
export const MOST_TEXTS = 4096;

/** A cell that is not what others of its column are. */
export interface OddCell {
  /** Such as `line 7` or `row 5`. */
  readonly place: string;
  readonly cell: Cell;
}

/** What a column looks like, learnt cell by cell: enough to decide its type, in bounded memory. */
export class ColumnProfile {
  readonly name: string;
  missing = 0;
  present = 0;
  /** All cells that are numbers with a decimal point. */
  readonly point = new ValueCounts();
  /** All cells that are numbers with a decimal comma, where these differ and nothing speaks against it. */
  #comma: ValueCounts | undefined;
  #commaFits = true;
  /** All other cells, as texts. */
  readonly texts = new Map<string, number>();
  /** Whether there are more texts than are counted. */
  manyTexts = false;
  /** Cells that are texts, booleans or dates. */
  #others = 0;
  /** Milliseconds since 1970 by the order of the dates' parts, as long as all cells are dates of that order. */
  #dates: Map<DateOrder, ValueCounts> | undefined = new Map();
  /** Digits of whole numbers that are written without a sign; 0 where they differ, or are no such. */
  #digits = -1;
  #leadingZero = false;
  firstInfinite: OddCell | undefined;
  firstText: OddCell | undefined;
  /** The first cell that is no date, or one of another order than those before. */
  firstUndated: OddCell | undefined;
  /** The first cell that is not what the caller wants. */
  firstUnwanted: OddCell | undefined;
  /** The first cell that is no number with a decimal comma. */
  firstPoint: OddCell | undefined;

  readonly #wanted: ((cell: Cell) => boolean) | undefined;

  /**
   * @param missing rows that were there before the column was
   * @param wanted what all cells ought to be
   */
  constructor(name: string, missing = 0, wanted?: (cell: Cell) => boolean) {
    this.name = name;
    this.missing = missing;
    this.#wanted = wanted;
  }

  /** The numbers of the column with a decimal comma; undefined unless all cells are such. */
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

  /** Whether a decimal comma makes other numbers of the cells than a decimal point. */
  get commaDiffers(): boolean {
    return this.#comma !== undefined;
  }

  /** Digits of codes such as postal codes, which begin with zeros and are all equally long; undefined for numbers. */
  get codeDigits(): number | undefined {
    return this.#leadingZero && this.#digits >= 4 ? this.#digits : undefined;
  }

  /** The orders in which all cells are dates, with their milliseconds since 1970, or since midnight. */
  get dates(): ReadonlyMap<DateOrder, ValueCounts> {
    return this.#dates ?? new Map();
  }

  /**
   * Takes cells in.
   *
   * @param placeOf where a row is, for messages
   */
  add(column: TableColumn, missing: MissingValues, placeOf: (row: number) => string): void {
    for (let row = 0; row < column.values.length; row++) {
      const cell = cellAt(column, row);
      const plain = !this.#commaFits && typeof cell === "string" ? plainNumber(cell) : undefined;
      const simple = this.#digits === 0 && !this.#dates && !this.#wanted && Number.isFinite(plain);
      if (simple) this.#addPlain(plain!, missing);
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
          this.#addNumber(Number(cell), Number(cell), () => ({ place: placeOf(row), cell }));
        } else {
          const odd = () => ({ place: placeOf(row), cell });
          this.firstText ??= odd();
          if (typeof cell === "boolean") this.#addOther(String(cell), {}, odd);
          else this.#addOther((cell as Date).toISOString(), { iso: (cell as Date).getTime() }, odd);
        }
      }
    }
  }

  /** The short way for most numbers of most columns: there is nothing to learn of them but their value. */
  #addPlain(value: number, missing: MissingValues): void {
    if (missing.hasNumber(value)) this.missing++;
    else {
      this.present++;
      this.point.add(value);
    }
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
      this.#addNumber(point, comma, odd);
      if (point === undefined) this.#count(text);
    } else {
      this.firstText ??= odd();
      this.#addOther(text, this.#dates ? readDate(text) : {}, odd);
    }
  }

  #addNumber(point: number | undefined, comma: number | undefined, odd: () => OddCell): void {
    this.#undate(odd);
    if (!Number.isFinite(point ?? comma)) {
      this.firstInfinite ??= odd();
      // Among texts it is one of them.
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
  }

  /** Takes note that not all cells are dates. */
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
