// Elementary functions of whole arrays, y[i] = f(x[i]).

import { areFloats, areSameOrApart } from "./checks";
import { exp4, log4, sigmoid4, tanh4 } from "./math";
import { storeUpTo } from "./simd";

/** What all of them require of their caller: `y` is `x`, or does not overlap it. */
function areVector(count: usize, x: usize, y: usize): bool {
  if (ASC_NO_ASSERT) return true;
  return areFloats(x, <i32>count) && areFloats(y, <i32>count) && areSameOrApart(x, y, 0, <i32>count, 1);
}

export function vectorExp(count: usize, x: usize, y: usize): void {
  assert(areVector(count, x, y), "vectorExp: x and y are floats in memory, the same or apart");
  for (let i: usize = 0; i < count; i += 4) storeUpTo(y + (i << 2), exp4(v128.load(x + (i << 2))), count - i);
}

export function vectorLog(count: usize, x: usize, y: usize): void {
  assert(areVector(count, x, y), "vectorLog: x and y are floats in memory, the same or apart");
  for (let i: usize = 0; i < count; i += 4) storeUpTo(y + (i << 2), log4(v128.load(x + (i << 2))), count - i);
}

export function vectorTanh(count: usize, x: usize, y: usize): void {
  assert(areVector(count, x, y), "vectorTanh: x and y are floats in memory, the same or apart");
  for (let i: usize = 0; i < count; i += 4) storeUpTo(y + (i << 2), tanh4(v128.load(x + (i << 2))), count - i);
}

export function vectorSigmoid(count: usize, x: usize, y: usize): void {
  assert(areVector(count, x, y), "vectorSigmoid: x and y are floats in memory, the same or apart");
  for (let i: usize = 0; i < count; i += 4) storeUpTo(y + (i << 2), sigmoid4(v128.load(x + (i << 2))), count - i);
}
