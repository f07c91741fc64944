import { kernelStrengths } from "../layers/penalties.js";
import type { Network } from "./network.js";

/** What the weights as they are now add to the loss. */
export function penaltyOf({ layers, values }: Network): number {
  let total = 0;
  for (const { layer, weight } of layers) {
    if (!layer.kernelPenalty) continue;
    const { l1, l2 } = kernelStrengths(layer.kernelPenalty);
    const { offset, rows, columns } = weight;
    let sum = 0;
    for (const w of values.subarray(offset, offset + rows * columns)) {
      sum += Math.abs(w) * (l1 + l2 * Math.abs(w));
    }
    total += sum;
  }
  return total;
}
