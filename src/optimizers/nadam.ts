import {
  ADAM_KEYS,
  type AdamBase,
  type AdamSlot,
  adamOptions,
  adamSlots,
  adamUpdate,
  Powers,
  settledAfter,
} from "./adam.js";
import { type Given, type OptimizerKind, optionsOf, type Progression } from "./optimizer.js";

/** Nadam: T. Dozat, "Incorporating Nesterov momentum into Adam", 2016. */
export interface Nadam extends AdamBase {
  /** Which optimizer it is. */
  readonly kind: "nadam";
}

/**
 * Adam with Nesterov momentum, which rises over the steps: uₜ = β₁·(1 − ½·0.96ᵗ). Formulas and defaults as in Keras.
 *
 * @param options fields of `Nadam`, or only a learning rate or schedule
 * @throws {ArgumentError} for unknown options and values out of range
 */
export function nadam(options?: Given<Nadam>): Nadam;
export function nadam(given: Given<Nadam> = {}, ...surplus: unknown[]): Nadam {
  return { kind: "nadam", ...adamOptions(optionsOf<Nadam>("nadam", given, surplus, ADAM_KEYS)) };
}

/** How fast the momentum rises to β₁, from keras/src/optimizers/nadam.py, after Dozat, 2016. */
const DECAY = 0.96;

/** Tracks 0.96ᵗ and u₁·u₂·…·uₜ besides Adam's powers. */
function progression(options: Nadam): Progression {
  const { beta1, beta2 } = options;
  const powers = new Powers(options);
  const momentum = (decay: number) => beta1 * (1 - 0.5 * decay);
  let decay = 1;
  let product = 1;
  return {
    settled: settledAfter(beta1, beta2),
    advance() {
      const before = [decay, product];
      const changed = powers.advance();
      decay *= DECAY;
      product *= momentum(decay);
      return changed || decay !== before[0] || product !== before[1];
    },
    factors(rate) {
      const next = momentum(decay * DECAY);
      return {
        learningRate: (rate * next) / (1 - product * next),
        gradientRate: (rate * (1 - momentum(decay))) / (1 - product),
        secondFactor: 1 / (1 - powers.second),
      };
    },
  };
}

export const nadamKind: OptimizerKind<Nadam, AdamSlot> = {
  kind: "nadam",
  create: nadam,
  slots: adamSlots,
  progression,
  update: adamUpdate<Nadam>("nadam"),
};
