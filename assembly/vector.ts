// The elementary functions over whole arrays, y[i] = f(x[i]).

import { exp4, log4, sigmoid4, tanh4 } from "./math";
import { storeUpTo } from "./simd";

export function vectorExp(count: usize, x: usize, y: usize): void {
  for (let i: usize = 0; i < count; i += 4) storeUpTo(y + (i << 2), exp4(v128.load(x + (i << 2))), count - i);
}

export function vectorLog(count: usize, x: usize, y: usize): void {
  for (let i: usize = 0; i < count; i += 4) storeUpTo(y + (i << 2), log4(v128.load(x + (i << 2))), count - i);
}

export function vectorTanh(count: usize, x: usize, y: usize): void {
  for (let i: usize = 0; i < count; i += 4) storeUpTo(y + (i << 2), tanh4(v128.load(x + (i << 2))), count - i);
}

export function vectorSigmoid(count: usize, x: usize, y: usize): void {
  for (let i: usize = 0; i < count; i += 4) storeUpTo(y + (i << 2), sigmoid4(v128.load(x + (i << 2))), count - i);
}
