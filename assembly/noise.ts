// Noise for the rows of a batch: input corruption, dropout, and ε of a gaussian latent.
//
// A value is a function of (seed, stream, epoch, sample, element). Philox (random.ts) computes a key of two words per
// row from everything except the element. lowbias32 then hashes the elements' counters with this key. It is the hash
// with the lowest bias among those with two multiplications that C. Wellons's hash-prospector found
// (github.com/skeeto/hash-prospector). The second word of the key enters between the two multiplications, so two rows
// get different values even if their counters overlap. test/kernels/noise.test.ts checks moments, distribution and
// correlations.
//
// `step` is the step block, with the samples of the rows and the epoch; `scratch` is private to the thread.

import { SCRATCH_BYTES, STEP_EPOCH, STEP_WORDS } from "./abi";
import { areFloats, areSameOrApart, areVectors, isShare } from "./checks";
import { rowIndex } from "./gather";
import { philox } from "./random";
import { madd, select4 } from "./simd";

// Contents of `scratch`: a group from Philox, whose words at 0 and 16 are the key; the counters of eight lanes,
// combined with the first word of the key; and the elements of a tail. Hot loops load key and counters from here each
// time, because V8's revectorizer pairs neighbouring loads and splats, but not the two halves of a loop variable.
const SECOND_KEY: usize = 16;
const COUNTERS: usize = 64;
const TAIL: usize = 96;

// Broadcast from memory, see math.ts. INTEGERS, by index: the multipliers of lowbias32; 1; half of the angle's last
// bit; the sign bit; the bits of the floats 2¹⁸·√½ and √½; the mantissa bits; the bits of the float 1. FLOATS: 2⁻³¹; 1;
// −2·ln 2; then polynomials, highest power first, fitted for the smallest maximum error: −2·ln(1 + f) / f on [√½ − 1,
// √2 − 1] (1.5e-5), sin(t·π/2) / t in t² (1.2e-6) and cos(t·π/2) in t² (6.7e-6), both on [−1, 1].
const INTEGERS = memory.data<u32>([
  0x7feb352d, 0x846ca68b, 1, 0x00020000, 0x80000000, 0x483504f3, 0x3f3504f3, 0x007fffff, 0x3f800000,
]);
const FLOATS = memory.data<f32>([
  4.656612873e-10, 1, -1.3862943611, 0.293250672, -0.443375495, 0.507182782, -0.664965376, 0.999828104, -2.00001107,
  -0.00437101491, 0.0795006503, -0.645925962, 1.57079514, -0.0190957353, 0.252580239, -1.2334845, 0.999993295,
]);

@inline
function integer(index: usize): v128 {
  return v128.load32_splat(INTEGERS + (index << 2));
}

@inline
function float(index: usize): v128 {
  return v128.load32_splat(FLOATS + (index << 2));
}

/** 32 well-mixed bits per lane, from counters that include the first word of the key, and from the second word. */
@inline
function mix(counter: v128, key: v128): v128 {
  let h = v128.xor(counter, i32x4.shr_u(counter, 16));
  h = v128.xor(i32x4.mul(h, integer(0)), key);
  h = v128.xor(h, i32x4.shr_u(h, 15));
  h = i32x4.mul(h, integer(1));
  return v128.xor(h, i32x4.shr_u(h, 16));
}

/** Writes the key and the counters of a row to `scratch`. */
@inline
function drawKey(step: usize, row: i32, stream: u32, seedLow: u32, seedHigh: u32, scratch: usize): void {
  const epoch = load<u32>(step, STEP_EPOCH << 2);
  philox(scratch, 0, <u32>rowIndex(step, row), epoch, stream, seedLow, seedHigh);
  const first = v128.load32_splat(scratch);
  v128.store(scratch, i32x4.add(first, i32x4(0, 1, 2, 3)), COUNTERS);
  v128.store(scratch, i32x4.add(first, i32x4(4, 5, 6, 7)), COUNTERS + 16);
}

/** The hashes of counters `from` to `from` + 3 past the row's first. */
@inline
function lowBits(scratch: usize, from: i32): v128 {
  const counter = i32x4.add(v128.load(scratch, COUNTERS), i32x4.splat(from));
  return mix(counter, v128.load32_splat(scratch, SECOND_KEY));
}

/** The hashes of the four counters after those. */
@inline
function highBits(scratch: usize, from: i32): v128 {
  const counter = i32x4.add(v128.load(scratch, COUNTERS + 16), i32x4.splat(from));
  return mix(counter, v128.load32_splat(scratch, SECOND_KEY));
}

// Normal numbers (Box and Muller, 1958) from 32 bits per pair: 17 bits for the radius √(−2·ln u), u = (k + ½) / 2¹⁷, so
// that no number is beyond ±4.995; 14 bits for the angle in a half circle, and one bit to select the half. All values
// are symmetric, so the mean is exactly 0.

@inline
function radius(bits: v128): v128 {
  // Below 2¹⁸, so the signed conversion works; it is one instruction, while the unsigned one is eight.
  const u = f32x4.convert_i32x4_s(v128.or(i32x4.shr_u(bits, 14), integer(2)));
  // u = 2¹⁸·2ᵉ·(1 + f) with 1 + f in [√½, √2).
  const offset = i32x4.sub(u, integer(5));
  const e = f32x4.convert_i32x4_s(i32x4.shr_s(offset, 23));
  const f = f32x4.sub(i32x4.add(v128.and(offset, integer(7)), integer(6)), float(1));
  let p = madd(f, float(3), float(4));
  p = madd(p, f, float(5));
  p = madd(p, f, float(6));
  p = madd(p, f, float(7));
  p = madd(p, f, float(8));
  return f32x4.sqrt(madd(e, float(2), f32x4.mul(p, f)));
}

/** The angle, in units of a quarter circle, in [−1, 1]. */
@inline
function angle(bits: v128): v128 {
  return f32x4.mul(f32x4.convert_i32x4_s(v128.or(i32x4.shl(bits, 18), integer(3))), float(0));
}

@inline
function sine(t: v128, square: v128): v128 {
  let p = madd(square, float(9), float(10));
  p = madd(p, square, float(11));
  return f32x4.mul(t, madd(p, square, float(12)));
}

@inline
function cosine(bits: v128, square: v128): v128 {
  let p = madd(square, float(13), float(14));
  p = madd(p, square, float(15));
  p = madd(p, square, float(16));
  return v128.xor(p, v128.and(i32x4.shl(bits, 17), integer(4)));
}

/** target[i] = source[i] + deviation·ε[i] for 16 elements, from the hashes of eight counters starting at `from`. */
@inline
function addNormals(source: usize, target: usize, deviation: v128, scratch: usize, from: i32): void {
  const a = lowBits(scratch, from);
  const b = highBits(scratch, from);
  const r = f32x4.mul(radius(a), deviation);
  const s = f32x4.mul(radius(b), deviation);
  const t = angle(a);
  const u = angle(b);
  const tt = f32x4.mul(t, t);
  const uu = f32x4.mul(u, u);
  // All loads come before the first store; otherwise the revectorizer could not combine them.
  const y0 = madd(r, cosine(a, tt), v128.load(source));
  const y1 = madd(s, cosine(b, uu), v128.load(source, 16));
  const y2 = madd(r, sine(t, tt), v128.load(source, 32));
  const y3 = madd(s, sine(u, uu), v128.load(source, 48));
  v128.store(target, y0);
  v128.store(target, y1, 16);
  v128.store(target, y2, 32);
  v128.store(target, y3, 48);
}

/**
 * target[i] = source[i] + deviation·ε[i] for a row of `columns`; ε is standard normal and depends on the row's sample.
 * `source` may be `target`.
 */
export function addNormalRow(
  row: i32, columns: i32, source: usize, target: usize, step: usize, stream: u32, seedLow: u32, seedHigh: u32,
  deviation: f32, scratch: usize,
): void {
  drawKey(step, row, stream, seedLow, seedHigh, scratch);
  const wide = f32x4.splat(deviation);
  let from = 0;
  let left = columns;
  for (; left >= 16; left -= 16) {
    addNormals(source, target, wide, scratch, from);
    from += 8;
    source += 64;
    target += 64;
  }
  if (left > 0) {
    const tail = scratch + TAIL;
    memory.copy(tail, source, <usize>(left << 2));
    addNormals(tail, tail, wide, scratch, from);
    memory.copy(target, tail, <usize>(left << 2));
  }
}

/** target[row, ·] = source[row, ·] + deviation·ε over rows `begin` to `end`. */
export function gaussianNoise(
  begin: i32, end: i32, columns: i32, source: usize, target: usize, step: usize, stream: u32, seedLow: u32,
  seedHigh: u32, deviation: f32, scratch: usize,
): void {
  assert(isShare(begin, end) && columns > 0, "gaussianNoise: sizes");
  assert(
    areFloats(source, end, columns) && areFloats(target, end, columns),
    "gaussianNoise: source and target are floats in memory",
  );
  assert(
    areSameOrApart(source, target, begin, end, columns),
    "gaussianNoise: target is source, or does not overlap it",
  );
  assert(
    areFloats(step, STEP_WORDS) && areVectors(scratch, SCRATCH_BYTES >> 2),
    "gaussianNoise: step block and scratch are in memory",
  );
  for (let row = begin; row < end; row++) {
    const offset = <usize>row * <usize>(columns << 2);
    addNormalRow(row, columns, source + offset, target + offset, step, stream, seedLow, seedHigh, deviation, scratch);
  }
}

/** Eight elements: source·`scale` if the hash is at least `threshold`; otherwise 1 if it is at least `ones`, else 0. */
@inline
function replaceSome(
  source: usize, target: usize, scale: v128, threshold: v128, ones: v128, scratch: usize, from: i32,
): void {
  const a = lowBits(scratch, from);
  const b = highBits(scratch, from);
  const x = f32x4.mul(v128.load(source), scale);
  const y = f32x4.mul(v128.load(source, 16), scale);
  const kept = select4(x, v128.and(i32x4.ge_u(a, ones), integer(8)), i32x4.ge_u(a, threshold));
  const keptToo = select4(y, v128.and(i32x4.ge_u(b, ones), integer(8)), i32x4.ge_u(b, threshold));
  v128.store(target, kept);
  v128.store(target, keptToo, 16);
}

/** One row of `replacementNoise`. */
export function replaceRow(
  row: i32, columns: i32, source: usize, target: usize, step: usize, stream: u32, seedLow: u32, seedHigh: u32,
  threshold: u32, ones: u32, scale: f32, scratch: usize,
): void {
  drawKey(step, row, stream, seedLow, seedHigh, scratch);
  const wide = f32x4.splat(scale);
  const most = i32x4.splat(threshold);
  const upper = i32x4.splat(ones);
  let from = 0;
  let left = columns;
  for (; left >= 8; left -= 8) {
    replaceSome(source, target, wide, most, upper, scratch, from);
    from += 8;
    source += 32;
    target += 32;
  }
  if (left > 0) {
    const tail = scratch + TAIL;
    memory.copy(tail, source, <usize>(left << 2));
    replaceSome(tail, tail, wide, most, upper, scratch, from);
    memory.copy(target, tail, <usize>(left << 2));
  }
}

/**
 * target[row, ·] = source[row, ·]·scale if a 32-bit hash is at least `threshold`; otherwise 1 if it is at least `ones`,
 * else 0; over rows `begin` to `end`. Masking noise and dropout use `ones` = `threshold`. `source` may be `target`.
 */
export function replacementNoise(
  begin: i32, end: i32, columns: i32, source: usize, target: usize, step: usize, stream: u32, seedLow: u32,
  seedHigh: u32, threshold: u32, ones: u32, scale: f32, scratch: usize,
): void {
  assert(isShare(begin, end) && columns > 0, "replacementNoise: sizes");
  assert(
    areFloats(source, end, columns) && areFloats(target, end, columns),
    "replacementNoise: source and target are floats in memory",
  );
  assert(
    areSameOrApart(source, target, begin, end, columns),
    "replacementNoise: target is source, or does not overlap it",
  );
  assert(
    areFloats(step, STEP_WORDS) && areVectors(scratch, SCRATCH_BYTES >> 2),
    "replacementNoise: step block and scratch are in memory",
  );
  for (let row = begin; row < end; row++) {
    const offset = <usize>row * <usize>(columns << 2);
    const from = source + offset;
    replaceRow(row, columns, from, target + offset, step, stream, seedLow, seedHigh, threshold, ones, scale, scratch);
  }
}
