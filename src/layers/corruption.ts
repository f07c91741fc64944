import { STREAM_NOISE } from "../../assembly/abi.js";
import { knownKeys, number, oneOf, show } from "../common/check.js";
import { ArgumentError } from "../common/errors.js";
import type { PlanBuilder } from "../engine/plan.js";
import { drawnFrom, thresholdOf } from "./draws.js";
import { type GaussianNoise, gaussianNoise } from "./gaussianNoise.js";
import type { Draws, LayerKind, LayerPass } from "./layer.js";
import { sizeOf } from "./shape.js";

/** Sets elements to 0. */
export interface MaskingNoise {
  /** The kind of corruption. */
  readonly kind: "maskingNoise";
  /** Probability of each element, independently. */
  readonly rate: number;
}

/** Sets elements to 0 or 1. */
export interface SaltAndPepper {
  /** Which corruption it is. */
  readonly kind: "saltAndPepper";
  /** Probability of each element, independently; half of the changed elements become 1. */
  readonly rate: number;
}

/**
 * Noise added to the input of each training step, never to its target, as in denoising autoencoders (P. Vincent et al.,
 * "Stacked denoising autoencoders", 2010). Each epoch draws new noise.
 */
export type Corruption = GaussianNoise | MaskingNoise | SaltAndPepper;

/**
 * Sets each element to 0 with probability `rate`.
 *
 * @param rate in (0, 1)
 * @throws {ArgumentError} for anything else
 */
export function maskingNoise(rate: number): MaskingNoise {
  return { kind: "maskingNoise", rate: probability("rate of maskingNoise", rate) };
}

/**
 * Sets each element to 0 with probability `rate`/2, and to 1 with the same probability.
 *
 * @param rate in (0, 1)
 * @throws {ArgumentError} for anything else
 */
export function saltAndPepper(rate: number): SaltAndPepper {
  return { kind: "saltAndPepper", rate: probability("rate of saltAndPepper", rate) };
}

/** @throws {ArgumentError} unless 0 < `value` < 1 */
export function probability(name: string, value: unknown): number {
  return number(name, value, "in (0, 1)", (x) => x > 0 && x < 1);
}

const KINDS = ["gaussianNoise", "maskingNoise", "saltAndPepper"] as const;

/** Checks a corruption given by the user; undefined means none. */
export function toCorruption(value: unknown): Corruption | undefined {
  if (value === undefined) return undefined;
  if (typeof value !== "object" || value === null) {
    throw new ArgumentError(`corruption must be an object such as gaussianNoise(0.2), not ${show(value)}`);
  }
  const given = value as Corruption;
  const kind = oneOf("kind of corruption", given.kind, KINDS);
  knownKeys("corruption", given, ["kind", kind === "gaussianNoise" ? "deviation" : "rate"]);
  if (given.kind === "gaussianNoise") return gaussianNoise(given.deviation);
  return given.kind === "maskingNoise" ? maskingNoise(given.rate) : saltAndPepper(given.rate);
}

/** The first layer of a denoising model. It is active only in training. */
export const corruptionKind: LayerKind<Corruption> = {
  kind: "gaussianNoise",
  trainingOnly: true,
  check: (_, given) => toCorruption(given)!,
  outputShape: (_, inputShape) => inputShape,
  build: (corruption) => ({
    acts: (purpose) => purpose === "training",
    forward: (plan, pass) => addCorruption(plan, corruption, pass, pass.draws!),
    // No layer before it has parameters to train.
    backward() {},
    bound: (input) => input,
  }),
};

/** Adds the corruption of the rows `x`, written to `y`. */
export function addCorruption(
  plan: PlanBuilder,
  corruption: Corruption,
  { rows, x, y }: Pick<LayerPass, "rows" | "x" | "y">,
  draws: Draws,
): void {
  const fields = { columns: sizeOf(x.shape) / rows, source: x, target: y, ...drawnFrom(draws, STREAM_NOISE) };
  if (corruption.kind === "gaussianNoise") {
    plan.call("gaussianNoise", rows, { ...fields, deviation: corruption.deviation });
    return;
  }
  const { rate } = corruption;
  const ones = thresholdOf(corruption.kind === "saltAndPepper" ? rate / 2 : rate);
  plan.call("replacementNoise", rows, { ...fields, threshold: thresholdOf(rate), ones, scale: 1 });
}
