import { show } from "../common/check.js";
import { ArgumentError } from "../common/errors.js";
import { type ColumnValue, valueTexts } from "./valueTexts.js";

/** The most columns named in a row's reasons, by default. */
export const REASONS = 3;

/** Options of `explain`. */
export interface ExplainOptions {
  /** The most columns to name in a row's reasons, an integer of at least 1; default 3. */
  top?: number;
}

/** A column that makes a row unusual. */
export interface Reason {
  /** The column's name. */
  readonly name: string;
  /** Its place among the columns, counted from 0. */
  readonly column: number;
  /** What the row has there, in the units of the samples. */
  readonly value: ColumnValue;
  /** What the detector expects there of the row's other columns, less those that it blames first; in the same units. */
  readonly expected: ColumnValue;
  /** The part of the row's squared score that goes away when this column is taken as unknown, 0 to 1. */
  readonly share: number;
}

/** Why a row is unusual. */
export interface RowReasons {
  /** Its place among the samples, counted from 0. */
  readonly row: number;
  /** How unusual it is. */
  readonly score: number;
  /** The columns that contribute most, the largest share first; none for a row without any error. */
  readonly reasons: readonly Reason[];
}

/**
 * A reason in words, such as `pressure 9.1, expected 4.2 (71 %)`; of a row, its reasons, separated by semicolons, without
 * those that round to 0 % or read as expected.
 *
 * @param reason one of `explain` or of `detectAnomalies`
 * @throws {ArgumentError} for anything else
 */
export function describeReason(reason: Reason | RowReasons): string {
  if (typeof reason !== "object" || reason === null) {
    throw new ArgumentError(`reason must be one of a detector's reasons, not ${show(reason)}`);
  }
  if ("reasons" in reason) return told(reason.reasons).map(describeReason).join("; ");
  const { name, value, expected, share } = reason;
  const [found, wanted] = valueTexts(value, expected);
  return `${name} ${found}, expected ${wanted} (${Math.round(share * 100)} %)`;
}

/** Shares below this round to 0 %. */
export const LEAST_SHARE = 0.005;

/** The reasons that are worth telling: neither a share of nearly 0 nor a value that reads as the expected one explains. */
function told(reasons: readonly Reason[]): readonly Reason[] {
  return reasons.filter(({ value, expected, share }, index) => {
    const [found, wanted] = valueTexts(value, expected);
    return index === 0 || (share >= LEAST_SHARE && found !== wanted);
  });
}
