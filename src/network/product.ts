import type { Address } from "../engine/memory.js";
import type { PlanBuilder } from "../engine/plan.js";
import { type Network, type NetworkLayer, stepsOf } from "./network.js";

/** What goes through a layer's weights, rows of `k` values, and where the rows of `n` that come out of it begin and go. */
export interface WeightProduct {
  readonly n: number;
  readonly k: number;
  readonly a: Address;
  readonly c: Address;
  /** A row that each row of the result starts from. */
  readonly seed: Address;
}

/** Adds x·Wᵀ for `forward`, from a layer's inputs to its units, or x·W for `backward`, from its units to its inputs. */
export function addWeightProduct(
  plan: PlanBuilder,
  network: Network,
  { weight, narrow, forwardPack, backwardPack }: NetworkLayer,
  direction: "forward" | "backward",
  rows: number,
  { n, k, a, c, seed }: WeightProduct,
): void {
  const forward = direction === "forward";
  if (narrow) {
    const { inputStep, unitStep } = stepsOf(weight);
    const [bRow, bColumn] = forward ? [inputStep, unitStep] : [unitStep, inputStep];
    plan.call("narrowProduct", rows, { n, k, a, b: network.at(weight), bRow, bColumn, seed, c });
    return;
  }
  const b = network.packAt(forward ? forwardPack : backwardPack);
  plan.product(rows, { n, k, a, aRow: k * 4, aStep: 4, b, seed, seedRow: 0, c, cRow: n * 4 });
}
