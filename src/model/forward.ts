import * as call from "../engine/calls/index.js";
import type { PlanBuilder } from "../engine/plan.js";
import { ACTIVATIONS } from "./activations.js";
import { type Network, type NetworkLayer, stepsOf } from "./network.js";
import { addTransition, type Draws } from "./transitions.js";
import type { Workspace } from "./workspace.js";

/** Adds the first `width` columns of z = x·Wᵀ + b for layer `index` of `layers`. */
function addProduct(
  plan: PlanBuilder,
  network: Network,
  layer: NetworkLayer,
  workspace: Workspace,
  rows: number,
  index: number,
  width: number,
): void {
  const { inputs, weight, bias, forwardPack } = layer;
  const [a, c] = [workspace.passed(index - 1), workspace.preactivation(index)];
  const seed = bias ? network.at(bias) : network.zeros;
  if (layer.narrow) {
    const { inputStep, unitStep } = stepsOf(weight);
    const b = network.at(weight);
    call.narrowProduct(plan, rows, {
      n: width,
      k: inputs,
      a,
      b,
      bRow: inputStep,
      bColumn: unitStep,
      seed,
      c,
    });
    return;
  }
  call.product(plan, rows, {
    n: width,
    k: inputs,
    a,
    aRow: inputs * 4,
    aStep: 4,
    b: network.packAt(forwardPack),
    seed,
    seedRow: 0,
    c,
    cRow: width * 4,
  });
}

/** How to go forward. */
export interface ForwardOptions {
  /** Whether to leave the last layer's activation out, for a loss that is calculated from the logits. */
  readonly logits?: boolean;
  /** Whether a last layer that is a gaussian latent gives its log σ² beside its mean. */
  readonly heads?: boolean;
  /** What to draw; without it, dropout does nothing and a gaussian latent gives its mean. */
  readonly draws?: Draws;
  /** The first layer, and the one after the last; default all of them. */
  readonly from?: number;
  readonly to?: number;
}

/** Adds the forward pass of `layers` to a block of rows. */
export function addForward(
  plan: PlanBuilder,
  network: Network,
  layers: readonly NetworkLayer[],
  workspace: Workspace,
  rows: number,
  { logits, heads, draws, from = 0, to = layers.length }: ForwardOptions,
): void {
  for (let index = from; index < to; index++) {
    const layer = layers[index]!;
    const last = index === layers.length - 1;
    const drawn = draws !== undefined && workspace.isPassedApart(index);
    // The mean comes first; without log σ² the product ends there.
    const width = drawn || (heads && last) ? layer.units : layer.outputs;
    addProduct(plan, network, layer, workspace, rows, index, width);
    if (logits && last) return;
    const kind = ACTIVATIONS[layer.layer.activation];
    call.activationForward(plan, rows, kind, width, workspace.preactivation(index), workspace.output(index));
    if (drawn) addTransition(plan, layer, index, workspace, rows, draws);
  }
}
