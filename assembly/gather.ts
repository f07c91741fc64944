// Copies the rows of a batch from the data set, by index.

import { STEP_INDICES, STEP_WORDS } from "./abi";
import { areApart, areBytes, areFloats, isShare } from "./checks";
import { splat, storeUpTo } from "./simd";

/** Rows of up to this many floats are copied by a loop, because calling a bulk copy takes longer. */
const SHORT: i32 = 32;

/** The data set's row index for row `row` of the batch. */
@inline
export function rowIndex(step: usize, row: i32): usize {
  return <usize>load<u32>(<usize>load<u32>(step + (STEP_INDICES << 2)) + <usize>(row << 2));
}

/** batch[row, ·] = source[index[row], ·], for floats. `step` is the step block, with the address of the indices. */
export function gatherFloats(begin: i32, end: i32, columns: i32, source: usize, batch: usize, step: usize): void {
  assert(isShare(begin, end) && columns > 0, "gatherFloats: sizes");
  assert(
    areFloats(source, 1, columns) && areFloats(batch, end, columns),
    "gatherFloats: source and batch are in memory",
  );
  assert(areFloats(step, STEP_WORDS), "gatherFloats: the step block is in memory");
  const bytes = <usize>(columns << 2);
  for (let row = begin; row < end; row++) {
    const from = source + rowIndex(step, row) * bytes;
    assert(areFloats(from, 1, columns), "gatherFloats: the index is of a row in memory");
    const to = batch + <usize>row * bytes;
    assert(areApart(from, <i64>bytes, to, <i64>bytes), "gatherFloats: the batch does not overlap the source");
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
  assert(isShare(begin, end) && columns > 0, "gatherBytes: sizes");
  assert(
    areBytes(source, 1, columns) && areFloats(batch, end, columns),
    "gatherBytes: source and batch are in memory",
  );
  assert(areFloats(step, STEP_WORDS), "gatherBytes: the step block is in memory");
  const most = splat(255);
  for (let row = begin; row < end; row++) {
    const from = source + rowIndex(step, row) * <usize>columns;
    assert(areBytes(from, 1, columns), "gatherBytes: the index is of a row in memory");
    const to = batch + <usize>row * <usize>(columns << 2);
    assert(areApart(from, columns, to, <i64>columns << 2), "gatherBytes: the batch does not overlap the source");
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
