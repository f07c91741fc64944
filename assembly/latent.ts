// The gaussian latent of a variational autoencoder (D. P. Kingma and M. Welling, "Auto-encoding variational Bayes", 2014).
// A row of `heads` contains `columns` means μ, followed by the same number of log-variances.

import { SCRATCH_BYTES, STEP_KL_WEIGHT, STEP_WORDS } from "./abi";
import { areApart, areDoubles, areFloats, areSameOrApart, areSumsApart, areVectors, isShare } from "./checks";
import { exp4 } from "./math";
import { addNormalRow } from "./noise";
import { keepUpTo, madd, splat, storeUpTo, sumLanes } from "./simd";

/**
 * z = μ + e^(½·log σ²)·ε over rows `begin` to `end` of z[·, columns], and each row's Kullback-Leibler divergence from
 * the standard normal distribution, −½·Σ(1 + log σ² − μ² − σ²), a float64. ε is drawn as in noise.ts.
 */
export function sampleLatent(
  begin: i32, end: i32, columns: i32, heads: usize, z: usize, divergences: usize, step: usize, stream: u32,
  seedLow: u32, seedHigh: u32, scratch: usize,
): void {
  assert(isShare(begin, end) && columns > 0, "sampleLatent: sizes");
  assert(
    areFloats(heads, end, 2 * columns) && areFloats(z, end, columns),
    "sampleLatent: heads and z are floats in memory",
  );
  assert(
    areDoubles(divergences, end) && areSumsApart(divergences, z, begin, end, columns) &&
      areSumsApart(divergences, heads, begin, end, 2 * columns),
    "sampleLatent: divergences are float64 of their own",
  );
  assert(
    areApart(heads, <i64>end * columns << 3, z, <i64>end * columns << 2),
    "sampleLatent: z does not overlap the heads",
  );
  assert(
    areFloats(step, STEP_WORDS) && areVectors(scratch, SCRATCH_BYTES >> 2),
    "sampleLatent: step block and scratch are in memory",
  );
  const width = <usize>(columns << 2);
  for (let row = begin; row < end; row++) {
    const mean = heads + 2 * <usize>row * width;
    const code = z + <usize>row * width;
    memory.fill(code, 0, width);
    addNormalRow(row, columns, code, code, step, stream, seedLow, seedHigh, 1, scratch);
    let total: f64 = 0;
    for (let j: usize = 0; j < <usize>columns; j += 4) {
      const at = j << 2;
      const left = <usize>columns - j;
      const mu = v128.load(mean + at);
      const logVariance = v128.load(mean + width + at);
      const deviation = exp4(f32x4.mul(logVariance, splat(0.5)));
      storeUpTo(code + at, madd(deviation, v128.load(code + at), mu), left);
      const variance = f32x4.mul(deviation, deviation);
      const rest = f32x4.sub(f32x4.sub(variance, splat(1)), logVariance);
      total += sumLanes(keepUpTo(madd(mu, mu, rest), left));
    }
    store<f64>(divergences + (<usize>row << 3), 0.5 * total);
  }
}

/** What `sampleLatentBackward` requires of its caller; the gradient may replace the heads, but overlap nothing else. */
function isBackward(
  begin: i32, end: i32, columns: i32, heads: usize, z: usize, dz: usize, dheads: usize, step: usize,
): bool {
  if (ASC_NO_ASSERT) return true;
  const size = <i64>end * <i64>columns << 2;
  return isShare(begin, end) && columns > 0 && areFloats(step, STEP_WORDS) &&
    areFloats(heads, end, 2 * columns) && areFloats(dheads, end, 2 * columns) &&
    areFloats(z, end, columns) && areFloats(dz, end, columns) &&
    areSameOrApart(heads, dheads, begin, end, 2 * columns) &&
    areApart(dheads, 2 * size, z, size) && areApart(dheads, 2 * size, dz, size);
}

/**
 * The gradient of the heads, from dz and from w·scale times the divergence, with w from the step block:
 * dμ = dz + w·scale·μ; dlog σ² = ½·(dz·(z − μ) + w·scale·(σ² − 1)).
 */
export function sampleLatentBackward(
  begin: i32, end: i32, columns: i32, heads: usize, z: usize, dz: usize, dheads: usize, step: usize, scale: f32,
): void {
  assert(
    isBackward(begin, end, columns, heads, z, dz, dheads, step),
    "sampleLatentBackward: sizes, memory and overlaps",
  );
  const width = <usize>(columns << 2);
  const weight = splat(load<f32>(step, STEP_KL_WEIGHT << 2) * scale);
  for (let row = begin; row < end; row++) {
    const offset = <usize>row * width;
    for (let j: usize = 0; j < <usize>columns; j += 4) {
      const at = offset + (j << 2);
      const left = <usize>columns - j;
      const mean = heads + offset + at;
      const dmean = dheads + offset + at;
      const mu = v128.load(mean);
      const deviation = exp4(f32x4.mul(v128.load(mean + width), splat(0.5)));
      const excess = f32x4.sub(f32x4.mul(deviation, deviation), splat(1));
      const d = v128.load(dz + at);
      const slope = madd(weight, excess, f32x4.mul(d, f32x4.sub(v128.load(z + at), mu)));
      // Store the mean's gradient first: its last vector may extend into the other head.
      storeUpTo(dmean, madd(weight, mu, d), left);
      storeUpTo(dmean + width, f32x4.mul(slope, splat(0.5)), left);
    }
  }
}
