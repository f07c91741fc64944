import type { RowResults } from "../../anomaly/rowResults.js";
import type { TimeOrder } from "../../data/index.js";
import type { DetectionSubject } from "./detectionSubject.js";
import { dateText } from "./words.js";

/** Odd rows of a series that follow each other. */
export interface Stretch {
  readonly first: number;
  /** The last one. */
  readonly last: number;
  /** The row with the largest score. */
  readonly peak: number;
}

/** The odd stretches of a series, in the order of time. */
export function oddStretches({ flags, rank }: Pick<RowResults, "flags" | "rank">): Stretch[] {
  const stretches: Stretch[] = [];
  for (let row = 0; row < flags.length; row++) {
    if (flags[row] !== 1) continue;
    const before = stretches.at(-1);
    if (before?.last === row - 1) {
      const peak = rank[row]! < rank[before.peak]! ? row : before.peak;
      stretches[stretches.length - 1] = { first: before.first, last: row, peak };
    } else stretches.push({ first: row, last: row, peak: row });
  }
  return stretches;
}

/** The rows of windows above the threshold that follow each other. */
export function flaggedSpans({ windows, detection, results: { rank } }: DetectionSubject): Stretch[] {
  const { starts, size } = windows!;
  const spans: { first: number; last: number; peak: number }[] = [];
  starts.forEach((start, window) => {
    if (detection.flags[window] !== 1) return;
    const end = start + size - 1;
    const before = spans.at(-1);
    const span = before && start <= before.last + 1 ? before : { first: start, last: end, peak: start };
    if (span !== before) spans.push(span);
    span.last = end;
    for (let row = start; row <= end; row++) if (rank[row]! < rank[span.peak]!) span.peak = row;
  });
  return spans;
}

/** When a row is: its time, or its number. */
export function whenText(order: TimeOrder | undefined, row: number): string {
  return order ? dateText(order.times[row]!, isClock(order)) : `row ${row + 1}`;
}

/** From when to when a stretch is. */
export function spanText(order: TimeOrder | undefined, { first, last }: Stretch): string {
  if (first === last) return whenText(order, first);
  if (!order) return `rows ${first + 1} to ${last + 1}`;
  const [from, to] = [whenText(order, first), whenText(order, last)];
  // Of the same day, the date is said once.
  const sameDay = /^\d+-\d+-\d+ ./.test(from) && from.slice(0, 11) === to.slice(0, 11);
  return `${from} to ${sameDay ? to.slice(11) : to}`;
}

const DAY = 86_400_000;

/** Whether times are times of day, without a date. */
export function isClock({ times }: TimeOrder): boolean {
  return times.every((time) => time >= 0 && time < DAY);
}
