import { FormatError } from "../common/errors.js";
import type { Cell, TableColumn } from "../formats/table.js";
import { quote } from "../formats/typedArrays.js";
import { utf8Decoder } from "../formats/utf8.js";

/** Values of a column; null stands for a missing one. */
export type Cells = ArrayLike<Cell>;

const MILLISECONDS_A_DAY = 86_400_000;

/** Units of time, in which columnar formats count, to a second. */
export const PER_SECOND = {
  second: 1n,
  millisecond: 1_000n,
  microsecond: 1_000_000n,
  nanosecond: 1_000_000_000n,
} as const;
export type TimeUnit = keyof typeof PER_SECOND;

type Raw = ArrayLike<number | bigint | null | undefined>;

/** 64-bit integers: as numbers where a float has all of them exactly, else as the bigints that they are. */
export function integerCells(values: Raw): Cells {
  const exact = all(values, (value) => Number.isSafeInteger(Number(value)));
  return exact ? floatCells(values, Number) : mapped(values, BigInt);
}

/** Numbers as a `Float64Array`, or as an array where some are missing. */
export function floatCells(values: Raw, convert: (value: number | bigint) => number): Cells {
  const cells = mapped(values, convert);
  return cells.includes(null) ? cells : Float64Array.from(cells as number[]);
}

/**
 * Points in time as dates; as milliseconds since 1970, with a fraction, where one lies between two milliseconds and would
 * be another as a date.
 */
export function timestampCells(values: Raw, unit: TimeUnit): Cells {
  const perSecond = PER_SECOND[unit];
  const milliseconds = (value: number | bigint) => {
    const count = BigInt(value);
    if (perSecond <= 1000n) return Number(count * (1000n / perSecond));
    const divisor = perSecond / 1000n;
    return Number(count / divisor) + Number(count % divisor) / Number(divisor);
  };
  const whole = all(values, (value) => Number.isInteger(milliseconds(value)));
  return whole ? mapped(values, (value) => new Date(milliseconds(value))) : floatCells(values, milliseconds);
}

/** Days since 1970 as dates, at midnight UTC. */
export function dayCells(values: Raw): Cells {
  return mapped(values, (days) => new Date(Number(days) * MILLISECONDS_A_DAY));
}

/** Times of day and durations, in seconds. */
export function secondCells(values: Raw, unit: TimeUnit): Cells {
  const perSecond = Number(PER_SECOND[unit]);
  return floatCells(values, (value) => Number(value) / perSecond);
}

/** Decimals as the nearest float64: `unscaled` divided by ten to the power of `scale`. */
export function decimalCells(unscaled: ArrayLike<bigint | null | undefined>, scale: number): Cells {
  return floatCells(unscaled, (value) => {
    // Both exact, so that one division rounds once; else by the decimal's text, which rounds once as well.
    if (scale >= 0 && scale <= 22 && Number.isSafeInteger(Number(value))) return Number(value) / 10 ** scale;
    return Number(`${value}e${-scale}`);
  });
}

/** Texts that are kept: dictionaries are seldom larger. */
const MOST_KNOWN = 1 << 16;

/** Texts of UTF-8; the same bytes are decoded once. */
export class TextDecoding {
  readonly #decoder = utf8Decoder({ fatal: true, ignoreBOM: true });
  readonly #known = new Map<Uint8Array, string>();

  /** @throws {FormatError} for bytes that are no UTF-8, which names the column */
  text(bytes: Uint8Array, column: string): string {
    let text = this.#known.get(bytes);
    if (text === undefined) {
      try {
        text = this.#decoder.decode(bytes);
      } catch (cause) {
        throw new FormatError(
          `bytes has a column ${quote(column)} of bytes that are no text, which cannot be read; leave it out by columns`,
          { cause },
        );
      }
      if (this.#known.size === MOST_KNOWN) this.#known.clear();
      this.#known.set(bytes, text);
    }
    return text;
  }
}

/** Every value that is there, converted; null where one is missing. */
export function mapped<T, R>(
  values: ArrayLike<T | null | undefined>,
  convert: (value: T) => R,
): (R | null)[] {
  return Array.from(values, (value) => (value === null || value === undefined ? null : convert(value)));
}

function all(values: Raw, holds: (value: number | bigint) => boolean): boolean {
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (value !== null && value !== undefined && !holds(value)) return false;
  }
  return true;
}

/** The error of a column whose values no table has. */
export function unreadableColumn(name: string, what: string, way = "leave it out by columns"): FormatError {
  return new FormatError(`bytes has a column ${quote(name)} of ${what}, which cannot be read; ${way}`);
}

/** @throws {FormatError} when there are rows, but another number of values */
export function requireRows(columns: readonly TableColumn[], rows: number): void {
  for (const { name, values } of columns) {
    if (values.length !== rows) {
      throw new FormatError(
        `bytes has ${rows} rows, but ${values.length} values in its column ${quote(name)}`,
      );
    }
  }
}
