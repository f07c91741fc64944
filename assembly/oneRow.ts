// One row of the matrix product. A tile would calculate rows that nobody wants, and a lone row of a tile has too few sums
// to keep the processor busy, each of which waits for the one before. So a row takes 32 columns at a time.

import { madd } from "./simd";

/** Columns that a row takes at a time: a multiple of every panel's. */
export const ROW_COLUMNS: i32 = 32;

/**
 * ROW_COLUMNS columns of one row of C = seed + A·B.
 *
 * @param k groups of B to sum over
 * @param a address of the row of A; `aStep` is the bytes from one k to the next
 * @param b address of the first column's panel at the first k; `eighth` is the bytes from there to column 8, `half` to
 *   column 16; `group` is the bytes from one k to the next
 */
@inline
export function rowOf(
  k: i32, a: usize, aStep: usize, b: usize, eighth: usize, half: usize, group: usize, seed: usize, c: usize,
): void {
  let c0 = v128.load(seed); let c1 = v128.load(seed, 16);
  let c2 = v128.load(seed, 32); let c3 = v128.load(seed, 48);
  let c4 = v128.load(seed, 64); let c5 = v128.load(seed, 80);
  let c6 = v128.load(seed, 96); let c7 = v128.load(seed, 112);
  let b0 = b;
  let b1 = b + eighth;
  let b2 = b + half;
  let b3 = b2 + eighth;
  for (let i = k; i > 0; i--) {
    const x = v128.load32_splat(a);
    c0 = madd(x, v128.load(b0), c0); c1 = madd(x, v128.load(b0, 16), c1);
    c2 = madd(x, v128.load(b1), c2); c3 = madd(x, v128.load(b1, 16), c3);
    c4 = madd(x, v128.load(b2), c4); c5 = madd(x, v128.load(b2, 16), c5);
    c6 = madd(x, v128.load(b3), c6); c7 = madd(x, v128.load(b3, 16), c7);
    a += aStep;
    b0 += group; b1 += group; b2 += group; b3 += group;
  }
  v128.store(c, c0); v128.store(c, c1, 16);
  v128.store(c, c2, 32); v128.store(c, c3, 48);
  v128.store(c, c4, 64); v128.store(c, c5, 80);
  v128.store(c, c6, 96); v128.store(c, c7, 112);
}
