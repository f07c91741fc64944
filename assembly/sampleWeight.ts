// Sample weights: how much each row of a batch counts.

import { STEP_WORDS } from "./abi";
import { areDoubles, areFloats, areSumsApart, isShare } from "./checks";
import { rowIndex } from "./gather";
import { splat, storeUpTo } from "./simd";

/**
 * Multiplies the losses of rows, and the rows of their gradient, by the rows' weights: those of the data set's rows
 * that the step's indices name. `step` is the step block.
 */
export function weighRows(
  begin: i32, end: i32, columns: i32, weights: usize, gradient: usize, losses: usize, step: usize,
): void {
  assert(isShare(begin, end) && columns > 0, "weighRows: sizes");
  assert(
    areFloats(weights, 1) && areFloats(gradient, end, columns) && areDoubles(losses, end) && areFloats(step, STEP_WORDS),
    "weighRows: alignment and memory",
  );
  assert(areSumsApart(losses, gradient, begin, end, columns), "weighRows: losses and gradient do not overlap");
  for (let row = begin; row < end; row++) {
    const at = weights + (rowIndex(step, row) << 2);
    assert(areFloats(at, 1), "weighRows: the index is of a row in memory");
    const weight = load<f32>(at);
    const factor = splat(weight);
    const d = gradient + (<usize>row * <usize>columns << 2);
    for (let j = 0; j < columns; j += 4) {
      const offset = <usize>(j << 2);
      storeUpTo(d + offset, f32x4.mul(v128.load(d + offset), factor), <usize>(columns - j));
    }
    const loss = losses + (<usize>row << 3);
    store<f64>(loss, load<f64>(loss) * <f64>weight);
  }
}
