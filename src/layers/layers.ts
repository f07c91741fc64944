// The layers that a model can be made of: a file each, and a line each in the list below and in core.ts.
import { oneOf, show } from "../common/check.js";
import { ArgumentError } from "../common/errors.js";
import { type Conv1dLayer, conv1dKind } from "./conv1d.js";
import { type Conv1dTransposeLayer, conv1dTransposeKind } from "./conv1dTranspose.js";
import { type Conv2dLayer, conv2dKind } from "./conv2d.js";
import { type Conv2dTransposeLayer, conv2dTransposeKind } from "./conv2dTranspose.js";
import { type DenseLayer, denseKind } from "./dense.js";
import { type DropoutLayer, dropoutKind } from "./dropout.js";
import { type FlattenLayer, flattenKind } from "./flatten.js";
import type { LayerKind, LayerOptions } from "./layer.js";
import { type LayerNormalizationLayer, layerNormalizationKind } from "./layerNormalization.js";
import { type ReshapeLayer, reshapeKind } from "./reshape.js";

/** Any layer that a model can be made of. */
export type Layer =
  | Conv1dLayer
  | Conv1dTransposeLayer
  | Conv2dLayer
  | Conv2dTransposeLayer
  | DenseLayer
  | DropoutLayer
  | FlattenLayer
  | LayerNormalizationLayer
  | ReshapeLayer;

const LIST: readonly LayerKind<LayerOptions>[] = [
  conv1dKind,
  conv1dTransposeKind,
  conv2dKind,
  conv2dTransposeKind,
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
