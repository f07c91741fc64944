import { knownKeys, number, oneOf, show } from "../common/check.js";
import { ArgumentError } from "../common/errors.js";
import { log } from "../math/elementary.js";

/** An L1 penalty, strength·Σ|value|, which drives values to 0. */
export interface L1 {
  /** Which penalty it is. */
  readonly kind: "l1";
  /** The factor of the sum, at least 0; default 0.01. */
  readonly strength: number;
}

/** An L2 penalty, strength·Σvalue², which keeps values small. */
export interface L2 {
  /** Which penalty it is. */
  readonly kind: "l2";
  /** The factor of the sum, at least 0; default 0.01. */
  readonly strength: number;
}

/** L1 and L2 penalties together, each with its own strength. */
export interface L1L2 {
  /** Which penalty it is. */
  readonly kind: "l1l2";
  /** The factor of the sum of absolute values, at least 0; default 0. */
  readonly l1: number;
  /** The factor of the sum of squares, at least 0; default 0. */
  readonly l2: number;
}

/** Penalties on a layer's weights W, like Keras's `kernel_regularizer`. */
export type KernelPenalty = L1 | L2 | L1L2;

/** Penalties on a layer's activations. */
export type ActivityPenalty = L1;

/** Keeps the mean activation of each code unit over a batch near a target. */
export interface KlSparsity {
  /** Which penalty it is. */
  readonly kind: "klSparsity";
  /** ρ, the target for the mean activation, in (0, 1); default 0.05. */
  readonly target: number;
  /** The factor of the divergence in the loss, at least 0; default 0.1. */
  readonly weight: number;
}

const strengthOf = (name: string, value: unknown) =>
  number(`strength of ${name}`, value, "a number of at least 0", (x) => x >= 0);

/**
 * A penalty of `strength`·Σ|value|. On weights, the sum is over the matrix. On activations, it is over a layer's units,
 * averaged over the samples of the batch, as Keras 3 scales `activity_regularizer`.
 *
 * @param strength at least 0, default 0.01
 * @throws {ArgumentError} for anything else
 */
export function l1(strength = 0.01): L1 {
  return { kind: "l1", strength: strengthOf("l1", strength) };
}

/**
 * A penalty of `strength`·Σw² on weights.
 *
 * @param strength at least 0, default 0.01
 * @throws {ArgumentError} for anything else
 */
export function l2(strength = 0.01): L2 {
  return { kind: "l2", strength: strengthOf("l2", strength) };
}

/**
 * A penalty of l1·Σ|w| + l2·Σw² on weights.
 *
 * @param strengths `l1` and `l2`, at least 0, default 0
 * @throws {ArgumentError} for anything else
 */
export function l1l2(strengths: { l1?: number; l2?: number }): L1L2 {
  knownKeys("l1l2", strengths, ["kind", "l1", "l2"]);
  return {
    kind: "l1l2",
    l1: strengthOf("l1", strengths.l1 ?? 0),
    l2: strengthOf("l2", strengths.l2 ?? 0),
  };
}

/** Checks a penalty given by the user; undefined means none. */
export function toKernelPenalty(value: unknown, name = "kernelPenalty"): KernelPenalty | undefined {
  if (value === undefined) return undefined;
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new ArgumentError(`${name} must be a penalty such as l2(1e-4), not ${show(value)}`);
  }
  const given = value as KernelPenalty;
  if (oneOf(`kind of ${name}`, given.kind, ["l1", "l2", "l1l2"]) === "l1l2") return l1l2(given as L1L2);
  knownKeys(name, given, ["kind", "strength"]);
  const { kind, strength } = given as L1 | L2;
  return { kind, strength: strengthOf(kind, strength) };
}

/** The factors of Σ|w| and Σw². */
export function kernelStrengths(penalty: KernelPenalty): { readonly l1: number; readonly l2: number } {
  if (penalty.kind === "l1l2") return penalty;
  const { kind, strength } = penalty;
  return kind === "l1" ? { l1: strength, l2: 0 } : { l1: 0, l2: strength };
}

/** Checks a penalty given by the user; undefined means none. */
export function checkActivityPenalty(value: unknown): ActivityPenalty | undefined {
  if (value === undefined) return undefined;
  if (typeof value !== "object" || value === null) {
    throw new ArgumentError(`activityPenalty must be a penalty such as l1(1e-4), not ${show(value)}`);
  }
  knownKeys("activityPenalty", value, ["kind", "strength"]);
  oneOf("kind of activityPenalty", (value as L1).kind, ["l1"]);
  return l1((value as L1).strength);
}

/**
 * The penalty weight·Σⱼ KL(ρ ‖ ρ̂ⱼ) on the code. ρ is the target, ρ̂ⱼ the mean activation of unit j over the batch, and
 * KL(ρ ‖ ρ̂) = ρ·ln(ρ/ρ̂) + (1 − ρ)·ln((1 − ρ)/(1 − ρ̂)); see A. Ng, "Sparse autoencoder", CS294A. The code must use
 * the sigmoid activation.
 *
 * @param options `target` ρ in (0, 1), default 0.05; `weight`, at least 0, default 0.1
 * @throws {ArgumentError} for values out of range
 */
export function klSparsity(options: { target?: number; weight?: number } = {}): KlSparsity {
  knownKeys("klSparsity", options, ["kind", "target", "weight"]);
  return {
    kind: "klSparsity",
    target: number("target of klSparsity", options.target ?? 0.05, "in (0, 1)", (x) => x > 0 && x < 1),
    weight: number("weight of klSparsity", options.weight ?? 0.1, "a number of at least 0", (x) => x >= 0),
  };
}

/** Means are kept this far from 0 and 1, where the divergence is infinite; same value as in assembly/penalty.ts. */
const MARGIN = 1e-6;

/** The penalty of `klSparsity`, given the mean activations of the code's units. */
export function sparsityOf({ target, weight }: KlSparsity, means: Iterable<number>): number {
  let sum = 0;
  for (const mean of means) {
    const m = Math.min(1 - MARGIN, Math.max(MARGIN, mean));
    sum += target * log(target / m) + (1 - target) * log((1 - target) / (1 - m));
  }
  return weight * sum;
}

/** Checks a sparsity penalty given by the user; undefined means none. */
export function toSparsity(value: unknown): KlSparsity | undefined {
  if (value === undefined) return undefined;
  if (typeof value !== "object" || value === null) {
    throw new ArgumentError(`sparsity must be an object such as klSparsity(), not ${show(value)}`);
  }
  oneOf("kind of sparsity", (value as KlSparsity).kind, ["klSparsity"]);
  return klSparsity(value as KlSparsity);
}
