// Activations and their derivatives, element by element. Work is divided along rows of `columns` elements.

import { ACTIVATION_LINEAR, ACTIVATION_RELU, ACTIVATION_SIGMOID, ACTIVATION_TANH } from "./abi";
import { sigmoid4, tanh4 } from "./math";
import { nmadd, splat, storeUpTo } from "./simd";

@inline
function forward4(kind: i32, z: v128): v128 {
  // pmax gives its first argument when they do not compare: NaN stays NaN.
  if (kind == ACTIVATION_RELU) return f32x4.pmax(z, splat(0));
  if (kind == ACTIVATION_SIGMOID) return sigmoid4(z);
  if (kind == ACTIVATION_TANH) return tanh4(z);
  return z;
}

/** dy·f′, where f′ is found from y = f(z). */
@inline
function backward4(kind: i32, y: v128, dy: v128): v128 {
  if (kind == ACTIVATION_RELU) return v128.and(dy, f32x4.gt(y, splat(0)));
  if (kind == ACTIVATION_SIGMOID) return f32x4.mul(dy, nmadd(y, y, y));
  if (kind == ACTIVATION_TANH) return f32x4.mul(dy, nmadd(y, y, splat(1)));
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
  const offset = <usize>(begin * columns) << 2;
  const count = <usize>((end - begin) * columns);
  switch (kind) {
    case ACTIVATION_RELU: { forwardAll(ACTIVATION_RELU, z + offset, y + offset, count); return; }
    case ACTIVATION_SIGMOID: { forwardAll(ACTIVATION_SIGMOID, z + offset, y + offset, count); return; }
    case ACTIVATION_TANH: { forwardAll(ACTIVATION_TANH, z + offset, y + offset, count); return; }
    default: { if (y != z) forwardAll(ACTIVATION_LINEAR, z + offset, y + offset, count); return; }
  }
}

/** gradient = gradient · f′(z) over rows `begin` to `end`, from output = f(z). */
export function activationBackward(
  begin: i32, end: i32, kind: i32, columns: i32, output: usize, gradient: usize,
): void {
  const offset = <usize>(begin * columns) << 2;
  const count = <usize>((end - begin) * columns);
  switch (kind) {
    case ACTIVATION_RELU: { backwardAll(ACTIVATION_RELU, output + offset, gradient + offset, count); return; }
    case ACTIVATION_SIGMOID: { backwardAll(ACTIVATION_SIGMOID, output + offset, gradient + offset, count); return; }
    case ACTIVATION_TANH: { backwardAll(ACTIVATION_TANH, output + offset, gradient + offset, count); return; }
    default: return;
  }
}
