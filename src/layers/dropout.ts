import { STREAM_DROPOUT } from "../../assembly/abi.js";
import { knownKeys, number, requireSamplesAlone } from "../common/check.js";
import type { PlanBuilder } from "../engine/plan.js";
import type { Tensor } from "../engine/tensor.js";
import { drawnFrom, thresholdOf } from "./draws.js";
import type { LayerKind, LayerPass } from "./layer.js";
import { sizeOf } from "./shape.js";

/** Sets a random part of its input to 0, only in training. */
export interface DropoutLayer {
  /** Which layer it is. */
  readonly kind: "dropout";
  /** Probability that an element is set to 0, independently of the others. */
  readonly rate: number;
}

/**
 * Dropout (N. Srivastava et al., "Dropout", 2014), as in Keras: in training, each element is set to 0 with probability
 * `rate`, and divided by 1 − `rate` otherwise. Outside training, it does nothing.
 *
 * @param rate in [0, 1); 0 drops nothing
 * @throws {ArgumentError} for anything else
 */
export function dropout(rate: number): DropoutLayer;
export function dropout(rate: number, ...surplus: unknown[]): DropoutLayer {
  requireSamplesAlone("dropout", surplus, "rate");
  return { kind: "dropout", rate: dropRate("rate of dropout", rate) };
}

/** @throws {ArgumentError} unless 0 ≤ `value` < 1 */
export function dropRate(name: string, value: unknown): number {
  return number(name, value, "in [0, 1)", (x) => x >= 0 && x < 1);
}

export const dropoutKind: LayerKind<DropoutLayer> = {
  kind: "dropout",
  trainingOnly: true,
  check(name, given) {
    knownKeys(name, given, ["kind", "rate"]);
    return dropout(given.rate);
  },
  outputShape: (_, inputShape) => inputShape,
  build({ rate }, { number, outputShape }) {
    const threshold = thresholdOf(rate);
    // Elements are only set to 0, never to 1.
    const replaced = { columns: sizeOf(outputShape), threshold, ones: threshold, scale: 1 / (1 - rate) };
    /** The backward pass uses the same mask: it sets the same elements to 0 and scales the others. */
    const mask = (plan: PlanBuilder, { rows, draws }: LayerPass, source: Tensor, target: Tensor) => {
      const noise = drawnFrom(draws!, STREAM_DROPOUT + number - 1);
      plan.call("replacementNoise", rows, { ...replaced, source, target, ...noise });
    };
    return {
      acts: (purpose) => purpose === "training",
      forward: (plan, pass) => mask(plan, pass, pass.x, pass.y),
      backward(plan, pass) {
        if (pass.dx) mask(plan, pass, pass.dy, pass.dx);
      },
      bound: (input) => input,
    };
  },
};
