import { knownKeys, number, oneOf, show } from "../check.js";
import { ArgumentError } from "../errors.js";

/** Strength times the sum of absolute values. */
export interface L1 {
  readonly kind: "l1";
  readonly strength: number;
}

/** What a layer's activations can be penalized by. */
export type ActivityPenalty = L1;

/** Keeps the mean activation of each code unit over a batch near a target. */
export interface KlSparsity {
  readonly kind: "klSparsity";
  readonly target: number;
  readonly weight: number;
}

/**
 * A penalty of `strength`·Σ|value|. For activations the sum is over a layer's units and the mean over the samples of the
 * batch, as Keras 3 scales `activity_regularizer`.
 *
 * @param strength at least 0
 * @throws {ArgumentError} for anything else
 */
export function l1(strength: number): L1 {
  return {
    kind: "l1",
    strength: number("strength of l1", strength, "a number of at least 0", (x) => x >= 0),
  };
}

/** Checks a penalty that came from outside; undefined is none. */
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
 * The penalty weight·Σⱼ KL(ρ ‖ ρ̂ⱼ) on the code, where ρ is the target, ρ̂ⱼ the mean activation of unit j over the batch,
 * and KL(ρ ‖ ρ̂) = ρ·ln(ρ/ρ̂) + (1 − ρ)·ln((1 − ρ)/(1 − ρ̂)): A. Ng, "Sparse autoencoder", CS294A. The code must be sigmoid.
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

/** Checks what came from outside; undefined is none. */
export function toSparsity(value: unknown): KlSparsity | undefined {
  if (value === undefined) return undefined;
  if (typeof value !== "object" || value === null) {
    throw new ArgumentError(`sparsity must be an object such as klSparsity(), not ${show(value)}`);
  }
  oneOf("kind of sparsity", (value as KlSparsity).kind, ["klSparsity"]);
  return klSparsity(value as KlSparsity);
}
