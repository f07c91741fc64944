// Layer normalization (J. L. Ba et al., "Layer normalization", 2016). Sums run over a row in order, in four float64
// lanes, so they do not depend on the number of threads or blocks.

import { areFloats, areRowsApart, isShare } from "./checks";
import { highDoubles, keepUpTo, lowDoubles, splat, storeUpTo, sumDoubles } from "./simd";

/** The dot product of two rows, summed lane by lane. */
@inline
function dot(a: usize, b: usize, columns: usize): f64 {
  let low = f64x2.splat(0);
  let high = f64x2.splat(0);
  for (let j: usize = 0; j < columns; j += 4) {
    const x = keepUpTo(f32x4.mul(v128.load(a + (j << 2)), v128.load(b + (j << 2))), columns - j);
    low = f64x2.add(low, lowDoubles(x));
    high = f64x2.add(high, highDoubles(x));
  }
  return sumDoubles(low, high);
}

/** The sum of a row. */
@inline
function sumOf(a: usize, columns: usize): f64 {
  let low = f64x2.splat(0);
  let high = f64x2.splat(0);
  for (let j: usize = 0; j < columns; j += 4) {
    const x = keepUpTo(v128.load(a + (j << 2)), columns - j);
    low = f64x2.add(low, lowDoubles(x));
    high = f64x2.add(high, highDoubles(x));
  }
  return sumDoubles(low, high);
}

/**
 * y = γ·x̂ + β with x̂ = (x − mean) / √(variance + epsilon), over rows `begin` to `end`, with the mean and variance of
 * each row. An address of 0 omits γ or β. If `normalized` is not 0, it receives x̂, and `scales` receives 1 /
 * √(variance + epsilon), one per row.
 */
export function layerNormalization(
  begin: i32, end: i32, columns: i32, x: usize, gamma: usize, beta: usize, y: usize, normalized: usize, scales: usize,
  epsilon: f32,
): void {
  assert(isShare(begin, end) && columns > 0 && epsilon > 0, "layerNormalization: sizes");
  assert(areFloats(x, end, columns) && areFloats(y, end, columns), "layerNormalization: x and y are floats in memory");
  assert(
    (!gamma || areFloats(gamma, columns)) && (!beta || areFloats(beta, columns)),
    "layerNormalization: gamma and beta are floats in memory",
  );
  assert(areRowsApart(x, y, begin, end, columns), "layerNormalization: y does not overlap x");
  assert(
    !normalized || (areFloats(normalized, end, columns) && areFloats(scales, end) &&
      areRowsApart(x, normalized, begin, end, columns) && areRowsApart(y, normalized, begin, end, columns)),
    "layerNormalization: normalized and scales are floats in memory, and apart",
  );
  const width = <usize>columns;
  const size = width << 2;
  for (let row = begin; row < end; row++) {
    const from = x + <usize>row * size;
    const to = y + <usize>row * size;
    const mean = sumOf(from, width) / <f64>columns;
    const center = splat(<f32>mean);
    for (let j: usize = 0; j < width; j += 4) {
      storeUpTo(to + (j << 2), f32x4.sub(v128.load(from + (j << 2)), center), width - j);
    }
    // The rounding error of the mean.
    const rest = mean - <f64>(<f32>mean);
    const variance = dot(to, to, width) / <f64>columns - rest * rest;
    const scale = <f32>(1 / sqrt<f64>(max(variance, 0) + <f64>epsilon));
    if (normalized) store<f32>(scales + (<usize>row << 2), scale);
    const factor = splat(scale);
    const kept = normalized + <usize>row * size;
    for (let j: usize = 0; j < width; j += 4) {
      const at = j << 2;
      const left = width - j;
      const value = f32x4.mul(v128.load(to + at), factor);
      if (normalized) storeUpTo(kept + at, value, left);
      const scaled = gamma ? f32x4.mul(value, v128.load(gamma + at)) : value;
      storeUpTo(to + at, beta ? f32x4.add(scaled, v128.load(beta + at)) : scaled, left);
    }
  }
}

/**
 * dx = scale·(g − mean(g) − x̂·mean(g·x̂)) with g = dy·γ, over rows `begin` to `end`; omitted if the address of dx is
 * 0. Replaces x̂ in `normalized` by dy·x̂, whose sum over the rows is the gradient of γ.
 */
export function layerNormalizationBackward(
  begin: i32, end: i32, columns: i32, dy: usize, gamma: usize, normalized: usize, scales: usize, dx: usize,
): void {
  assert(isShare(begin, end) && columns > 0, "layerNormalizationBackward: sizes");
  assert(
    areFloats(dy, end, columns) && areFloats(normalized, end, columns) && areFloats(scales, end),
    "layerNormalizationBackward: dy, normalized and scales are floats in memory",
  );
  assert(!gamma || areFloats(gamma, columns), "layerNormalizationBackward: gamma is floats in memory");
  assert(!dx || areFloats(dx, end, columns), "layerNormalizationBackward: dx is floats in memory");
  assert(
    areRowsApart(dy, normalized, begin, end, columns) &&
      (!dx || (areRowsApart(dx, normalized, begin, end, columns) && areRowsApart(dx, dy, begin, end, columns))),
    "layerNormalizationBackward: what is written overlaps nothing that is read",
  );
  const width = <usize>columns;
  const size = width << 2;
  for (let row = begin; row < end; row++) {
    const slope = dy + <usize>row * size;
    const kept = normalized + <usize>row * size;
    if (dx) {
      const to = dx + <usize>row * size;
      for (let j: usize = 0; j < width; j += 4) {
        const at = j << 2;
        const g = v128.load(slope + at);
        storeUpTo(to + at, gamma ? f32x4.mul(g, v128.load(gamma + at)) : g, width - j);
      }
      const mean = splat(<f32>(sumOf(to, width) / <f64>columns));
      const along = splat(<f32>(dot(to, kept, width) / <f64>columns));
      const scale = v128.load32_splat(scales + (<usize>row << 2));
      for (let j: usize = 0; j < width; j += 4) {
        const at = j << 2;
        const rest = f32x4.sub(f32x4.sub(v128.load(to + at), mean), f32x4.mul(v128.load(kept + at), along));
        storeUpTo(to + at, f32x4.mul(rest, scale), width - j);
      }
    }
    for (let j: usize = 0; j < width; j += 4) {
      const at = j << 2;
      storeUpTo(kept + at, f32x4.mul(v128.load(kept + at), v128.load(slope + at)), width - j);
    }
  }
}
