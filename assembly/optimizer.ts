// Parameter updates, each in one fused pass over rows `begin` to `end` of `columns` parameters. Formulas as in Keras 3
// (keras/src/optimizers). Values that change from step to step, such as the learning rate, are in the step block.

import { STEP_GRADIENT_RATE, STEP_LEARNING_RATE, STEP_SECOND_FACTOR, STEP_WEIGHT_DECAY, STEP_WORDS } from "./abi";
import { areFloats, areRowsApart, isShare } from "./checks";
import { SMALLEST_NORMAL, flush, madd, nmadd, splat, storeUpTo } from "./simd";

/** What all optimizers require of their caller. */
function isUpdate(begin: i32, end: i32, columns: i32, parameters: usize, gradient: usize, step: usize): bool {
  if (ASC_NO_ASSERT) return true;
  return isShare(begin, end) && columns > 0 && areFloats(parameters, end, columns) &&
    areFloats(gradient, end, columns) && areRowsApart(parameters, gradient, begin, end, columns) &&
    areFloats(step, STEP_WORDS);
}

/** `slot` has a value for each parameter, and does not overlap with the parameters or their gradient. */
function isSlot(begin: i32, end: i32, columns: i32, parameters: usize, gradient: usize, slot: usize): bool {
  if (ASC_NO_ASSERT) return true;
  return areFloats(slot, end, columns) && areRowsApart(parameters, slot, begin, end, columns) &&
    areRowsApart(gradient, slot, begin, end, columns);
}

@inline
function fromStep(step: usize, word: i32): v128 {
  return v128.load32_splat(step + (<usize>word << 2));
}

@inline
function learningRate(step: usize): v128 {
  return fromStep(step, STEP_LEARNING_RATE);
}

/**
 * Gradient descent: θ ← θ − η·g; with momentum μ: v ← μ·v − η·g, θ ← θ + v; with Nesterov momentum: θ ← θ + μ·v − η·g.
 * `velocity` is not touched when `momentum` is 0.
 */
export function sgd(
  begin: i32, end: i32, columns: i32, parameters: usize, gradient: usize, velocity: usize, step: usize,
  momentum: f32, nesterov: bool,
): void {
  assert(
    isUpdate(begin, end, columns, parameters, gradient, step),
    "sgd: sizes, parameters, gradient and step block",
  );
  assert(
    (momentum == 0 || isSlot(begin, end, columns, parameters, gradient, velocity)),
    "sgd: velocity is a slot of its own",
  );
  const rate = learningRate(step);
  const mu = splat(momentum);
  const least = splat(SMALLEST_NORMAL);
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
    const v = flush(f32x4.sub(f32x4.mul(mu, v128.load(velocity + i)), change), least);
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
  assert(
    isUpdate(begin, end, columns, parameters, gradient, step),
    "adam: sizes, parameters, gradient and step block",
  );
  assert(isSlot(begin, end, columns, parameters, gradient, first), "adam: first is a slot of its own");
  assert(isSlot(begin, end, columns, parameters, gradient, second), "adam: second is a slot of its own");
  adamAll(
    begin, end, columns, parameters, gradient, first, second, step, oneMinusBeta1, oneMinusBeta2, epsilon, false,
  );
}

/** AdamW (Loshchilov and Hutter, 2019): Adam after θ ← θ − η·λ·θ, a decay that does not enter the moments. */
export function adamw(
  begin: i32, end: i32, columns: i32, parameters: usize, gradient: usize, first: usize, second: usize, step: usize,
  oneMinusBeta1: f32, oneMinusBeta2: f32, epsilon: f32,
): void {
  assert(
    isUpdate(begin, end, columns, parameters, gradient, step),
    "adamw: sizes, parameters, gradient and step block",
  );
  assert(isSlot(begin, end, columns, parameters, gradient, first), "adamw: first is a slot of its own");
  assert(isSlot(begin, end, columns, parameters, gradient, second), "adamw: second is a slot of its own");
  adamAll(
    begin, end, columns, parameters, gradient, first, second, step, oneMinusBeta1, oneMinusBeta2, epsilon, true,
  );
}

@inline
function adamAll(
  begin: i32, end: i32, columns: i32, parameters: usize, gradient: usize, first: usize, second: usize, step: usize,
  oneMinusBeta1: f32, oneMinusBeta2: f32, epsilon: f32, decays: bool,
): void {
  const rate = learningRate(step);
  const decay = fromStep(step, STEP_WEIGHT_DECAY);
  const b1 = splat(oneMinusBeta1);
  const b2 = splat(oneMinusBeta2);
  const eps = splat(epsilon);
  const least = splat(SMALLEST_NORMAL);
  const last = <usize>(end * columns) << 2;
  for (let i = <usize>(begin * columns) << 2; i < last; i += 16) {
    const left = (last - i) >> 2;
    const g = v128.load(gradient + i);
    let m = v128.load(first + i);
    let v = v128.load(second + i);
    m = flush(madd(b1, f32x4.sub(g, m), m), least);
    v = flush(madd(b2, f32x4.sub(f32x4.mul(g, g), v), v), least);
    storeUpTo(first + i, m, left);
    storeUpTo(second + i, v, left);
    const quotient = f32x4.div(m, f32x4.add(f32x4.sqrt(v), eps));
    let p = v128.load(parameters + i);
    if (decays) p = nmadd(decay, p, p);
    storeUpTo(parameters + i, nmadd(rate, quotient, p), left);
  }
}

/**
 * Nadam (Dozat, 2016): m and v as in Adam, θ ← θ − (a·m + b·g) / (√(c·v) + ε). The training loop computes a, b and c
 * from the learning rate, the momentum schedule and the bias correction.
 */
export function nadam(
  begin: i32, end: i32, columns: i32, parameters: usize, gradient: usize, first: usize, second: usize, step: usize,
  oneMinusBeta1: f32, oneMinusBeta2: f32, epsilon: f32,
): void {
  assert(
    isUpdate(begin, end, columns, parameters, gradient, step),
    "nadam: sizes, parameters, gradient and step block",
  );
  assert(isSlot(begin, end, columns, parameters, gradient, first), "nadam: first is a slot of its own");
  assert(isSlot(begin, end, columns, parameters, gradient, second), "nadam: second is a slot of its own");
  const a = learningRate(step);
  const b = fromStep(step, STEP_GRADIENT_RATE);
  const c = fromStep(step, STEP_SECOND_FACTOR);
  const b1 = splat(oneMinusBeta1);
  const b2 = splat(oneMinusBeta2);
  const eps = splat(epsilon);
  const least = splat(SMALLEST_NORMAL);
  const last = <usize>(end * columns) << 2;
  for (let i = <usize>(begin * columns) << 2; i < last; i += 16) {
    const left = (last - i) >> 2;
    const g = v128.load(gradient + i);
    let m = v128.load(first + i);
    let v = v128.load(second + i);
    m = flush(madd(b1, f32x4.sub(g, m), m), least);
    v = flush(madd(b2, f32x4.sub(f32x4.mul(g, g), v), v), least);
    storeUpTo(first + i, m, left);
    storeUpTo(second + i, v, left);
    const move = madd(b, g, f32x4.mul(a, m));
    const quotient = f32x4.div(move, f32x4.add(f32x4.sqrt(f32x4.mul(c, v)), eps));
    storeUpTo(parameters + i, f32x4.sub(v128.load(parameters + i), quotient), left);
  }
}

/**
 * RMSprop (Tieleman and Hinton, 2012): v ← ρ·v + (1 − ρ)·g², d = η·g / √(v + ε), θ ← θ − d; with momentum μ: m ← μ·m +
 * d, θ ← θ − m. `centered` subtracts the squared mean gradient, a ← ρ·a + (1 − ρ)·g, from v under the root; if rounding
 * makes the difference negative, it counts as 0. `momentums` and `means` are not touched if they are not used.
 */
export function rmsprop(
  begin: i32, end: i32, columns: i32, parameters: usize, gradient: usize, velocity: usize, momentums: usize,
  means: usize, step: usize, rho: f32, oneMinusRho: f32, momentum: f32, epsilon: f32, centered: bool,
): void {
  assert(
    isUpdate(begin, end, columns, parameters, gradient, step),
    "rmsprop: sizes, parameters, gradient and step block",
  );
  assert(isSlot(begin, end, columns, parameters, gradient, velocity), "rmsprop: velocity is a slot of its own");
  assert(
    (momentum == 0 || isSlot(begin, end, columns, parameters, gradient, momentums)),
    "rmsprop: momentums is a slot of its own",
  );
  assert(
    (!centered || isSlot(begin, end, columns, parameters, gradient, means)),
    "rmsprop: means is a slot of its own",
  );
  const rate = learningRate(step);
  const decay = splat(rho);
  const share = splat(oneMinusRho);
  const mu = splat(momentum);
  const eps = splat(epsilon);
  const least = splat(SMALLEST_NORMAL);
  const last = <usize>(end * columns) << 2;
  for (let i = <usize>(begin * columns) << 2; i < last; i += 16) {
    const left = (last - i) >> 2;
    const g = v128.load(gradient + i);
    const v = flush(madd(share, f32x4.mul(g, g), f32x4.mul(decay, v128.load(velocity + i))), least);
    storeUpTo(velocity + i, v, left);
    let variance = v;
    if (centered) {
      const a = flush(madd(share, g, f32x4.mul(decay, v128.load(means + i))), least);
      storeUpTo(means + i, a, left);
      variance = f32x4.pmax(nmadd(a, a, v), splat(0));
    }
    let move = f32x4.div(f32x4.mul(rate, g), f32x4.sqrt(f32x4.add(variance, eps)));
    if (momentum != 0) {
      move = flush(madd(mu, v128.load(momentums + i), move), least);
      storeUpTo(momentums + i, move, left);
    }
    storeUpTo(parameters + i, f32x4.sub(v128.load(parameters + i), move), left);
  }
}

/** Adagrad (Duchi, Hazan and Singer, 2011): a ← a + g², θ ← θ − η·g / √(a + ε). */
export function adagrad(
  begin: i32, end: i32, columns: i32, parameters: usize, gradient: usize, accumulator: usize, step: usize,
  epsilon: f32,
): void {
  assert(
    isUpdate(begin, end, columns, parameters, gradient, step),
    "adagrad: sizes, parameters, gradient and step block",
  );
  assert(isSlot(begin, end, columns, parameters, gradient, accumulator), "adagrad: accumulator is a slot of its own");
  const rate = learningRate(step);
  const eps = splat(epsilon);
  const last = <usize>(end * columns) << 2;
  for (let i = <usize>(begin * columns) << 2; i < last; i += 16) {
    const left = (last - i) >> 2;
    const g = v128.load(gradient + i);
    const a = madd(g, g, v128.load(accumulator + i));
    storeUpTo(accumulator + i, a, left);
    const move = f32x4.div(f32x4.mul(rate, g), f32x4.sqrt(f32x4.add(a, eps)));
    storeUpTo(parameters + i, f32x4.sub(v128.load(parameters + i), move), left);
  }
}

/**
 * Adadelta (Zeiler, 2012): a ← ρ·a + (1 − ρ)·g², δ = g·√(d + ε) / √(a + ε), d ← ρ·d + (1 − ρ)·δ², θ ← θ − η·δ.
 */
export function adadelta(
  begin: i32, end: i32, columns: i32, parameters: usize, gradient: usize, gradients: usize, changes: usize,
  step: usize, rho: f32, oneMinusRho: f32, epsilon: f32,
): void {
  assert(
    isUpdate(begin, end, columns, parameters, gradient, step),
    "adadelta: sizes, parameters, gradient and step block",
  );
  assert(isSlot(begin, end, columns, parameters, gradient, gradients), "adadelta: gradients is a slot of its own");
  assert(isSlot(begin, end, columns, parameters, gradient, changes), "adadelta: changes is a slot of its own");
  const rate = learningRate(step);
  const decay = splat(rho);
  const share = splat(oneMinusRho);
  const eps = splat(epsilon);
  const least = splat(SMALLEST_NORMAL);
  const last = <usize>(end * columns) << 2;
  for (let i = <usize>(begin * columns) << 2; i < last; i += 16) {
    const left = (last - i) >> 2;
    const g = v128.load(gradient + i);
    const d = v128.load(changes + i);
    const a = flush(madd(share, f32x4.mul(g, g), f32x4.mul(decay, v128.load(gradients + i))), least);
    storeUpTo(gradients + i, a, left);
    const root = f32x4.sqrt(f32x4.add(d, eps));
    const change = f32x4.div(f32x4.mul(root, g), f32x4.sqrt(f32x4.add(a, eps)));
    const kept = flush(madd(share, f32x4.mul(change, change), f32x4.mul(decay, d)), least);
    storeUpTo(changes + i, kept, left);
    storeUpTo(parameters + i, nmadd(rate, change, v128.load(parameters + i)), left);
  }
}

/**
 * Lion (Chen et al., 2023): θ ← θ − η·λ·θ, θ ← θ − η·sign(m + (1 − β₁)(g − m)), m ← m + (1 − β₂)(g − m); sign(0) is 0.
 */
export function lion(
  begin: i32, end: i32, columns: i32, parameters: usize, gradient: usize, momentum: usize, step: usize,
  oneMinusBeta1: f32, oneMinusBeta2: f32,
): void {
  assert(
    isUpdate(begin, end, columns, parameters, gradient, step),
    "lion: sizes, parameters, gradient and step block",
  );
  assert(isSlot(begin, end, columns, parameters, gradient, momentum), "lion: momentum is a slot of its own");
  const rate = learningRate(step);
  const decay = fromStep(step, STEP_WEIGHT_DECAY);
  const b1 = splat(oneMinusBeta1);
  const b2 = splat(oneMinusBeta2);
  const least = splat(SMALLEST_NORMAL);
  const sign = i32x4.splat(0x80000000);
  const last = <usize>(end * columns) << 2;
  for (let i = <usize>(begin * columns) << 2; i < last; i += 16) {
    const left = (last - i) >> 2;
    const g = v128.load(gradient + i);
    const m = v128.load(momentum + i);
    const change = f32x4.sub(g, m);
    const direction = madd(b1, change, m);
    const move = v128.and(v128.or(rate, v128.and(direction, sign)), f32x4.ne(direction, splat(0)));
    storeUpTo(momentum + i, flush(madd(b2, change, m), least), left);
    const p = v128.load(parameters + i);
    storeUpTo(parameters + i, f32x4.sub(nmadd(decay, p, p), move), left);
  }
}
