import { integer, knownKeys, number, oneOf, show } from "../common/check.js";
import { ArgumentError } from "../common/errors.js";

/** A code that is a normal distribution: what makes an autoencoder variational. */
export interface GaussianLatent {
  /** Which latent it is. */
  readonly kind: "gaussian";
  /** Width of the code. */
  readonly units: number;
  /** Weight of the divergence in the loss, when warm. */
  readonly beta: number;
  /** Steps over which the weight grows from 0; 0 is at once. */
  readonly warmupSteps: number;
}

/**
 * A gaussian latent (D. P. Kingma and M. Welling, "Auto-encoding variational Bayes", 2014) behind the encoder: one linear
 * layer gives the mean μ and log σ² of a normal distribution, from which training decodes a random z = μ + σ·ε. The loss is
 * Σ over the outputs + β·KL, KL = −½·Σ(1 + log σ² − μ² − σ²), mean over the samples. β other than 1: I. Higgins et al.,
 * "β-VAE", 2017. With a warm-up, step t (from 1, over the model's life) weights KL by β·min(1, t / warmupSteps).
 *
 * @param units width of the code, a positive integer
 * @param options `beta`, at least 0, default 1; `warmupSteps`, an integer of at least 0, default 0
 * @throws {ArgumentError} for values out of range
 */
export function gaussian(
  units: number,
  options: { beta?: number; warmupSteps?: number } = {},
): GaussianLatent {
  knownKeys("gaussian", options, ["kind", "beta", "warmupSteps"]);
  return {
    kind: "gaussian",
    units: integer("units of a gaussian latent", units),
    beta: number("beta", options.beta ?? 1, "a number of at least 0", (x) => x >= 0),
    warmupSteps: integer("warmupSteps", options.warmupSteps ?? 0, 0),
  };
}

/** Checks a latent that came from outside; undefined is none. */
export function toLatent(value: unknown): GaussianLatent | undefined {
  if (value === undefined) return undefined;
  if (typeof value !== "object" || value === null) {
    throw new ArgumentError(`latent must be an object such as gaussian(20), not ${show(value)}`);
  }
  oneOf("kind of latent", (value as GaussianLatent).kind, ["gaussian"]);
  const { units, ...options } = value as GaussianLatent;
  return gaussian(units, options);
}

/** What the divergence is weighted by in step `step`, counted from 1. */
export function divergenceWeight({ beta, warmupSteps }: GaussianLatent, step: number): number {
  return step < warmupSteps ? (beta * step) / warmupSteps : beta;
}
