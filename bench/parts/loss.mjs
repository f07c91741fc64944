/** Whether contestants have done the work at all: a loss far from the reference's makes their times worthless. */

/**
 * @param {Record<string, { loss: number }>} results by contestant
 * @param {{ loss: number, tolerance: number }} expected
 * @returns {string[]} one sentence for each that is wrong
 */
export function wrongLosses(results, { loss: wanted, tolerance }) {
  return Object.entries(results)
    .filter(([, { loss }]) => !(Math.abs(loss - wanted) <= tolerance))
    .map(([id, { loss }]) => `${id}: WRONG: its loss is ${loss}, wanted ${wanted.toFixed(6)} ± ${tolerance}`);
}
