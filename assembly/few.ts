// Products of patches with few columns, which would leave a tile of eight mostly empty: many convolutional autoencoders
// end in a layer with one channel. Here vectors run along the patch. The order of summation depends only on the sizes.

import { keepUpTo, madd, splat } from "./simd";

/** The sums of four vectors' lanes, one in each lane of the result. */
@inline
function sumsOf(a: v128, b: v128, c: v128, d: v128): v128 {
  const low = f32x4.add(i32x4.shuffle(a, b, 0, 1, 4, 5), i32x4.shuffle(a, b, 2, 3, 6, 7));
  const high = f32x4.add(i32x4.shuffle(c, d, 0, 1, 4, 5), i32x4.shuffle(c, d, 2, 3, 6, 7));
  return f32x4.add(i32x4.shuffle(low, high, 0, 2, 4, 6), i32x4.shuffle(low, high, 1, 3, 5, 7));
}

/**
 * C[rows, n] = max(seed + A·B, the float at `least`) from Bᵀ[n, runs·run], where each row of A consists of `runs` runs of
 * `run` floats: those of row i start at the addresses table[·][i], `runStep` bytes apart. Row i of C starts at targets[i];
 * the seed is one row.
 */
export function fewColumns(
  rows: i32, n: i32, runs: i32, run: i32, table: usize, runStep: usize, b: usize, seed: usize, targets: usize,
  least: usize,
): void {
  const low = v128.load32_splat(least);
  const size = <usize>(run << 2);
  const whole = <usize>(run & ~3) << 2;
  const rest = <usize>(run & 3);
  for (let row = 0; row < rows; row += 4) {
    // Past the end, the last row is repeated.
    const first = table + <usize>(row << 2);
    const p1 = <usize>(min(1, rows - row - 1) << 2);
    const p2 = <usize>(min(2, rows - row - 1) << 2);
    const p3 = <usize>(min(3, rows - row - 1) << 2);
    for (let j = 0; j < n; j++) {
      let weights = b + <usize>(j * runs) * size;
      let pointers = first;
      let s0 = splat(0);
      let s1 = splat(0);
      let s2 = splat(0);
      let s3 = splat(0);
      for (let r = 0; r < runs; r++) {
        const a0 = load<usize>(pointers);
        const a1 = load<usize>(pointers + p1);
        const a2 = load<usize>(pointers + p2);
        const a3 = load<usize>(pointers + p3);
        for (let i: usize = 0; i < whole; i += 16) {
          const w = v128.load(weights + i);
          s0 = madd(v128.load(a0 + i), w, s0);
          s1 = madd(v128.load(a1 + i), w, s1);
          s2 = madd(v128.load(a2 + i), w, s2);
          s3 = madd(v128.load(a3 + i), w, s3);
        }
        if (rest > 0) {
          const w = v128.load(weights + whole);
          s0 = f32x4.add(s0, keepUpTo(f32x4.mul(v128.load(a0 + whole), w), rest));
          s1 = f32x4.add(s1, keepUpTo(f32x4.mul(v128.load(a1 + whole), w), rest));
          s2 = f32x4.add(s2, keepUpTo(f32x4.mul(v128.load(a2 + whole), w), rest));
          s3 = f32x4.add(s3, keepUpTo(f32x4.mul(v128.load(a3 + whole), w), rest));
        }
        pointers += runStep;
        weights += size;
      }
      const sum = f32x4.pmax(f32x4.add(v128.load32_splat(seed + <usize>(j << 2)), sumsOf(s0, s1, s2, s3)), low);
      const to = targets + <usize>(row << 2);
      const at = <usize>(j << 2);
      // Past the end, the last row gets its own value again.
      v128.store32_lane(load<usize>(to) + at, sum, 0);
      v128.store32_lane(load<usize>(to + p1) + at, sum, 1);
      v128.store32_lane(load<usize>(to + p2) + at, sum, 2);
      v128.store32_lane(load<usize>(to + p3) + at, sum, 3);
    }
  }
}

/** Sums of 16 floats of each row of A, times the row's factor. Adjacent stores let V8's revectorizer pair the vectors. */
@inline
function sumsOf16(pointers: usize, offset: usize, count: i32, factors: usize, step: usize, to: usize): void {
  let s0 = splat(0);
  let s1 = splat(0);
  let s2 = splat(0);
  let s3 = splat(0);
  for (let i = 0; i < count; i++) {
    const from = load<usize>(pointers + <usize>(i << 2)) + offset;
    const x = v128.load32_splat(factors);
    s0 = madd(v128.load(from), x, s0);
    s1 = madd(v128.load(from, 16), x, s1);
    s2 = madd(v128.load(from, 32), x, s2);
    s3 = madd(v128.load(from, 48), x, s3);
    factors += step;
  }
  v128.store(to, s0);
  v128.store(to, s1, 16);
  v128.store(to, s2, 32);
  v128.store(to, s3, 48);
}

/** The same of 32 floats: fewer loads of pointers and factors. */
@inline
function sumsOf32(pointers: usize, offset: usize, count: i32, factors: usize, step: usize, to: usize): void {
  let s0 = splat(0);
  let s1 = splat(0);
  let s2 = splat(0);
  let s3 = splat(0);
  let s4 = splat(0);
  let s5 = splat(0);
  let s6 = splat(0);
  let s7 = splat(0);
  for (let i = 0; i < count; i++) {
    const from = load<usize>(pointers + <usize>(i << 2)) + offset;
    const x = v128.load32_splat(factors);
    s0 = madd(v128.load(from), x, s0);
    s1 = madd(v128.load(from, 16), x, s1);
    s2 = madd(v128.load(from, 32), x, s2);
    s3 = madd(v128.load(from, 48), x, s3);
    s4 = madd(v128.load(from, 64), x, s4);
    s5 = madd(v128.load(from, 80), x, s5);
    s6 = madd(v128.load(from, 96), x, s6);
    s7 = madd(v128.load(from, 112), x, s7);
    factors += step;
  }
  v128.store(to, s0);
  v128.store(to, s1, 16);
  v128.store(to, s2, 32);
  v128.store(to, s3, 48);
  v128.store(to, s4, 64);
  v128.store(to, s5, 80);
  v128.store(to, s6, 96);
  v128.store(to, s7, 112);
}

/**
 * Adds Aᵀ·B to rows `first` to `last` of C[runs·run, n], with A as for `fewColumns` and contiguous rows of B[count, n]. Sums
 * run over the rows of A in order; `c` is the address of row `first`.
 *
 * @param scratch 32 floats
 */
export function fewGradients(
  first: i32, last: i32, n: i32, run: i32, count: i32, table: usize, runStep: usize, b: usize, c: usize, scratch: usize,
): void {
  const step = <usize>(n << 2);
  for (let row = first; row < last;) {
    const index = row / run;
    const left = min(min((index + 1) * run, last) - row, 32);
    const pointers = table + <usize>index * runStep;
    const offset = <usize>(row - index * run << 2);
    for (let j = 0; j < n; j++) {
      const factors = b + <usize>(j << 2);
      if (left > 16) sumsOf32(pointers, offset, count, factors, step, scratch);
      else sumsOf16(pointers, offset, count, factors, step, scratch);
      let to = c + <usize>((row - first) * n + j << 2);
      for (let i = 0; i < left; i++) {
        store<f32>(to, load<f32>(to) + load<f32>(scratch + <usize>(i << 2)));
        to += step;
      }
    }
    row += left;
  }
}
