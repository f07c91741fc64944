import { knownKeys, requireSamplesAlone } from "../common/check.js";
import type { PlanBuilder } from "../engine/plan.js";
import type { Tensor } from "../engine/tensor.js";
import {
  ACTIVATIONS,
  type ActivationAlias,
  type ActivationName,
  needsInput,
  toActivation,
} from "./activations.js";
import { copyRows } from "./copyRows.js";
import type { LayerKind } from "./layer.js";
import { sizeOf } from "./shape.js";

/** An activation function as a layer of its own: y = f(x). */
export interface ActivationLayer {
  /** Which layer it is. */
  readonly kind: "activation";
  /** The activation function f. */
  readonly activation: ActivationName;
}

/**
 * An activation function as its own layer, applied element by element like Keras's `Activation`. Useful after a
 * normalization layer, for example. If the decoder ends with `activation("sigmoid")`, cross-entropy is computed from
 * the logits, as with `dense(n, "sigmoid")`.
 *
 * @param name see `ActivationName`, also in Keras's snake_case, or `"swish"` for `"silu"`
 * @throws {ArgumentError} for anything else
 */
export function activation(name: ActivationName | ActivationAlias): ActivationLayer;
export function activation(name: ActivationName | ActivationAlias, ...surplus: unknown[]): ActivationLayer {
  requireSamplesAlone("activation", surplus, "name");
  return { kind: "activation", activation: toActivation("activation", name) };
}

export const activationKind: LayerKind<ActivationLayer> = {
  kind: "activation",
  check(name, given) {
    knownKeys(name, given, ["kind", "activation"]);
    return activation(given.activation);
  },
  outputShape: (_, inputShape) => inputShape,
  build({ activation }, { outputShape }) {
    const columns = sizeOf(outputShape);
    const kind = ACTIVATIONS[activation];
    const calculate = (plan: PlanBuilder, rows: number, z: Tensor, y: Tensor) =>
      plan.call("activationForward", rows, { kind, columns, z, y });
    return {
      activation,
      forward(plan, { rows, x, y, logits }) {
        if (logits) copyRows(plan, rows, x, y);
        else calculate(plan, rows, x, y);
      },
      backward(plan, { rows, x, y, dy, dx, logits }) {
        if (!dx) return;
        copyRows(plan, rows, dy, dx);
        if (logits || activation === "linear") return;
        const kept = needsInput(activation) ? x : y;
        plan.call("activationBackward", rows, { kind, columns, kept, gradient: dx });
      },
      // For every other activation, |f(z)| ≤ 1.1·|z| + 1.
      bound: (input) => (activation === "sigmoid" || activation === "tanh" ? 1 : 1.1 * input + 1),
    };
  },
};
