// The most multiply-adds that a build can do: loops of nothing else, on registers. What the matrix products reach is
// stated as a share of the best of them.
//
// In the first two each running vector becomes c·x + y over and over: that keeps it finite, and no product can be moved
// out of the loop. Twelve running vectors hide the latency of a fused multiply-add and fit, with x and y, the sixteen
// registers; the revectorizer makes twelve of twenty-four. It starts from pairs of neighbouring loads and stores.

import { madd } from "../../assembly/simd";

// Bytes from `data` (aligned to 64) on: x, y, and from 64 on the running vectors.
const FACTOR: usize = 0;
const TERM: usize = 4;

/** Twelve running vectors, `iterations` multiply-adds each. */
export function twelve(iterations: i32, data: usize): void {
  const x = v128.load32_splat(data, FACTOR);
  const y = v128.load32_splat(data, TERM);
  let c0 = v128.load(data, 64); let c1 = v128.load(data, 80);
  let c2 = v128.load(data, 96); let c3 = v128.load(data, 112);
  let c4 = v128.load(data, 128); let c5 = v128.load(data, 144);
  let c6 = v128.load(data, 160); let c7 = v128.load(data, 176);
  let c8 = v128.load(data, 192); let c9 = v128.load(data, 208);
  let c10 = v128.load(data, 224); let c11 = v128.load(data, 240);
  do {
    c0 = madd(c0, x, y); c1 = madd(c1, x, y);
    c2 = madd(c2, x, y); c3 = madd(c3, x, y);
    c4 = madd(c4, x, y); c5 = madd(c5, x, y);
    c6 = madd(c6, x, y); c7 = madd(c7, x, y);
    c8 = madd(c8, x, y); c9 = madd(c9, x, y);
    c10 = madd(c10, x, y); c11 = madd(c11, x, y);
  } while (--iterations);
  v128.store(data, c0, 64); v128.store(data, c1, 80);
  v128.store(data, c2, 96); v128.store(data, c3, 112);
  v128.store(data, c4, 128); v128.store(data, c5, 144);
  v128.store(data, c6, 160); v128.store(data, c7, 176);
  v128.store(data, c8, 192); v128.store(data, c9, 208);
  v128.store(data, c10, 224); v128.store(data, c11, 240);
}

/** Twenty-four running vectors, `iterations` multiply-adds each. */
export function twentyFour(iterations: i32, data: usize): void {
  const x = v128.load32_splat(data, FACTOR);
  const y = v128.load32_splat(data, TERM);
  let c0 = v128.load(data, 64); let c1 = v128.load(data, 80);
  let c2 = v128.load(data, 96); let c3 = v128.load(data, 112);
  let c4 = v128.load(data, 128); let c5 = v128.load(data, 144);
  let c6 = v128.load(data, 160); let c7 = v128.load(data, 176);
  let c8 = v128.load(data, 192); let c9 = v128.load(data, 208);
  let c10 = v128.load(data, 224); let c11 = v128.load(data, 240);
  let c12 = v128.load(data, 256); let c13 = v128.load(data, 272);
  let c14 = v128.load(data, 288); let c15 = v128.load(data, 304);
  let c16 = v128.load(data, 320); let c17 = v128.load(data, 336);
  let c18 = v128.load(data, 352); let c19 = v128.load(data, 368);
  let c20 = v128.load(data, 384); let c21 = v128.load(data, 400);
  let c22 = v128.load(data, 416); let c23 = v128.load(data, 432);
  do {
    c0 = madd(c0, x, y); c1 = madd(c1, x, y);
    c2 = madd(c2, x, y); c3 = madd(c3, x, y);
    c4 = madd(c4, x, y); c5 = madd(c5, x, y);
    c6 = madd(c6, x, y); c7 = madd(c7, x, y);
    c8 = madd(c8, x, y); c9 = madd(c9, x, y);
    c10 = madd(c10, x, y); c11 = madd(c11, x, y);
    c12 = madd(c12, x, y); c13 = madd(c13, x, y);
    c14 = madd(c14, x, y); c15 = madd(c15, x, y);
    c16 = madd(c16, x, y); c17 = madd(c17, x, y);
    c18 = madd(c18, x, y); c19 = madd(c19, x, y);
    c20 = madd(c20, x, y); c21 = madd(c21, x, y);
    c22 = madd(c22, x, y); c23 = madd(c23, x, y);
  } while (--iterations);
  v128.store(data, c0, 64); v128.store(data, c1, 80);
  v128.store(data, c2, 96); v128.store(data, c3, 112);
  v128.store(data, c4, 128); v128.store(data, c5, 144);
  v128.store(data, c6, 160); v128.store(data, c7, 176);
  v128.store(data, c8, 192); v128.store(data, c9, 208);
  v128.store(data, c10, 224); v128.store(data, c11, 240);
  v128.store(data, c12, 256); v128.store(data, c13, 272);
  v128.store(data, c14, 288); v128.store(data, c15, 304);
  v128.store(data, c16, 320); v128.store(data, c17, 336);
  v128.store(data, c18, 352); v128.store(data, c19, 368);
  v128.store(data, c20, 384); v128.store(data, c21, 400);
  v128.store(data, c22, 416); v128.store(data, c23, 432);
}

/**
 * Eight running vectors, as sums of products that are not part of them: where a multiply-add is two instructions, only
 * the addition has to wait for the last one. The factors change with each iteration, or the products would be moved out.
 */
export function sums(iterations: i32, data: usize): void {
  const y0 = v128.load(data, 64); const y1 = v128.load(data, 80);
  const y2 = v128.load(data, 96); const y3 = v128.load(data, 112);
  let c0 = v128.load(data, 64); let c1 = v128.load(data, 80);
  let c2 = v128.load(data, 96); let c3 = v128.load(data, 112);
  let c4 = v128.load(data, 128); let c5 = v128.load(data, 144);
  let c6 = v128.load(data, 160); let c7 = v128.load(data, 176);
  let at = data;
  do {
    const x0 = v128.load32_splat(at, 64);
    c0 = madd(x0, y0, c0); c1 = madd(x0, y1, c1);
    c2 = madd(x0, y2, c2); c3 = madd(x0, y3, c3);
    const x1 = v128.load32_splat(at, 68);
    c4 = madd(x1, y0, c4); c5 = madd(x1, y1, c5);
    c6 = madd(x1, y2, c6); c7 = madd(x1, y3, c7);
    at ^= 8;
  } while (--iterations);
  v128.store(data, c0, 64); v128.store(data, c1, 80);
  v128.store(data, c2, 96); v128.store(data, c3, 112);
  v128.store(data, c4, 128); v128.store(data, c5, 144);
  v128.store(data, c6, 160); v128.store(data, c7, 176);
}
