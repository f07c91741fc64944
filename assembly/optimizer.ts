// Parameter updates, one fused pass each, over rows `begin` to `end` of `columns` parameters. Formulas as in Keras 3
// (keras/src/optimizers). The learning rate comes from the step block, since it changes from step to step.

import { STEP_LEARNING_RATE } from "./abi";
import { madd, nmadd, splat, storeUpTo } from "./simd";

@inline
function learningRate(step: usize): v128 {
  return v128.load32_splat(step + (STEP_LEARNING_RATE << 2));
}

/**
 * Gradient descent: θ ← θ − η·g; with momentum μ: v ← μ·v − η·g, θ ← θ + v; after Nesterov: θ ← θ + μ·v − η·g.
 * `velocity` is not touched when `momentum` is 0.
 */
export function sgd(
  begin: i32, end: i32, columns: i32, parameters: usize, gradient: usize, velocity: usize, step: usize,
  momentum: f32, nesterov: i32,
): void {
  const rate = learningRate(step);
  const mu = splat(momentum);
  const last = <usize>(end * columns) << 2;
  for (let i = <usize>(begin * columns) << 2; i < last; i += 16) {
    const left = (last - i) >> 2;
    const g = v128.load(gradient + i);
    const p = v128.load(parameters + i);
    if (momentum == 0) {
      storeUpTo(parameters + i, nmadd(rate, g, p), left);
      continue;
    }
    const change = f32x4.mul(rate, g);
    const v = f32x4.sub(f32x4.mul(mu, v128.load(velocity + i)), change);
    storeUpTo(velocity + i, v, left);
    const move = nesterov ? f32x4.sub(f32x4.mul(mu, v), change) : v;
    storeUpTo(parameters + i, f32x4.add(p, move), left);
  }
}

/**
 * Adam (Kingma and Ba, 2015): m ← m + (1 − β₁)(g − m), v ← v + (1 − β₂)(g² − v), θ ← θ − η̂·m / (√v + ε), where
 * η̂ = η·√(1 − β₂ᵗ)/(1 − β₁ᵗ) is computed by the training loop.
 */
export function adam(
  begin: i32, end: i32, columns: i32, parameters: usize, gradient: usize, first: usize, second: usize, step: usize,
  oneMinusBeta1: f32, oneMinusBeta2: f32, epsilon: f32,
): void {
  const rate = learningRate(step);
  const b1 = splat(oneMinusBeta1);
  const b2 = splat(oneMinusBeta2);
  const eps = splat(epsilon);
  const last = <usize>(end * columns) << 2;
  for (let i = <usize>(begin * columns) << 2; i < last; i += 16) {
    const left = (last - i) >> 2;
    const g = v128.load(gradient + i);
    let m = v128.load(first + i);
    let v = v128.load(second + i);
    m = madd(b1, f32x4.sub(g, m), m);
    v = madd(b2, f32x4.sub(f32x4.mul(g, g), v), v);
    storeUpTo(first + i, m, left);
    storeUpTo(second + i, v, left);
    const quotient = f32x4.div(m, f32x4.add(f32x4.sqrt(v), eps));
    storeUpTo(parameters + i, nmadd(rate, quotient, v128.load(parameters + i)), left);
  }
}
