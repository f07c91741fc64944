import { show } from "../common/check.js";
import { ArgumentError, NonFiniteError, ShapeError } from "../common/errors.js";
import { averageRanks } from "./ranks.js";

/**
 * Spearman's rank correlation ρ: Pearson's correlation of the ranks, where equal values share their mean rank. 1 when
 * `b` rises with `a` throughout, −1 when it falls.
 *
 * @param a at least two numbers, typed or not
 * @param b as many
 * @returns from −1 to 1; NaN where all values of one series are equal, since there is no order to compare then
 * @throws {ArgumentError} {ShapeError} {NonFiniteError} for anything else
 */
export function spearman(a: ArrayLike<number>, b: ArrayLike<number>): number {
  checkSeries("a", a);
  checkSeries("b", b);
  if (a.length !== b.length) throw new ShapeError(`a has ${a.length} values, but b has ${b.length}`);
  if (a.length < 2) throw new ShapeError(`a has ${a.length} values, but at least 2 are needed`);
  const [x, y] = [averageRanks(a), averageRanks(b)];
  const mean = (a.length + 1) / 2;
  let [xx, xy, yy] = [0, 0, 0];
  for (let i = 0; i < x.length; i++) {
    const [dx, dy] = [x[i]! - mean, y[i]! - mean];
    xx += dx * dx;
    xy += dx * dy;
    yy += dy * dy;
  }
  return xx === 0 || yy === 0 ? Number.NaN : xy / Math.sqrt(xx * yy);
}

function checkSeries(name: string, values: unknown): void {
  if (!Array.isArray(values) && (!ArrayBuffer.isView(values) || values instanceof DataView)) {
    throw new ArgumentError(`${name} must be an array of numbers, not ${show(values)}`);
  }
  const numbers = values as unknown as ArrayLike<unknown>;
  for (let i = 0; i < numbers.length; i++) {
    const value = numbers[i];
    if (typeof value !== "number")
      throw new ArgumentError(`element ${i} of ${name} must be a number, not ${show(value)}`);
    if (!Number.isFinite(value))
      throw new NonFiniteError(`element ${i} of ${name} is ${value}; all must be finite`);
  }
}
