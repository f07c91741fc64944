// Micro-kernels of the matrix product: C = seed + A·B for one tile of C, held in registers.
//
// A is read in place: element (row, k) stands at a + row·aRow + k·aStep, so a matrix and its transpose are read alike.
// B is one packed panel: k groups of as many columns as the tile is wide, group after group.
// Every element of C is one running sum over k in order, started from the seed: all tiles give the same bits.
// `rows` may be less than the tile's height; surplus rows repeat the last one and store the same values again.

import { madd } from "./simd";

@inline
function rowAt(base: usize, stride: usize, row: i32, rows: i32): usize {
  return base + stride * <usize>min(row, rows - 1);
}

export function tile4x8(
  k: i32, rows: i32, a: usize, aRow: usize, aStep: usize, b: usize,
  seed: usize, seedRow: usize, c: usize, cRow: usize,
): void {
  let a0 = a;
  let a1 = rowAt(a, aRow, 1, rows);
  let a2 = rowAt(a, aRow, 2, rows);
  let a3 = rowAt(a, aRow, 3, rows);
  const s0 = rowAt(seed, seedRow, 0, rows);
  let c00 = v128.load(s0); let c01 = v128.load(s0, 16);
  const s1 = rowAt(seed, seedRow, 1, rows);
  let c10 = v128.load(s1); let c11 = v128.load(s1, 16);
  const s2 = rowAt(seed, seedRow, 2, rows);
  let c20 = v128.load(s2); let c21 = v128.load(s2, 16);
  const s3 = rowAt(seed, seedRow, 3, rows);
  let c30 = v128.load(s3); let c31 = v128.load(s3, 16);
  do {
    const b0 = v128.load(b, 0); const b1 = v128.load(b, 16);
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
    b += 32;
  } while (--k);
  const d0 = rowAt(c, cRow, 0, rows);
  v128.store(d0, c00, 0); v128.store(d0, c01, 16);
  const d1 = rowAt(c, cRow, 1, rows);
  v128.store(d1, c10, 0); v128.store(d1, c11, 16);
  const d2 = rowAt(c, cRow, 2, rows);
  v128.store(d2, c20, 0); v128.store(d2, c21, 16);
  const d3 = rowAt(c, cRow, 3, rows);
  v128.store(d3, c30, 0); v128.store(d3, c31, 16);
}

export function tile6x8(
  k: i32, rows: i32, a: usize, aRow: usize, aStep: usize, b: usize,
  seed: usize, seedRow: usize, c: usize, cRow: usize,
): void {
  let a0 = a;
  let a1 = rowAt(a, aRow, 1, rows);
  let a2 = rowAt(a, aRow, 2, rows);
  let a3 = rowAt(a, aRow, 3, rows);
  let a4 = rowAt(a, aRow, 4, rows);
  let a5 = rowAt(a, aRow, 5, rows);
  const s0 = rowAt(seed, seedRow, 0, rows);
  let c00 = v128.load(s0); let c01 = v128.load(s0, 16);
  const s1 = rowAt(seed, seedRow, 1, rows);
  let c10 = v128.load(s1); let c11 = v128.load(s1, 16);
  const s2 = rowAt(seed, seedRow, 2, rows);
  let c20 = v128.load(s2); let c21 = v128.load(s2, 16);
  const s3 = rowAt(seed, seedRow, 3, rows);
  let c30 = v128.load(s3); let c31 = v128.load(s3, 16);
  const s4 = rowAt(seed, seedRow, 4, rows);
  let c40 = v128.load(s4); let c41 = v128.load(s4, 16);
  const s5 = rowAt(seed, seedRow, 5, rows);
  let c50 = v128.load(s5); let c51 = v128.load(s5, 16);
  do {
    const b0 = v128.load(b, 0); const b1 = v128.load(b, 16);
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
    b += 32;
  } while (--k);
  const d0 = rowAt(c, cRow, 0, rows);
  v128.store(d0, c00, 0); v128.store(d0, c01, 16);
  const d1 = rowAt(c, cRow, 1, rows);
  v128.store(d1, c10, 0); v128.store(d1, c11, 16);
  const d2 = rowAt(c, cRow, 2, rows);
  v128.store(d2, c20, 0); v128.store(d2, c21, 16);
  const d3 = rowAt(c, cRow, 3, rows);
  v128.store(d3, c30, 0); v128.store(d3, c31, 16);
  const d4 = rowAt(c, cRow, 4, rows);
  v128.store(d4, c40, 0); v128.store(d4, c41, 16);
  const d5 = rowAt(c, cRow, 5, rows);
  v128.store(d5, c50, 0); v128.store(d5, c51, 16);
}

export function tile2x16(
  k: i32, rows: i32, a: usize, aRow: usize, aStep: usize, b: usize,
  seed: usize, seedRow: usize, c: usize, cRow: usize,
): void {
  let a0 = a;
  let a1 = rowAt(a, aRow, 1, rows);
  const s0 = rowAt(seed, seedRow, 0, rows);
  let c00 = v128.load(s0, 0); let c01 = v128.load(s0, 16);
  let c02 = v128.load(s0, 32); let c03 = v128.load(s0, 48);
  const s1 = rowAt(seed, seedRow, 1, rows);
  let c10 = v128.load(s1, 0); let c11 = v128.load(s1, 16);
  let c12 = v128.load(s1, 32); let c13 = v128.load(s1, 48);
  do {
    const b0 = v128.load(b, 0); const b1 = v128.load(b, 16);
    const b2 = v128.load(b, 32); const b3 = v128.load(b, 48);
    let x = v128.load32_splat(a0);
    c00 = madd(x, b0, c00); c01 = madd(x, b1, c01);
    c02 = madd(x, b2, c02); c03 = madd(x, b3, c03);
    x = v128.load32_splat(a1);
    c10 = madd(x, b0, c10); c11 = madd(x, b1, c11);
    c12 = madd(x, b2, c12); c13 = madd(x, b3, c13);
    a0 += aStep; a1 += aStep;
    b += 64;
  } while (--k);
  const d0 = rowAt(c, cRow, 0, rows);
  v128.store(d0, c00, 0); v128.store(d0, c01, 16);
  v128.store(d0, c02, 32); v128.store(d0, c03, 48);
  const d1 = rowAt(c, cRow, 1, rows);
  v128.store(d1, c10, 0); v128.store(d1, c11, 16);
  v128.store(d1, c12, 32); v128.store(d1, c13, 48);
}

export function tile4x16(
  k: i32, rows: i32, a: usize, aRow: usize, aStep: usize, b: usize,
  seed: usize, seedRow: usize, c: usize, cRow: usize,
): void {
  let a0 = a;
  let a1 = rowAt(a, aRow, 1, rows);
  let a2 = rowAt(a, aRow, 2, rows);
  let a3 = rowAt(a, aRow, 3, rows);
  const s0 = rowAt(seed, seedRow, 0, rows);
  let c00 = v128.load(s0, 0); let c01 = v128.load(s0, 16);
  let c02 = v128.load(s0, 32); let c03 = v128.load(s0, 48);
  const s1 = rowAt(seed, seedRow, 1, rows);
  let c10 = v128.load(s1, 0); let c11 = v128.load(s1, 16);
  let c12 = v128.load(s1, 32); let c13 = v128.load(s1, 48);
  const s2 = rowAt(seed, seedRow, 2, rows);
  let c20 = v128.load(s2, 0); let c21 = v128.load(s2, 16);
  let c22 = v128.load(s2, 32); let c23 = v128.load(s2, 48);
  const s3 = rowAt(seed, seedRow, 3, rows);
  let c30 = v128.load(s3, 0); let c31 = v128.load(s3, 16);
  let c32 = v128.load(s3, 32); let c33 = v128.load(s3, 48);
  do {
    const b0 = v128.load(b, 0); const b1 = v128.load(b, 16);
    const b2 = v128.load(b, 32); const b3 = v128.load(b, 48);
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
    b += 64;
  } while (--k);
  const d0 = rowAt(c, cRow, 0, rows);
  v128.store(d0, c00, 0); v128.store(d0, c01, 16);
  v128.store(d0, c02, 32); v128.store(d0, c03, 48);
  const d1 = rowAt(c, cRow, 1, rows);
  v128.store(d1, c10, 0); v128.store(d1, c11, 16);
  v128.store(d1, c12, 32); v128.store(d1, c13, 48);
  const d2 = rowAt(c, cRow, 2, rows);
  v128.store(d2, c20, 0); v128.store(d2, c21, 16);
  v128.store(d2, c22, 32); v128.store(d2, c23, 48);
  const d3 = rowAt(c, cRow, 3, rows);
  v128.store(d3, c30, 0); v128.store(d3, c31, 16);
  v128.store(d3, c32, 32); v128.store(d3, c33, 48);
}

export function tile6x16(
  k: i32, rows: i32, a: usize, aRow: usize, aStep: usize, b: usize,
  seed: usize, seedRow: usize, c: usize, cRow: usize,
): void {
  let a0 = a;
  let a1 = rowAt(a, aRow, 1, rows);
  let a2 = rowAt(a, aRow, 2, rows);
  let a3 = rowAt(a, aRow, 3, rows);
  let a4 = rowAt(a, aRow, 4, rows);
  let a5 = rowAt(a, aRow, 5, rows);
  const s0 = rowAt(seed, seedRow, 0, rows);
  let c00 = v128.load(s0, 0); let c01 = v128.load(s0, 16);
  let c02 = v128.load(s0, 32); let c03 = v128.load(s0, 48);
  const s1 = rowAt(seed, seedRow, 1, rows);
  let c10 = v128.load(s1, 0); let c11 = v128.load(s1, 16);
  let c12 = v128.load(s1, 32); let c13 = v128.load(s1, 48);
  const s2 = rowAt(seed, seedRow, 2, rows);
  let c20 = v128.load(s2, 0); let c21 = v128.load(s2, 16);
  let c22 = v128.load(s2, 32); let c23 = v128.load(s2, 48);
  const s3 = rowAt(seed, seedRow, 3, rows);
  let c30 = v128.load(s3, 0); let c31 = v128.load(s3, 16);
  let c32 = v128.load(s3, 32); let c33 = v128.load(s3, 48);
  const s4 = rowAt(seed, seedRow, 4, rows);
  let c40 = v128.load(s4, 0); let c41 = v128.load(s4, 16);
  let c42 = v128.load(s4, 32); let c43 = v128.load(s4, 48);
  const s5 = rowAt(seed, seedRow, 5, rows);
  let c50 = v128.load(s5, 0); let c51 = v128.load(s5, 16);
  let c52 = v128.load(s5, 32); let c53 = v128.load(s5, 48);
  do {
    const b0 = v128.load(b, 0); const b1 = v128.load(b, 16);
    const b2 = v128.load(b, 32); const b3 = v128.load(b, 48);
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
    b += 64;
  } while (--k);
  const d0 = rowAt(c, cRow, 0, rows);
  v128.store(d0, c00, 0); v128.store(d0, c01, 16);
  v128.store(d0, c02, 32); v128.store(d0, c03, 48);
  const d1 = rowAt(c, cRow, 1, rows);
  v128.store(d1, c10, 0); v128.store(d1, c11, 16);
  v128.store(d1, c12, 32); v128.store(d1, c13, 48);
  const d2 = rowAt(c, cRow, 2, rows);
  v128.store(d2, c20, 0); v128.store(d2, c21, 16);
  v128.store(d2, c22, 32); v128.store(d2, c23, 48);
  const d3 = rowAt(c, cRow, 3, rows);
  v128.store(d3, c30, 0); v128.store(d3, c31, 16);
  v128.store(d3, c32, 32); v128.store(d3, c33, 48);
  const d4 = rowAt(c, cRow, 4, rows);
  v128.store(d4, c40, 0); v128.store(d4, c41, 16);
  v128.store(d4, c42, 32); v128.store(d4, c43, 48);
  const d5 = rowAt(c, cRow, 5, rows);
  v128.store(d5, c50, 0); v128.store(d5, c51, 16);
  v128.store(d5, c52, 32); v128.store(d5, c53, 48);
}
