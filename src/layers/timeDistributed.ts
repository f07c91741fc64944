import { show } from "../common/check.js";
import { ArgumentError } from "../common/errors.js";
import type { DenseLayer } from "./dense.js";

/**
 * The same dense layer at every step, as Keras's `TimeDistributed(Dense(…))`. `dense` does this by itself: on samples of
 * the shape [steps, features] it works along the last dimension. So this returns the layer as it is; it is there for
 * models that are taken over from Keras.
 *
 * @param layer what `dense` returns
 * @throws {ArgumentError} for another layer
 */
export function timeDistributed(layer: DenseLayer): DenseLayer {
  const given: unknown = layer;
  if (typeof given === "object" && given !== null && "kind" in given) {
    if (given.kind === "dense") return layer;
    throw new ArgumentError(`timeDistributed takes a dense layer, not ${show(given.kind)}`);
  }
  throw new ArgumentError(`timeDistributed takes a layer such as dense(1), not ${show(given)}`);
}
