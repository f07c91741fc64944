import { knownKeys, show } from "../common/check.js";
import { ArgumentError } from "../common/errors.js";
import { nearest } from "../common/nearest.js";
import type { Network } from "../network/network.js";
import type { NetworkLayer } from "../network/networkLayer.js";

/** Options of `activations`. */
export interface ActivationOptions {
  /** The layer's place, as `summary()` names it: `"encoder[0]"`, `"decoder[1]"`, or `"latent"`. */
  layer: string;
}

/**
 * The network's layers up to the named one.
 *
 * @throws {ArgumentError} if there is no such layer, or it only changes the shape of its input
 */
export function layersUpTo({ layers }: Network, options: ActivationOptions): readonly NetworkLayer[] {
  knownKeys("activations", options, ["layer"], {
    name: "the layer's place is layer",
    index: "the layer's place is layer",
  });
  const { layer } = options;
  const index = layers.findIndex(({ place }) => place === layer && place !== "corruption");
  if (index >= 0) return layers.slice(0, index + 1);
  const places = layers.map(({ place }) => place).filter((place) => place !== "corruption");
  const near = typeof layer === "string" ? nearest(layer, places) : undefined;
  const hint = near === undefined ? "" : `; did you mean ${near}?`;
  throw new ArgumentError(
    `layer must be one that computes something (${places.join(", ")}), not ${show(layer)}${hint}`,
  );
}
