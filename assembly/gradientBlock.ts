// The gradient AᵀS of a weight matrix whose inputs are used at many places: of an image, or of a sequence. Each block of
// places is summed separately before the sums are added up, so that rounding errors do not grow with the number of
// places. The order of all sums depends only on the sizes.

import { FEW_COLUMNS } from "./abi";
import { fewGradients } from "./few";
import { gemm, tileColumns } from "./gemm";
import { packRows } from "./pack";
import { storeUpTo } from "./simd";

/** Columns of a packed S[·, n]. */
@inline
export function packedColumns(tile: i32, n: i32): i32 {
  const width = tileColumns(tile);
  return (n + width - 1) / width * width;
}

/** Adds values of `from` to those of `to`. */
export function addAll(to: usize, from: usize, count: i32): void {
  for (let i = 0; i < count; i += 4) {
    const at = <usize>(i << 2);
    storeUpTo(to + at, f32x4.add(v128.load(to + at), v128.load(from + at)), <usize>(count - i));
  }
}

/**
 * total[depth, n] = AᵀS of one block, or total += AᵀS unless `sets`.
 *
 * @param a A[count, depth], with `aStep` bytes from one row to the next
 * @param slopes S[count, n]
 * @param zeros a row of zeros
 * @param packed space for the packed S; `sums` space for depth·n floats
 */
export function addBlock(
  sets: bool, tile: i32, depth: i32, n: i32, count: i32, a: usize, aStep: usize, slopes: usize, zeros: usize,
  total: usize, packed: usize, sums: usize, scratch: usize,
): void {
  if (n <= FEW_COLUMNS) {
    // The packed S is not needed, so its space holds the pointers to A's rows.
    for (let i = 0; i < count; i++) store<usize>(packed + <usize>(i << 2), a + <usize>i * aStep);
    if (sets) memory.fill(total, 0, <usize>(depth * n << 2));
    fewGradients(0, depth, n, depth, count, packed, 0, slopes, total, scratch);
    return;
  }
  packRows(0, count, tile, count, n, slopes, packed);
  gemm(tile, 0, depth, n, count, a, 4, aStep, packed, zeros, 0, sets ? total : sums, <usize>(n << 2), scratch);
  if (!sets) addAll(total, sums, depth * n);
}
