// How large values are at most, which training asks of all weights after each epoch.

import { areFloats } from "./checks";
import { keepUpTo, splat } from "./simd";

@inline
function sizes(values: usize): v128 {
  return f32x4.abs(v128.load(values));
}

/** The largest absolute value of `count` floats, 0 of none; infinity or NaN if one of them is that. */
export function largest(count: i32, values: usize): f32 {
  assert(count >= 0 && areFloats(values, count), "largest: the values are in memory");
  let first = splat(0);
  let second = splat(0);
  for (; count >= 16; count -= 16) {
    // Unlike a comparison, `max` hands on a NaN.
    first = f32x4.max(first, f32x4.max(sizes(values), sizes(values + 16)));
    second = f32x4.max(second, f32x4.max(sizes(values + 32), sizes(values + 48)));
    values += 64;
  }
  for (; count > 0; count -= 4) {
    first = f32x4.max(first, keepUpTo(sizes(values), <usize>count));
    values += 16;
  }
  const lanes = f32x4.max(first, second);
  const even = max<f32>(f32x4.extract_lane(lanes, 0), f32x4.extract_lane(lanes, 2));
  const odd = max<f32>(f32x4.extract_lane(lanes, 1), f32x4.extract_lane(lanes, 3));
  return max<f32>(even, odd);
}
