// Copies the rows of a batch, chosen by an index, out of the data set.

import { STEP_INDICES } from "./abi";
import { splat, storeUpTo } from "./simd";

/** Rows of up to so many floats are copied here: the call of a bulk copy takes longer. */
const SHORT: i32 = 32;

/** Which row of the data set stands at place `row` of the batch. */
@inline
export function rowIndex(step: usize, row: i32): usize {
  return <usize>load<u32>(<usize>load<u32>(step + (STEP_INDICES << 2)) + <usize>(row << 2));
}

/** batch[row, ·] = source[index[row], ·], for floats. `step` is the step block, which tells where the indices are. */
export function gatherFloats(begin: i32, end: i32, columns: i32, source: usize, batch: usize, step: usize): void {
  const bytes = <usize>(columns << 2);
  for (let row = begin; row < end; row++) {
    const from = source + rowIndex(step, row) * bytes;
    const to = batch + <usize>row * bytes;
    if (columns > SHORT) {
      memory.copy(to, from, bytes);
      continue;
    }
    for (let j = 0; j < columns; j += 4) {
      const at = <usize>(j << 2);
      storeUpTo(to + at, v128.load(from + at), <usize>(columns - j));
    }
  }
}

/** batch[row, ·] = source[index[row], ·] / 255, for bytes. */
export function gatherBytes(begin: i32, end: i32, columns: i32, source: usize, batch: usize, step: usize): void {
  const most = splat(255);
  for (let row = begin; row < end; row++) {
    const from = source + rowIndex(step, row) * <usize>columns;
    const to = batch + <usize>row * <usize>(columns << 2);
    for (let j = 0; j < columns; j += 8) {
      const wide = v128.load_ext<u8>(from + <usize>j);
      const low = f32x4.convert_i32x4_u(i32x4.extend_low_i16x8_u(wide));
      const high = f32x4.convert_i32x4_u(i32x4.extend_high_i16x8_u(wide));
      const left = <usize>(columns - j);
      const at = to + <usize>(j << 2);
      storeUpTo(at, f32x4.div(low, most), left);
      if (left > 4) storeUpTo(at + 16, f32x4.div(high, most), left - 4);
    }
  }
}
