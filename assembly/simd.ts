// The few SIMD idioms that differ between the builds or that every kernel needs.
//
// `relaxed` is compiled with the relaxed-SIMD proposal: a multiply-add is one instruction, with one rounding if the
// processor supports it. `simd` multiplies, then adds, with two roundings, and so gives the same bits on every engine.

/** a·b + c */
@inline
export function madd(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(a, b, c);
  return f32x4.add(f32x4.mul(a, b), c);
}

/** c − a·b */
@inline
export function nmadd(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_nmadd(a, b, c);
  return f32x4.sub(c, f32x4.mul(a, b));
}

/** `mask ? a : b` for masks whose lanes are all ones or all zeros. */
@inline
export function select4(a: v128, b: v128, mask: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return i32x4.relaxed_laneselect(a, b, mask);
  return v128.bitselect(a, b, mask);
}

/** The smallest normal float, 2⁻¹²⁶. */
export const SMALLEST_NORMAL: f32 = 1.17549435e-38;

/**
 * x, or 0 if |x| < `least`; NaN stays. A moment whose gradients have become 0 shrinks until it is subnormal, and stays
 * there, because rounding does not let it shrink further. Every operation on it then takes some hundred cycles.
 */
@inline
export function flush(x: v128, least: v128): v128 {
  return v128.andnot(x, f32x4.lt(f32x4.abs(x), least));
}

@inline
export function splat(x: f32): v128 {
  return f32x4.splat(x);
}

// Loads of a tail read whole vectors: memory past the end of a block always exists (the arena pads every block), and
// the surplus lanes are never stored. Stores of a tail only write lanes that belong to the block.

/** Stores the first `count` (1 to 3) lanes of `x`. */
export function storeTail(ptr: usize, x: v128, count: usize): void {
  v128.store32_lane(ptr, x, 0);
  if (count > 1) v128.store32_lane(ptr, x, 1, 4);
  if (count > 2) v128.store32_lane(ptr, x, 2, 8);
}

/** Stores all of `x` if `count` is 4 or more, otherwise its first `count` lanes. */
@inline
export function storeUpTo(ptr: usize, x: v128, count: usize): void {
  if (count >= 4) v128.store(ptr, x);
  else storeTail(ptr, x, count);
}

/** Sets the lanes from `count` (1 to 4) on to 0, so that a tail can be summed. */
@inline
export function keepUpTo(x: v128, count: usize): v128 {
  return v128.and(x, i32x4.lt_s(i32x4(0, 1, 2, 3), i32x4.splat(<i32>min<usize>(count, 4))));
}

/** Sum of the lanes in float64, in lane order. */
@inline
export function sumLanes(x: v128): f64 {
  return (
    <f64>f32x4.extract_lane(x, 0) +
    <f64>f32x4.extract_lane(x, 1) +
    <f64>f32x4.extract_lane(x, 2) +
    <f64>f32x4.extract_lane(x, 3)
  );
}

/** The first two lanes as float64. */
@inline
export function lowDoubles(x: v128): v128 {
  return f64x2.promote_low_f32x4(x);
}

/** The last two lanes as float64. */
@inline
export function highDoubles(x: v128): v128 {
  return f64x2.promote_low_f32x4(i32x4.shuffle(x, x, 2, 3, 2, 3));
}

/** The sum of four float64 in two vectors: pairs first, then their lanes in order. */
@inline
export function sumDoubles(low: v128, high: v128): f64 {
  const sum = f64x2.add(low, high);
  return f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1);
}
