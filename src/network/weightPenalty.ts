import { kernelStrengths } from "../layers/penalties.js";
import type { Network } from "./network.js";

/** What the current weights add to the loss. */
export function penaltyOf({ parameters, values }: Network): number {
  let total = 0;
  for (const { penalty, offset, size } of parameters) {
    if (!penalty) continue;
    const { l1, l2 } = kernelStrengths(penalty);
    let sum = 0;
    for (const w of values.subarray(offset, offset + size)) sum += Math.abs(w) * (l1 + l2 * Math.abs(w));
    total += sum;
  }
  return total;
}
