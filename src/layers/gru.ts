import { NOWHERE } from "../engine/tensor.js";
import type { LayerKind } from "./layer.js";
import { Recurrent } from "./recurrent.js";
import {
  checkRecurrent,
  type RecurrentFields,
  type RecurrentOptions,
  recurrentParameters,
  recurrentShape,
} from "./recurrentOptions.js";

/** Gated recurrent units over the steps of a sequence. */
export interface GruLayer extends RecurrentFields {
  /** Which layer it is. */
  readonly kind: "gru";
}

/**
 * Gated recurrent units (K. Cho et al., 2014) over samples of the shape [steps, features], from a state of 0, in the form
 * that is Keras's default (`reset_after`) and PyTorch's only one. With σ the recurrent activation and f the activation:
 *
 * r, z = σ of W_ih·x + b_ih + W_hh·h + b_hh; n = f(W_ih·x + b_ih + r·(W_hh·h + b_hh)); h ← (1 − z)·n + z·h. The output is
 * the last h, or all of them.
 *
 * Its weights have the names, shapes and order of gates (r, z, n) of PyTorch's `nn.GRU`: `weight_ih_l0` [3·units,
 * features], `weight_hh_l0` [3·units, units], `bias_ih_l0` and `bias_hh_l0` [3·units]; both biases are trained, as in
 * Keras.
 *
 * @param units width of the state, a positive integer
 * @throws {ArgumentError} for unknown options and values out of range
 */
export function gru(units: number, options: RecurrentOptions = {}): GruLayer {
  return { kind: "gru", ...checkRecurrent("gru", units, options) };
}

export const gruKind: LayerKind<GruLayer> = {
  kind: "gru",
  takesRepeated: true,
  check: (_, { kind, units, ...options }) => gru(units, options),
  outputShape: (layer, inputShape, name) => recurrentShape("gru", layer, inputShape, name),
  parameters: (layer, inputShape) => recurrentParameters(layer, inputShape.at(-1)!, 3, { both: true }),
  build(layer, place) {
    const recurrent = new Recurrent(place, layer, 3);
    return {
      operations: recurrent.operations,
      room: (purpose, rows) => ({
        ...recurrent.room(purpose, rows),
        ...(purpose === "training" && layer.bias && { stateSums: { shape: [rows, 3 * layer.units] } }),
      }),
      forward(plan, pass) {
        plan.call("gru", pass.rows, recurrent.forwardFields(plan, pass));
      },
      backward(plan, pass) {
        const { states, stateSums = NOWHERE } = pass.kept;
        const fields = recurrent.backwardFields(plan, pass);
        plan.call("gruBackward", pass.rows, { ...fields, states: states!, stateSums });
      },
      gradient(plan, pass) {
        recurrent.gradient(plan, pass);
        recurrent.biasGradient(plan, pass.rows, pass.kept.stateSums, pass.gradients.bias_hh_l0);
      },
      refresh: (plan) => recurrent.refresh(plan),
      bound: () => recurrent.bound,
    };
  },
};
