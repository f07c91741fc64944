// The layers that a model can be made of: a file each, and a line each in the list below and in core.ts.
import { oneOf, show } from "../common/check.js";
import { ArgumentError } from "../common/errors.js";
import { type BatchNormalizationLayer, batchNormalizationKind } from "./batchNormalization.js";
import { type DenseLayer, denseKind } from "./dense.js";
import { type DropoutLayer, dropoutKind } from "./dropout.js";
import { type FlattenLayer, flattenKind } from "./flatten.js";
import type { LayerKind, LayerOptions } from "./layer.js";
import { type LayerNormalizationLayer, layerNormalizationKind } from "./layerNormalization.js";
import { type ReshapeLayer, reshapeKind } from "./reshape.js";

/** Any layer that a model can be made of. */
export type Layer =
  | BatchNormalizationLayer
  | DenseLayer
  | DropoutLayer
  | FlattenLayer
  | LayerNormalizationLayer
  | ReshapeLayer;

const LIST: readonly LayerKind<LayerOptions>[] = [
  batchNormalizationKind,
  denseKind,
  dropoutKind,
  flattenKind,
  layerNormalizationKind,
  reshapeKind,
];

/** What there is to a layer beside its options. */
export function kindOf({ kind: name }: LayerOptions): LayerKind<LayerOptions> {
  return LIST.find(({ kind }) => kind === name)!;
}

/** Checks a layer that came from outside (a caller without types, a file) and returns a clean copy of it. */
export function checkLayer(name: string, layer: unknown): Layer {
  if (typeof layer !== "object" || layer === null) {
    throw new ArgumentError(`${name} must be a layer such as dense(32, "relu"), not ${show(layer)}`);
  }
  const given = layer as Layer;
  oneOf(
    `kind of ${name}`,
    given.kind,
    LIST.map(({ kind }) => kind),
  );
  return kindOf(given).check(name, given) as Layer;
}
