import type { PlanBuilder } from "../engine/plan.js";
import { ACTIVATIONS } from "./activations.js";
import type { Network, NetworkLayer } from "./network.js";
import type { Workspace } from "./workspace.js";

/** Adds z = x·Wᵀ + b for layer `index` of `layers`. */
function addProduct(
  plan: PlanBuilder,
  network: Network,
  { inputs, units, bias, forwardPack }: NetworkLayer,
  workspace: Workspace,
  rows: number,
  index: number,
): void {
  plan.product(rows, {
    n: units,
    k: inputs,
    a: workspace.output(index - 1),
    aRow: inputs * 4,
    aStep: 4,
    b: network.packAt(forwardPack),
    seed: bias ? network.at(bias) : network.zeros,
    seedRow: 0,
    c: workspace.preactivation(index),
    cRow: units * 4,
  });
}

/**
 * Adds the forward pass of `layers` to a block of rows. With `logits` the last layer's activation is left out,
 * for a loss that is calculated from the logits.
 */
export function addForward(
  plan: PlanBuilder,
  network: Network,
  layers: readonly NetworkLayer[],
  workspace: Workspace,
  rows: number,
  logits: boolean,
): void {
  layers.forEach((layer, index) => {
    addProduct(plan, network, layer, workspace, rows, index);
    if (logits && index === layers.length - 1) return;
    const kind = ACTIVATIONS[layer.layer.activation];
    plan.activationForward(rows, kind, layer.units, workspace.preactivation(index), workspace.output(index));
  });
}
