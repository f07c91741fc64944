/** The limit of a training step: its products at the build's own peak, on as many cores as it has threads. */
import { leastTime } from "../leastTime.mjs";
import { median } from "../statistics.mjs";
import { figure, percent } from "../table.mjs";

/** How long the peak is looked for, in ms. */
export const PEAK_MS = 60;

export const LIMIT_COLUMNS = ["limit ms", "of limit"];
export const LIMIT_NOTE =
  "limit: the products at the peak of multiply-adds of the same build, twice that with two threads; the rest up to the time measured is what is missing.";

/**
 * @param {{ median: number }} times of steps, in ms
 * @param {number | undefined} operations of a step's products, if they are known
 * @param {readonly number[]} peaks GFLOP/s of one thread; of peers there are none
 * @param {number} threads
 * @returns {{ peak?: number, limit?: number, share?: number }} GFLOP/s, ms, and the limit's share of the median
 */
export function limitOf(times, operations, peaks, threads) {
  if (operations === undefined || peaks.length === 0) return {};
  const peak = median(peaks);
  const limit = leastTime({ operations }, { gflops: threads * peak }).ms;
  return { peak, limit, share: limit / times.median };
}

/** @param {{ limit?: number, share?: number }} result */
export function limitCells({ limit, share }) {
  return limit === undefined ? ["–", "–"] : [figure(limit), percent(share)];
}
