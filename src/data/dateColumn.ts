import { DAY, type DateOrder, readDate, readNumber } from "../formats/cellText.js";
import type { Cell, TableColumn } from "../formats/table.js";
import { cosPi, sinPi } from "../math/elementary.js";
import {
  type ColumnEncoder,
  cellAt,
  type FeatureBlock,
  missingName,
  shortNumber,
  wrongCell,
} from "./columnEncoder.js";

/** How to read the cells of a date column: texts by the order of their parts, numbers by their unit since 1970. */
export type DateFormat = DateOrder | EpochUnit;
export type EpochUnit = keyof typeof EPOCH_UNITS;

/** Milliseconds per unit. */
export const EPOCH_UNITS = { seconds: 1000, milliseconds: 1, microseconds: 1e-3, nanoseconds: 1e-6 } as const;

/** A recurring cycle; a date has a phase in it. */
export type Cycle = "day" | "week" | "year";

export const CYCLE_NAMES: readonly Cycle[] = ["day", "week", "year"];
const WEEKDAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
const MONTH_NAMES = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** What was learned about a date column. */
export interface DatePlan {
  readonly format: DateFormat;
  /** Cycles whose phase becomes two features each, sine and cosine. */
  readonly cycles: readonly Cycle[];
  /** Whether the time itself is a feature, in days since 1970. */
  readonly time: boolean;
  /** Days since 1970 that replace a missing value. */
  readonly median: number;
  readonly flagged: boolean;
}

/** A column of dates: the phases of their cycles, and optionally the time itself. */
export class DateColumn implements ColumnEncoder {
  readonly type = "date";
  readonly column: string;
  readonly features: readonly string[];
  readonly #plan: DatePlan;

  constructor(column: string, plan: DatePlan) {
    this.column = column;
    this.#plan = plan;
    this.features = [
      ...plan.cycles.flatMap((cycle) => [
        `${column}: sine of the ${cycle}`,
        `${column}: cosine of the ${cycle}`,
      ]),
      ...(plan.time ? [`${column}: days`] : []),
      ...(plan.flagged ? [missingName(column)] : []),
    ];
  }

  encode(column: TableColumn, { out, width, first, missing, placeOf }: FeatureBlock): void {
    const { cycles, time, median, flagged, format } = this.#plan;
    for (let row = 0, start = first; row < column.values.length; row++, start += width) {
      const cell = cellAt(column, row);
      let at = start;
      const absent = missing.has(cell);
      const instant = absent ? 0 : instantOf(cell, format);
      if (instant === undefined)
        throw wrongCell(placeOf(row), this.column, cell, `date (${DATE_FORMATS[format]})`);
      for (const cycle of cycles) {
        // A missing date is placed at the centre of the circle, equally far from all phases.
        const phase = 2 * phaseOf(instant, cycle);
        out[at++] = absent ? 0 : sinPi(phase);
        out[at++] = absent ? 0 : cosPi(phase);
      }
      if (time) out[at++] = absent ? median : instant / DAY;
      if (flagged) out[at] = absent ? 1 : 0;
    }
  }

  decode(features: ArrayLike<number>): Cell {
    const { cycles, time, flagged, format } = this.#plan;
    const at = 2 * cycles.length;
    if (!time || (flagged && features[at + 1]! >= 0.5)) return null;
    const milliseconds = Math.round(features[at]! * DAY);
    if (format === "clock") return clockText(milliseconds);
    const date = new Date(milliseconds);
    return Number.isNaN(date.getTime()) ? null : date;
  }

  describe(features: ArrayLike<number>): string {
    const { cycles, time, flagged } = this.#plan;
    if (flagged && features[this.features.length - 1]! >= 0.5) return "missing";
    const date = this.decode(features);
    if (date instanceof Date)
      return date
        .toISOString()
        .replace(/T00:00:00\.000Z$|\.000Z$/, "")
        .replace("T", " ");
    if (date !== null) return String(date);
    if (time) return shortNumber(features[2 * cycles.length]!);
    const parts = cycles.map((cycle, i) => phaseText(cycle, features[2 * i]!, features[2 * i + 1]!));
    return parts.reverse().join(" ");
  }

  toJSON() {
    return { type: this.type, column: this.column, ...this.#plan };
  }
}

/** Names of the formats. */
export const DATE_FORMATS: Readonly<Record<DateFormat, string>> = {
  iso: "year first",
  dayFirst: "day first",
  monthFirst: "month first",
  clock: "time of day",
  seconds: "seconds since 1970",
  milliseconds: "milliseconds since 1970",
  microseconds: "microseconds since 1970",
  nanoseconds: "nanoseconds since 1970",
};

/**
 * The time of a cell: milliseconds since 1970, or since midnight for `"clock"`.
 *
 * @param cell a cell that is not missing, already trimmed
 * @returns undefined if the cell is not a date in that format
 */
export function instantOf(cell: Cell, format: DateFormat): number | undefined {
  if (typeof cell === "object" && cell !== null) return cell.getTime();
  if (!(format in EPOCH_UNITS))
    return typeof cell === "string" ? readDate(cell)[format as DateOrder] : undefined;
  const value = typeof cell === "string" ? readNumber(cell).point : Number(cell);
  if (value === undefined || !Number.isFinite(value) || typeof cell === "boolean") return undefined;
  return value * EPOCH_UNITS[format as EpochUnit];
}

/** The elapsed fraction of a cycle, from 0 up to 1. */
function phaseOf(instant: number, cycle: Cycle): number {
  if (cycle === "day") return remainder(instant, DAY) / DAY;
  // 1970 started on a Thursday; weeks start on Mondays.
  if (cycle === "week") return remainder(instant + 3 * DAY, 7 * DAY) / (7 * DAY);
  const year = new Date(instant).getUTCFullYear();
  const begin = Date.UTC(year, 0);
  return Number.isNaN(year) ? 0 : (instant - begin) / (Date.UTC(year + 1, 0) - begin);
}

function remainder(a: number, b: number): number {
  return a - b * Math.floor(a / b);
}

/** The hour, weekday or month closest to a point. */
function phaseText(cycle: Cycle, sine: number, cosine: number): string {
  const parts = { day: 24, week: 7, year: 12 }[cycle];
  // An hour is represented by its start, a weekday or month by its middle.
  const shift = cycle === "day" ? 0 : 0.5;
  let [best, most] = [0, Number.NEGATIVE_INFINITY];
  for (let part = 0; part < parts; part++) {
    const angle = (2 * (part + shift)) / parts;
    const product = sine * sinPi(angle) + cosine * cosPi(angle);
    if (product > most) [best, most] = [part, product];
  }
  if (cycle === "day") return `${best}:00`;
  return (cycle === "week" ? WEEKDAYS : MONTH_NAMES)[best]!;
}

function clockText(milliseconds: number): string {
  const seconds = Math.round(remainder(milliseconds, DAY) / 1000);
  return [Math.floor(seconds / 3600) % 24, Math.floor(seconds / 60) % 60, seconds % 60]
    .map((part) => String(part).padStart(2, "0"))
    .join(":");
}
