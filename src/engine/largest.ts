import type { Engine } from "./engine.js";
import type { Tensor } from "./tensor.js";

/**
 * The largest absolute value of `count` values of a tensor, from the one at `start` on; infinity or NaN if one of them is
 * that.
 */
export function largest(engine: Engine, { address }: Tensor, start: number, count: number): number {
  return engine.kernels.largest(count, address + start * Float32Array.BYTES_PER_ELEMENT);
}
