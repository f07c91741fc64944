/** Whether contestants give the same outputs. */

/**
 * How far two lists are apart: the largest difference, relative to numbers above 1; Infinity where one is
 * longer, or not all are numbers.
 *
 * @param {ArrayLike<number>} outputs
 * @param {ArrayLike<number>} wanted
 */
export function farthest(outputs, wanted) {
  if (outputs.length !== wanted.length) return Number.POSITIVE_INFINITY;
  let far = 0;
  for (let i = 0; i < wanted.length; i++) {
    const off = Math.abs(outputs[i] - wanted[i]) / Math.max(1, Math.abs(wanted[i]));
    if (Number.isNaN(off)) return Number.POSITIVE_INFINITY;
    far = Math.max(far, off);
  }
  return far;
}
