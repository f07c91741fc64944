// Whether values are what a model takes, which every call asks of all of its samples.

import { areFloats } from "./checks";
import { keepUpTo, splat } from "./simd";

/** The lanes that are not from `low` to `high`; a NaN is not. */
@inline
function outside(values: usize, low: v128, high: v128): v128 {
  const x = v128.load(values);
  return v128.not(v128.and(f32x4.ge(x, low), f32x4.le(x, high)));
}

/** Whether all of `count` floats are from `low` to `high`. NaN is not. */
export function areWithin(count: i32, values: usize, low: f32, high: f32): bool {
  assert(count >= 0 && areFloats(values, count), "areWithin: the values are in memory");
  const least = splat(low);
  const most = splat(high);
  let found = splat(0);
  for (; count >= 16; count -= 16) {
    const first = v128.or(outside(values, least, most), outside(values + 16, least, most));
    const second = v128.or(outside(values + 32, least, most), outside(values + 48, least, most));
    found = v128.or(found, v128.or(first, second));
    values += 64;
  }
  for (; count > 0; count -= 4) {
    found = v128.or(found, keepUpTo(outside(values, least, most), <usize>count));
    values += 16;
  }
  return !v128.any_true(found);
}
