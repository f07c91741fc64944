import type { PlanBuilder } from "../engine/plan.js";
import { ACTIVATIONS } from "../layers/activations.js";
import type { Network, NetworkLayer } from "./network.js";
import { addWeightProduct } from "./product.js";
import { addTransition, type Draws } from "./transitions.js";
import type { Workspace } from "./workspace.js";

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
    addWeightProduct(plan, network, layer, "forward", rows, {
      n: width,
      k: layer.inputs,
      a: workspace.passed(index - 1),
      c: workspace.preactivation(index),
      seed: layer.bias ? network.at(layer.bias) : network.zeros,
    });
    if (logits && last) return;
    const kind = ACTIVATIONS[layer.layer.activation];
    const [z, y] = [workspace.preactivation(index), workspace.output(index)];
    plan.call("activationForward", rows, { kind, columns: width, z, y });
    if (drawn) addTransition(plan, layer, index, workspace, rows, draws);
  }
}
