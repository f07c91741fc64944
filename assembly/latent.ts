// The gaussian latent of a variational autoencoder (D. P. Kingma and M. Welling, "Auto-encoding variational Bayes", 2014).
// A row of `heads` holds `columns` means μ, then as many logarithms of variances.

import { STEP_KL_WEIGHT } from "./abi";
import { exp4 } from "./math";
import { addNormalRow } from "./noise";
import { keepUpTo, madd, splat, storeUpTo, sumLanes } from "./simd";

/**
 * z = μ + e^(½·log σ²)·ε over rows `begin` to `end` of z[·, columns], and each row's Kullback-Leibler divergence from the
 * standard normal distribution, −½·Σ(1 + log σ² − μ² − σ²), a float64. ε is drawn as noise.ts does.
 */
export function sampleLatent(
  begin: i32, end: i32, columns: i32, heads: usize, z: usize, divergences: usize, step: usize, stream: u32,
  seedLow: u32, seedHigh: u32, scratch: usize,
): void {
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

/**
 * The gradient of the heads, from that of z and of w·scale times the divergence, where w stands in the step block:
 * dμ = dz + w·scale·μ; dlog σ² = ½·(dz·(z − μ) + w·scale·(σ² − 1)).
 */
export function sampleLatentBackward(
  begin: i32, end: i32, columns: i32, heads: usize, z: usize, dz: usize, dheads: usize, step: usize, scale: f32,
): void {
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
      // The mean's gradient first: its last vector may reach into the other head.
      storeUpTo(dmean, madd(weight, mu, d), left);
      storeUpTo(dmean + width, f32x4.mul(slope, splat(0.5)), left);
    }
  }
}
