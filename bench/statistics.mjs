/** What a list of timings is reduced to. Medians and quartiles, since a busy machine only ever adds time. */

/**
 * The value below which the fraction `p` of the values lies, between two of them in proportion (type 7 of
 * R. J. Hyndman and Y. Fan, "Sample quantiles in statistical packages", 1996).
 * @param {readonly number[]} values at least one, in any order
 * @param {number} p in [0, 1]
 * @returns {number}
 */
export function quantile(values, p) {
  if (values.length === 0) throw new RangeError("values: got none, wanted at least one");
  const sorted = Float64Array.from(values).sort();
  const position = p * (sorted.length - 1);
  const below = Math.floor(position);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below] + (position - below) * (sorted[above] - sorted[below]);
}

/**
 * @param {readonly number[]} values
 * @returns {number}
 */
export function median(values) {
  return quantile(values, 0.5);
}

/**
 * @param {readonly number[]} values at least one
 * @returns {{ count: number, median: number, mean: number, tenth: number, low: number, high: number, spread: number }}
 *   tenth is the value that a tenth of them does not exceed; low and high are the quartiles; spread is their distance as
 *   a fraction of the median.
 */
export function summarize(values) {
  const middle = median(values);
  const tenth = quantile(values, 0.1);
  const low = quantile(values, 0.25);
  const high = quantile(values, 0.75);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return { count: values.length, median: middle, mean, tenth, low, high, spread: (high - low) / middle };
}

/**
 * How often something that takes `each` ms may be done in `budget` ms, kept within [least, most].
 * @param {number} budget
 * @param {number} each
 * @param {number} least
 * @param {number} most
 */
export function repetitions(budget, each, least, most) {
  return Math.max(least, Math.min(most, Math.round(budget / each)));
}
