// Copies the rows of a batch from the data set, by index.
//
// Rows of a shuffled batch lie anywhere, so each waits for memory. Four are copied side by side: the processor then waits for
// all of them at once, which takes half as long for bytes, and a sixth less for floats.

import { STEP_INDICES, STEP_WORDS } from "./abi";
import { areApart, areBytes, areFloats, isShare } from "./checks";
import { splat, storeUpTo } from "./simd";

/**
 * 1/255 as the sum of a float with 8 bits less and the rest: a byte times the first is exact, and with the rest added it is
 * the byte divided by 255, rounded once, for each of the 256 bytes (the tests compare them). A division takes longer.
 */
const HIGH: f32 = 0.0039215087890625;
const LOW: f32 = 5.983839201917363e-8;

/** The data set's row index for row `row` of the batch. */
@inline
export function rowIndex(step: usize, row: i32): usize {
  return <usize>load<u32>(<usize>load<u32>(step + (STEP_INDICES << 2)) + <usize>(row << 2));
}

/** Copies floats `j` to `j + 3` of a row, fewer at its end. */
@inline
function copyFloats(from: usize, to: usize, j: i32, columns: i32): void {
  const at = <usize>(j << 2);
  storeUpTo(to + at, v128.load(from + at), <usize>(columns - j));
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
  let to = batch + <usize>begin * bytes;
  let row = begin;
  for (; row + 4 <= end; row += 4) {
    const a = floatsAt(source, step, row, columns, batch);
    const b = floatsAt(source, step, row + 1, columns, batch);
    const c = floatsAt(source, step, row + 2, columns, batch);
    const d = floatsAt(source, step, row + 3, columns, batch);
    for (let j = 0; j < columns; j += 4) {
      copyFloats(a, to, j, columns);
      copyFloats(b, to + bytes, j, columns);
      copyFloats(c, to + 2 * bytes, j, columns);
      copyFloats(d, to + 3 * bytes, j, columns);
    }
    to += 4 * bytes;
  }
  for (; row < end; row++) {
    const from = floatsAt(source, step, row, columns, batch);
    for (let j = 0; j < columns; j += 4) copyFloats(from, to, j, columns);
    to += bytes;
  }
}

/** Where the floats for row `row` of the batch are. */
@inline
function floatsAt(source: usize, step: usize, row: i32, columns: i32, batch: usize): usize {
  const bytes = <usize>(columns << 2);
  const from = source + rowIndex(step, row) * bytes;
  assert(areFloats(from, 1, columns), "gatherFloats: the index is of a row in memory");
  const to = batch + <usize>row * bytes;
  assert(areApart(from, <i64>bytes, to, <i64>bytes), "gatherFloats: the batch does not overlap the source");
  return from;
}

/** Converts bytes `j` to `j + 7` of a row, fewer at its end. */
@inline
function convertBytes(from: usize, to: usize, j: i32, columns: i32, high: v128, low: v128): void {
  const wide = v128.load_ext<u8>(from + <usize>j);
  const first = f32x4.convert_i32x4_u(i32x4.extend_low_i16x8_u(wide));
  const second = f32x4.convert_i32x4_u(i32x4.extend_high_i16x8_u(wide));
  const left = <usize>(columns - j);
  const at = to + <usize>(j << 2);
  storeUpTo(at, f32x4.add(f32x4.mul(first, high), f32x4.mul(first, low)), left);
  if (left > 4) storeUpTo(at + 16, f32x4.add(f32x4.mul(second, high), f32x4.mul(second, low)), left - 4);
}

/** batch[row, ·] = source[index[row], ·] / 255, for bytes. */
export function gatherBytes(begin: i32, end: i32, columns: i32, source: usize, batch: usize, step: usize): void {
  assert(isShare(begin, end) && columns > 0, "gatherBytes: sizes");
  assert(
    areBytes(source, 1, columns) && areFloats(batch, end, columns),
    "gatherBytes: source and batch are in memory",
  );
  assert(areFloats(step, STEP_WORDS), "gatherBytes: the step block is in memory");
  const high = splat(HIGH);
  const low = splat(LOW);
  const bytes = <usize>(columns << 2);
  let to = batch + <usize>begin * bytes;
  let row = begin;
  for (; row + 4 <= end; row += 4) {
    const a = bytesAt(source, step, row, columns, batch);
    const b = bytesAt(source, step, row + 1, columns, batch);
    const c = bytesAt(source, step, row + 2, columns, batch);
    const d = bytesAt(source, step, row + 3, columns, batch);
    for (let j = 0; j < columns; j += 8) {
      convertBytes(a, to, j, columns, high, low);
      convertBytes(b, to + bytes, j, columns, high, low);
      convertBytes(c, to + 2 * bytes, j, columns, high, low);
      convertBytes(d, to + 3 * bytes, j, columns, high, low);
    }
    to += 4 * bytes;
  }
  for (; row < end; row++) {
    const from = bytesAt(source, step, row, columns, batch);
    for (let j = 0; j < columns; j += 8) convertBytes(from, to, j, columns, high, low);
    to += bytes;
  }
}

/** Where the bytes for row `row` of the batch are. */
@inline
function bytesAt(source: usize, step: usize, row: i32, columns: i32, batch: usize): usize {
  const from = source + rowIndex(step, row) * <usize>columns;
  assert(areBytes(from, 1, columns), "gatherBytes: the index is of a row in memory");
  const to = batch + <usize>row * <usize>(columns << 2);
  assert(areApart(from, columns, to, <i64>columns << 2), "gatherBytes: the batch does not overlap the source");
  return from;
}
