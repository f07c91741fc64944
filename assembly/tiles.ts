// Micro-kernels of the matrix product: C = seed + A·B for a column of tiles, each tile of C held in registers.
//
// - A is read in place: element (row, k) is at a + row·aRow + k·aStep, so a matrix and its transpose use the same code.
// - B is one packed panel: k groups, one after another, with as many columns as the tile is wide.
// - Every element of C is a single sum over k in order, starting from the seed, so all tiles give the same bits.
// - `rows` is any number from 1 up. If fewer rows are left than the tile has, the surplus rows repeat the last one and
//   store the same values again, which is cheaper than branches.
// - The loop over rows is here rather than in the caller: one call per tile took an eighth of the time for k = 32.

import { madd } from "./simd";

/** The address of the next row, or the same address if `row` is past the last row. */
@inline
function next(address: usize, stride: usize, row: i32, rows: i32): usize {
  return address + select<usize>(stride, 0, row < rows);
}

export function tile4x8(
  k: i32, rows: i32, a: usize, aRow: usize, aStep: usize, b: usize,
  seed: usize, seedRow: usize, c: usize, cRow: usize,
): void {
  for (; rows > 0; rows -= 4) {
    let a0 = a;
    let a1 = next(a0, aRow, 1, rows);
    let a2 = next(a1, aRow, 2, rows);
    let a3 = next(a2, aRow, 3, rows);
    const s0 = seed;
    let c00 = v128.load(s0); let c01 = v128.load(s0, 16);
    const s1 = next(s0, seedRow, 1, rows);
    let c10 = v128.load(s1); let c11 = v128.load(s1, 16);
    const s2 = next(s1, seedRow, 2, rows);
    let c20 = v128.load(s2); let c21 = v128.load(s2, 16);
    const s3 = next(s2, seedRow, 3, rows);
    let c30 = v128.load(s3); let c31 = v128.load(s3, 16);
    let group = b;
    for (let i = k; i > 0; i--) {
      const b0 = v128.load(group); const b1 = v128.load(group, 16);
      let x = v128.load32_splat(a0);
      c00 = madd(x, b0, c00); c01 = madd(x, b1, c01);
      x = v128.load32_splat(a1);
      c10 = madd(x, b0, c10); c11 = madd(x, b1, c11);
      x = v128.load32_splat(a2);
      c20 = madd(x, b0, c20); c21 = madd(x, b1, c21);
      x = v128.load32_splat(a3);
      c30 = madd(x, b0, c30); c31 = madd(x, b1, c31);
      a0 += aStep; a1 += aStep; a2 += aStep;
      a3 += aStep;
      group += 32;
    }
    const d0 = c;
    v128.store(d0, c00); v128.store(d0, c01, 16);
    const d1 = next(d0, cRow, 1, rows);
    v128.store(d1, c10); v128.store(d1, c11, 16);
    const d2 = next(d1, cRow, 2, rows);
    v128.store(d2, c20); v128.store(d2, c21, 16);
    const d3 = next(d2, cRow, 3, rows);
    v128.store(d3, c30); v128.store(d3, c31, 16);
    a += 4 * aRow;
    seed += 4 * seedRow;
    c += 4 * cRow;
  }
}

export function tile6x8(
  k: i32, rows: i32, a: usize, aRow: usize, aStep: usize, b: usize,
  seed: usize, seedRow: usize, c: usize, cRow: usize,
): void {
  for (; rows > 0; rows -= 6) {
    let a0 = a;
    let a1 = next(a0, aRow, 1, rows);
    let a2 = next(a1, aRow, 2, rows);
    let a3 = next(a2, aRow, 3, rows);
    let a4 = next(a3, aRow, 4, rows);
    let a5 = next(a4, aRow, 5, rows);
    const s0 = seed;
    let c00 = v128.load(s0); let c01 = v128.load(s0, 16);
    const s1 = next(s0, seedRow, 1, rows);
    let c10 = v128.load(s1); let c11 = v128.load(s1, 16);
    const s2 = next(s1, seedRow, 2, rows);
    let c20 = v128.load(s2); let c21 = v128.load(s2, 16);
    const s3 = next(s2, seedRow, 3, rows);
    let c30 = v128.load(s3); let c31 = v128.load(s3, 16);
    const s4 = next(s3, seedRow, 4, rows);
    let c40 = v128.load(s4); let c41 = v128.load(s4, 16);
    const s5 = next(s4, seedRow, 5, rows);
    let c50 = v128.load(s5); let c51 = v128.load(s5, 16);
    let group = b;
    for (let i = k; i > 0; i--) {
      const b0 = v128.load(group); const b1 = v128.load(group, 16);
      let x = v128.load32_splat(a0);
      c00 = madd(x, b0, c00); c01 = madd(x, b1, c01);
      x = v128.load32_splat(a1);
      c10 = madd(x, b0, c10); c11 = madd(x, b1, c11);
      x = v128.load32_splat(a2);
      c20 = madd(x, b0, c20); c21 = madd(x, b1, c21);
      x = v128.load32_splat(a3);
      c30 = madd(x, b0, c30); c31 = madd(x, b1, c31);
      x = v128.load32_splat(a4);
      c40 = madd(x, b0, c40); c41 = madd(x, b1, c41);
      x = v128.load32_splat(a5);
      c50 = madd(x, b0, c50); c51 = madd(x, b1, c51);
      a0 += aStep; a1 += aStep; a2 += aStep;
      a3 += aStep; a4 += aStep; a5 += aStep;
      group += 32;
    }
    const d0 = c;
    v128.store(d0, c00); v128.store(d0, c01, 16);
    const d1 = next(d0, cRow, 1, rows);
    v128.store(d1, c10); v128.store(d1, c11, 16);
    const d2 = next(d1, cRow, 2, rows);
    v128.store(d2, c20); v128.store(d2, c21, 16);
    const d3 = next(d2, cRow, 3, rows);
    v128.store(d3, c30); v128.store(d3, c31, 16);
    const d4 = next(d3, cRow, 4, rows);
    v128.store(d4, c40); v128.store(d4, c41, 16);
    const d5 = next(d4, cRow, 5, rows);
    v128.store(d5, c50); v128.store(d5, c51, 16);
    a += 6 * aRow;
    seed += 6 * seedRow;
    c += 6 * cRow;
  }
}

export function tile2x16(
  k: i32, rows: i32, a: usize, aRow: usize, aStep: usize, b: usize,
  seed: usize, seedRow: usize, c: usize, cRow: usize,
): void {
  for (; rows > 0; rows -= 2) {
    let a0 = a;
    let a1 = next(a0, aRow, 1, rows);
    const s0 = seed;
    let c00 = v128.load(s0); let c01 = v128.load(s0, 16);
    let c02 = v128.load(s0, 32); let c03 = v128.load(s0, 48);
    const s1 = next(s0, seedRow, 1, rows);
    let c10 = v128.load(s1); let c11 = v128.load(s1, 16);
    let c12 = v128.load(s1, 32); let c13 = v128.load(s1, 48);
    let group = b;
    for (let i = k; i > 0; i--) {
      const b0 = v128.load(group); const b1 = v128.load(group, 16);
      const b2 = v128.load(group, 32); const b3 = v128.load(group, 48);
      let x = v128.load32_splat(a0);
      c00 = madd(x, b0, c00); c01 = madd(x, b1, c01);
      c02 = madd(x, b2, c02); c03 = madd(x, b3, c03);
      x = v128.load32_splat(a1);
      c10 = madd(x, b0, c10); c11 = madd(x, b1, c11);
      c12 = madd(x, b2, c12); c13 = madd(x, b3, c13);
      a0 += aStep; a1 += aStep;
      group += 64;
    }
    const d0 = c;
    v128.store(d0, c00); v128.store(d0, c01, 16);
    v128.store(d0, c02, 32); v128.store(d0, c03, 48);
    const d1 = next(d0, cRow, 1, rows);
    v128.store(d1, c10); v128.store(d1, c11, 16);
    v128.store(d1, c12, 32); v128.store(d1, c13, 48);
    a += 2 * aRow;
    seed += 2 * seedRow;
    c += 2 * cRow;
  }
}

export function tile4x16(
  k: i32, rows: i32, a: usize, aRow: usize, aStep: usize, b: usize,
  seed: usize, seedRow: usize, c: usize, cRow: usize,
): void {
  for (; rows > 0; rows -= 4) {
    let a0 = a;
    let a1 = next(a0, aRow, 1, rows);
    let a2 = next(a1, aRow, 2, rows);
    let a3 = next(a2, aRow, 3, rows);
    const s0 = seed;
    let c00 = v128.load(s0); let c01 = v128.load(s0, 16);
    let c02 = v128.load(s0, 32); let c03 = v128.load(s0, 48);
    const s1 = next(s0, seedRow, 1, rows);
    let c10 = v128.load(s1); let c11 = v128.load(s1, 16);
    let c12 = v128.load(s1, 32); let c13 = v128.load(s1, 48);
    const s2 = next(s1, seedRow, 2, rows);
    let c20 = v128.load(s2); let c21 = v128.load(s2, 16);
    let c22 = v128.load(s2, 32); let c23 = v128.load(s2, 48);
    const s3 = next(s2, seedRow, 3, rows);
    let c30 = v128.load(s3); let c31 = v128.load(s3, 16);
    let c32 = v128.load(s3, 32); let c33 = v128.load(s3, 48);
    let group = b;
    for (let i = k; i > 0; i--) {
      const b0 = v128.load(group); const b1 = v128.load(group, 16);
      const b2 = v128.load(group, 32); const b3 = v128.load(group, 48);
      let x = v128.load32_splat(a0);
      c00 = madd(x, b0, c00); c01 = madd(x, b1, c01);
      c02 = madd(x, b2, c02); c03 = madd(x, b3, c03);
      x = v128.load32_splat(a1);
      c10 = madd(x, b0, c10); c11 = madd(x, b1, c11);
      c12 = madd(x, b2, c12); c13 = madd(x, b3, c13);
      x = v128.load32_splat(a2);
      c20 = madd(x, b0, c20); c21 = madd(x, b1, c21);
      c22 = madd(x, b2, c22); c23 = madd(x, b3, c23);
      x = v128.load32_splat(a3);
      c30 = madd(x, b0, c30); c31 = madd(x, b1, c31);
      c32 = madd(x, b2, c32); c33 = madd(x, b3, c33);
      a0 += aStep; a1 += aStep; a2 += aStep;
      a3 += aStep;
      group += 64;
    }
    const d0 = c;
    v128.store(d0, c00); v128.store(d0, c01, 16);
    v128.store(d0, c02, 32); v128.store(d0, c03, 48);
    const d1 = next(d0, cRow, 1, rows);
    v128.store(d1, c10); v128.store(d1, c11, 16);
    v128.store(d1, c12, 32); v128.store(d1, c13, 48);
    const d2 = next(d1, cRow, 2, rows);
    v128.store(d2, c20); v128.store(d2, c21, 16);
    v128.store(d2, c22, 32); v128.store(d2, c23, 48);
    const d3 = next(d2, cRow, 3, rows);
    v128.store(d3, c30); v128.store(d3, c31, 16);
    v128.store(d3, c32, 32); v128.store(d3, c33, 48);
    a += 4 * aRow;
    seed += 4 * seedRow;
    c += 4 * cRow;
  }
}

export function tile6x16(
  k: i32, rows: i32, a: usize, aRow: usize, aStep: usize, b: usize,
  seed: usize, seedRow: usize, c: usize, cRow: usize,
): void {
  for (; rows > 0; rows -= 6) {
    let a0 = a;
    let a1 = next(a0, aRow, 1, rows);
    let a2 = next(a1, aRow, 2, rows);
    let a3 = next(a2, aRow, 3, rows);
    let a4 = next(a3, aRow, 4, rows);
    let a5 = next(a4, aRow, 5, rows);
    const s0 = seed;
    let c00 = v128.load(s0); let c01 = v128.load(s0, 16);
    let c02 = v128.load(s0, 32); let c03 = v128.load(s0, 48);
    const s1 = next(s0, seedRow, 1, rows);
    let c10 = v128.load(s1); let c11 = v128.load(s1, 16);
    let c12 = v128.load(s1, 32); let c13 = v128.load(s1, 48);
    const s2 = next(s1, seedRow, 2, rows);
    let c20 = v128.load(s2); let c21 = v128.load(s2, 16);
    let c22 = v128.load(s2, 32); let c23 = v128.load(s2, 48);
    const s3 = next(s2, seedRow, 3, rows);
    let c30 = v128.load(s3); let c31 = v128.load(s3, 16);
    let c32 = v128.load(s3, 32); let c33 = v128.load(s3, 48);
    const s4 = next(s3, seedRow, 4, rows);
    let c40 = v128.load(s4); let c41 = v128.load(s4, 16);
    let c42 = v128.load(s4, 32); let c43 = v128.load(s4, 48);
    const s5 = next(s4, seedRow, 5, rows);
    let c50 = v128.load(s5); let c51 = v128.load(s5, 16);
    let c52 = v128.load(s5, 32); let c53 = v128.load(s5, 48);
    let group = b;
    for (let i = k; i > 0; i--) {
      const b0 = v128.load(group); const b1 = v128.load(group, 16);
      const b2 = v128.load(group, 32); const b3 = v128.load(group, 48);
      let x = v128.load32_splat(a0);
      c00 = madd(x, b0, c00); c01 = madd(x, b1, c01);
      c02 = madd(x, b2, c02); c03 = madd(x, b3, c03);
      x = v128.load32_splat(a1);
      c10 = madd(x, b0, c10); c11 = madd(x, b1, c11);
      c12 = madd(x, b2, c12); c13 = madd(x, b3, c13);
      x = v128.load32_splat(a2);
      c20 = madd(x, b0, c20); c21 = madd(x, b1, c21);
      c22 = madd(x, b2, c22); c23 = madd(x, b3, c23);
      x = v128.load32_splat(a3);
      c30 = madd(x, b0, c30); c31 = madd(x, b1, c31);
      c32 = madd(x, b2, c32); c33 = madd(x, b3, c33);
      x = v128.load32_splat(a4);
      c40 = madd(x, b0, c40); c41 = madd(x, b1, c41);
      c42 = madd(x, b2, c42); c43 = madd(x, b3, c43);
      x = v128.load32_splat(a5);
      c50 = madd(x, b0, c50); c51 = madd(x, b1, c51);
      c52 = madd(x, b2, c52); c53 = madd(x, b3, c53);
      a0 += aStep; a1 += aStep; a2 += aStep;
      a3 += aStep; a4 += aStep; a5 += aStep;
      group += 64;
    }
    const d0 = c;
    v128.store(d0, c00); v128.store(d0, c01, 16);
    v128.store(d0, c02, 32); v128.store(d0, c03, 48);
    const d1 = next(d0, cRow, 1, rows);
    v128.store(d1, c10); v128.store(d1, c11, 16);
    v128.store(d1, c12, 32); v128.store(d1, c13, 48);
    const d2 = next(d1, cRow, 2, rows);
    v128.store(d2, c20); v128.store(d2, c21, 16);
    v128.store(d2, c22, 32); v128.store(d2, c23, 48);
    const d3 = next(d2, cRow, 3, rows);
    v128.store(d3, c30); v128.store(d3, c31, 16);
    v128.store(d3, c32, 32); v128.store(d3, c33, 48);
    const d4 = next(d3, cRow, 4, rows);
    v128.store(d4, c40); v128.store(d4, c41, 16);
    v128.store(d4, c42, 32); v128.store(d4, c43, 48);
    const d5 = next(d4, cRow, 5, rows);
    v128.store(d5, c50); v128.store(d5, c51, 16);
    v128.store(d5, c52, 32); v128.store(d5, c53, 48);
    a += 6 * aRow;
    seed += 6 * seedRow;
    c += 6 * cRow;
  }
}
