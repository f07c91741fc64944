import type { Engine } from "./engine.js";
import type { Tensor } from "./tensor.js";

/** Whether the first `count` values of a tensor are all from `low` to `high`; NaN is not. */
export function isWithin(
  engine: Engine,
  { address }: Tensor,
  count: number,
  low: number,
  high: number,
): boolean {
  return engine.kernels.areWithin(count, address, low, high) !== 0;
}
