import { boolean } from "../common/check.js";
import { NOWHERE } from "../engine/tensor.js";
import { type Distribution, ZEROS } from "./initializers.js";
import type { LayerKind } from "./layer.js";
import { Recurrent } from "./recurrent.js";
import {
  checkRecurrent,
  RECURRENT_KEYS,
  type RecurrentFields,
  type RecurrentOptions,
  recurrentParameters,
  recurrentShape,
} from "./recurrentOptions.js";

/** Long short-term memory over the steps of a sequence. */
export interface LstmLayer extends RecurrentFields {
  /** Which layer it is. */
  readonly kind: "lstm";
  /** Whether the bias of the forget gate starts at 1. */
  readonly unitForgetBias: boolean;
}

/** Further options of `lstm`. */
export interface LstmOptions extends RecurrentOptions {
  /** Whether the bias of the forget gate starts at 1 instead of 0; default true, as in Keras. */
  unitForgetBias?: boolean;
}

/**
 * Long short-term memory (S. Hochreiter and J. Schmidhuber, 1997) over samples of the shape [steps, features], from a
 * state of 0. With σ the recurrent activation and f the activation:
 *
 * i, f, g, o = σ, σ, f, σ of W_ih·x + b + W_hh·h; c ← f·c + i·g; h ← o·f(c). The output is the last h, or all of them.
 *
 * Its weights have the names, shapes and order of gates (i, f, g, o) of PyTorch's `nn.LSTM`: `weight_ih_l0` [4·units,
 * features], `weight_hh_l0` [4·units, units], `bias_ih_l0` and `bias_hh_l0` [4·units]. Only the first bias is trained and
 * counted, as Keras has one. The second starts at 0 and stays as it is; if weights from PyTorch are set that have
 * others, they are used.
 *
 * @param units width of the state, a positive integer
 * @throws {ArgumentError} for unknown options and values out of range
 */
export function lstm(units: number, options: LstmOptions = {}): LstmLayer {
  const checked = checkRecurrent("lstm", units, options, [...RECURRENT_KEYS, "unitForgetBias"]);
  const { unitForgetBias = true } = options;
  return { kind: "lstm", ...checked, unitForgetBias: boolean("unitForgetBias", unitForgetBias) };
}

/** Biases of the gates i, f, g and o. */
const FORGET: Distribution = { kind: "parts", values: [0, 1, 0, 0] };

export const lstmKind: LayerKind<LstmLayer> = {
  kind: "lstm",
  takesRepeated: true,
  check: (_, { kind, units, ...options }) => lstm(units, options),
  outputShape: (layer, inputShape, name) => recurrentShape("lstm", layer, inputShape, name),
  parameters(layer, inputShape) {
    const start = layer.unitForgetBias ? FORGET : ZEROS;
    return recurrentParameters(layer, inputShape.at(-1)!, 4, { start, both: false });
  },
  build(layer, place) {
    const recurrent = new Recurrent(place, layer, 4);
    return {
      operations: recurrent.operations,
      room: (purpose, rows) => ({
        ...recurrent.room(purpose, rows),
        ...(purpose === "training" && { cells: recurrent.stepRoom(rows) }),
      }),
      forward(plan, pass) {
        const cells = pass.kept.cells ?? NOWHERE;
        plan.call("lstm", pass.rows, { ...recurrent.forwardFields(plan, pass), cells });
      },
      backward(plan, pass) {
        const cells = pass.kept.cells!;
        plan.call("lstmBackward", pass.rows, { ...recurrent.backwardFields(plan, pass), cells });
      },
      gradient: (plan, pass) => recurrent.gradient(plan, pass),
      refresh: (plan) => recurrent.refresh(plan),
      bound: () => recurrent.bound,
    };
  },
};
