// Activations and their derivatives, element by element. Work is divided by rows of `columns` elements.

import {
  ACTIVATION_ELU, ACTIVATION_GELU, ACTIVATION_LEAKY_RELU, ACTIVATION_LINEAR, ACTIVATION_MISH, ACTIVATION_RELU,
  ACTIVATION_SELU, ACTIVATION_SIGMOID, ACTIVATION_SILU, ACTIVATION_SOFTPLUS, ACTIVATION_TANH,
} from "./abi";
import { areFloats, areRowsApart, areSameOrApart, isShare } from "./checks";
import { expMinusOne, expOfMinusAbs, one, sigmoid4, softplus4, tanh4 } from "./math";
import { mish4, mishSlope } from "./mish";
import { gelu4, geluSlope } from "./normal";
import { madd, nmadd, select4, splat, storeUpTo } from "./simd";

// Broadcast from memory, as in math.ts. By index: Keras's slope of leakyRelu; λ of SELU and λ·α (Klambauer et al.,
// "Self-normalizing neural networks", 2017); the |z| beyond which silu has reached its limits.
const CONSTANTS = memory.data<f32>([0.2, 1.0507009873554805, 1.7580993408473766, 128]);

@inline
function constant(index: usize): v128 {
  return v128.load32_splat(CONSTANTS + (index << 2));
}

/** f(z); folded to one activation where `kind` is a compile-time constant. */
@inline
export function forward4(kind: i32, z: v128): v128 {
  // pmax returns its first argument if they cannot be compared, so NaN stays NaN.
  if (kind == ACTIVATION_RELU) return f32x4.pmax(z, splat(0));
  if (kind == ACTIVATION_SIGMOID) return sigmoid4(z);
  if (kind == ACTIVATION_TANH) return tanh4(z);
  if (kind == ACTIVATION_LEAKY_RELU) return f32x4.pmax(z, f32x4.mul(z, constant(0)));
  if (kind == ACTIVATION_ELU) return select4(expMinusOne(z), z, f32x4.lt(z, splat(0)));
  if (kind == ACTIVATION_SELU) {
    const below = f32x4.mul(expMinusOne(z), constant(2));
    return select4(below, f32x4.mul(z, constant(1)), f32x4.lt(z, splat(0)));
  }
  if (kind == ACTIVATION_SOFTPLUS) return softplus4(z);
  // The clipping avoids −∞·0, which is NaN.
  if (kind == ACTIVATION_SILU) return f32x4.mul(f32x4.pmax(z, f32x4.neg(constant(3))), sigmoid4(z));
  if (kind == ACTIVATION_GELU) return gelu4(z);
  if (kind == ACTIVATION_MISH) return mish4(z);
  return z;
}

/** d(z·σ(z))/dz = σ(z) + z·σ(z)·σ(−z); a small σ is not computed as 1 − σ, which would lose its precision. */
@inline
function siluSlope(z: v128): v128 {
  const e = expOfMinusAbs(z);
  const large = f32x4.div(one(), f32x4.add(one(), e));
  const small = f32x4.mul(e, large);
  const near = f32x4.pmin(constant(3), f32x4.pmax(f32x4.neg(constant(3)), z));
  const slope = madd(f32x4.mul(near, small), large, select4(small, large, i32x4.shr_s(z, 31)));
  return v128.or(slope, f32x4.ne(z, z));
}

/** dy·f′, computed from y = f(z). SILU, GELU and MISH are not one-to-one; for them, `y` is z. */
@inline
export function backward4(kind: i32, y: v128, dy: v128): v128 {
  if (kind == ACTIVATION_RELU) return v128.and(dy, f32x4.gt(y, splat(0)));
  if (kind == ACTIVATION_SIGMOID) return f32x4.mul(dy, nmadd(y, y, y));
  if (kind == ACTIVATION_TANH) return f32x4.mul(dy, nmadd(y, y, splat(1)));
  if (kind == ACTIVATION_LEAKY_RELU) return select4(dy, f32x4.mul(dy, constant(0)), f32x4.gt(y, splat(0)));
  if (kind == ACTIVATION_ELU) return select4(dy, madd(dy, y, dy), f32x4.gt(y, splat(0)));
  if (kind == ACTIVATION_SELU) {
    return f32x4.mul(dy, select4(constant(1), f32x4.add(y, constant(2)), f32x4.gt(y, splat(0))));
  }
  // 1 − e^−y
  if (kind == ACTIVATION_SOFTPLUS) return f32x4.neg(f32x4.mul(dy, expMinusOne(f32x4.neg(y))));
  if (kind == ACTIVATION_SILU) return f32x4.mul(dy, siluSlope(y));
  if (kind == ACTIVATION_GELU) return f32x4.mul(dy, geluSlope(y));
  if (kind == ACTIVATION_MISH) return f32x4.mul(dy, mishSlope(y));
  return dy;
}

@inline
function forwardAll(kind: i32, from: usize, to: usize, count: usize): void {
  let i: usize = 0;
  for (; i + 8 <= count; i += 8) {
    const at = i << 2;
    const y0 = forward4(kind, v128.load(from + at));
    const y1 = forward4(kind, v128.load(from + at, 16));
    v128.store(to + at, y0);
    v128.store(to + at, y1, 16);
  }
  for (; i < count; i += 4) storeUpTo(to + (i << 2), forward4(kind, v128.load(from + (i << 2))), count - i);
}

@inline
function backwardAll(kind: i32, output: usize, gradient: usize, count: usize): void {
  let i: usize = 0;
  for (; i + 8 <= count; i += 8) {
    const at = i << 2;
    const d0 = backward4(kind, v128.load(output + at), v128.load(gradient + at));
    const d1 = backward4(kind, v128.load(output + at, 16), v128.load(gradient + at, 16));
    v128.store(gradient + at, d0);
    v128.store(gradient + at, d1, 16);
  }
  for (; i < count; i += 4) {
    const at = i << 2;
    storeUpTo(gradient + at, backward4(kind, v128.load(output + at), v128.load(gradient + at)), count - i);
  }
}

/** y = f(z) over rows `begin` to `end`; `y` may be `z`. */
export function activationForward(begin: i32, end: i32, kind: i32, columns: i32, z: usize, y: usize): void {
  assert(
    isShare(begin, end) && columns > 0 && kind >= ACTIVATION_LINEAR && kind <= ACTIVATION_MISH,
    "activationForward: sizes and kind",
  );
  assert(areFloats(z, end, columns) && areFloats(y, end, columns), "activationForward: z and y are floats in memory");
  assert(areSameOrApart(z, y, begin, end, columns), "activationForward: y is z, or does not overlap it");
  const offset = <usize>(begin * columns) << 2;
  const count = <usize>((end - begin) * columns);
  const from = z + offset;
  const to = y + offset;
  switch (kind) {
    case ACTIVATION_RELU: { forwardAll(ACTIVATION_RELU, from, to, count); return; }
    case ACTIVATION_SIGMOID: { forwardAll(ACTIVATION_SIGMOID, from, to, count); return; }
    case ACTIVATION_TANH: { forwardAll(ACTIVATION_TANH, from, to, count); return; }
    case ACTIVATION_LEAKY_RELU: { forwardAll(ACTIVATION_LEAKY_RELU, from, to, count); return; }
    case ACTIVATION_ELU: { forwardAll(ACTIVATION_ELU, from, to, count); return; }
    case ACTIVATION_SELU: { forwardAll(ACTIVATION_SELU, from, to, count); return; }
    case ACTIVATION_SOFTPLUS: { forwardAll(ACTIVATION_SOFTPLUS, from, to, count); return; }
    case ACTIVATION_SILU: { forwardAll(ACTIVATION_SILU, from, to, count); return; }
    case ACTIVATION_GELU: { forwardAll(ACTIVATION_GELU, from, to, count); return; }
    case ACTIVATION_MISH: { forwardAll(ACTIVATION_MISH, from, to, count); return; }
    default: { if (y != z) forwardAll(ACTIVATION_LINEAR, from, to, count); return; }
  }
}

/** gradient = gradient · f′(z) over rows `begin` to `end`; `kept` is z for SILU, GELU and MISH, otherwise f(z). */
export function activationBackward(
  begin: i32, end: i32, kind: i32, columns: i32, kept: usize, gradient: usize,
): void {
  assert(
    isShare(begin, end) && columns > 0 && kind >= ACTIVATION_LINEAR && kind <= ACTIVATION_MISH,
    "activationBackward: sizes and kind",
  );
  assert(
    areFloats(kept, end, columns) && areFloats(gradient, end, columns),
    "activationBackward: kept and gradient are floats in memory",
  );
  assert(areRowsApart(kept, gradient, begin, end, columns), "activationBackward: gradient does not overlap kept");
  const offset = <usize>(begin * columns) << 2;
  const count = <usize>((end - begin) * columns);
  const y = kept + offset;
  const dy = gradient + offset;
  switch (kind) {
    case ACTIVATION_RELU: { backwardAll(ACTIVATION_RELU, y, dy, count); return; }
    case ACTIVATION_SIGMOID: { backwardAll(ACTIVATION_SIGMOID, y, dy, count); return; }
    case ACTIVATION_TANH: { backwardAll(ACTIVATION_TANH, y, dy, count); return; }
    case ACTIVATION_LEAKY_RELU: { backwardAll(ACTIVATION_LEAKY_RELU, y, dy, count); return; }
    case ACTIVATION_ELU: { backwardAll(ACTIVATION_ELU, y, dy, count); return; }
    case ACTIVATION_SELU: { backwardAll(ACTIVATION_SELU, y, dy, count); return; }
    case ACTIVATION_SOFTPLUS: { backwardAll(ACTIVATION_SOFTPLUS, y, dy, count); return; }
    case ACTIVATION_SILU: { backwardAll(ACTIVATION_SILU, y, dy, count); return; }
    case ACTIVATION_GELU: { backwardAll(ACTIVATION_GELU, y, dy, count); return; }
    case ACTIVATION_MISH: { backwardAll(ACTIVATION_MISH, y, dy, count); return; }
    default: return;
  }
}
