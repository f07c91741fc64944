// The layers that a model can use: each has its own file, a line in the list below and a line in core.ts.
import { type Hints, oneOf, show } from "../common/check.js";
import { ArgumentError } from "../common/errors.js";
import { type ActivationLayer, activationKind } from "./activation.js";
import { type AveragePooling1dLayer, averagePooling1dKind } from "./averagePooling1d.js";
import { type AveragePooling2dLayer, averagePooling2dKind } from "./averagePooling2d.js";
import { type BatchNormalizationLayer, batchNormalizationKind } from "./batchNormalization.js";
import { type Conv1dLayer, conv1dKind } from "./conv1d.js";
import { type Conv1dTransposeLayer, conv1dTransposeKind } from "./conv1dTranspose.js";
import { type Conv2dLayer, conv2dKind } from "./conv2d.js";
import { type Conv2dTransposeLayer, conv2dTransposeKind } from "./conv2dTranspose.js";
import { type DenseLayer, denseKind } from "./dense.js";
import { type DropoutLayer, dropoutKind } from "./dropout.js";
import { type FlattenLayer, flattenKind } from "./flatten.js";
import { type GaussianNoise, gaussianNoiseKind } from "./gaussianNoise.js";
import { type GlobalAveragePooling2dLayer, globalAveragePooling2dKind } from "./globalAveragePooling2d.js";
import { type GruLayer, gruKind } from "./gru.js";
import type { LayerKind, LayerOptions } from "./layer.js";
import { type LayerNormalizationLayer, layerNormalizationKind } from "./layerNormalization.js";
import { type LstmLayer, lstmKind } from "./lstm.js";
import { type MaxPooling1dLayer, maxPooling1dKind } from "./maxPooling1d.js";
import { type MaxPooling2dLayer, maxPooling2dKind } from "./maxPooling2d.js";
import { type RepeatVectorLayer, repeatVectorKind } from "./repeatVector.js";
import { type ReshapeLayer, reshapeKind } from "./reshape.js";
import { type SpatialDropoutLayer, spatialDropoutKind } from "./spatialDropout.js";
import { type UpSampling1dLayer, upSampling1dKind } from "./upSampling1d.js";
import { type UpSampling2dLayer, upSampling2dKind } from "./upSampling2d.js";

/** Any layer that a model can use. */
export type Layer =
  | ActivationLayer
  | AveragePooling1dLayer
  | AveragePooling2dLayer
  | BatchNormalizationLayer
  | Conv1dLayer
  | Conv1dTransposeLayer
  | Conv2dLayer
  | Conv2dTransposeLayer
  | DenseLayer
  | DropoutLayer
  | FlattenLayer
  | GaussianNoise
  | GlobalAveragePooling2dLayer
  | GruLayer
  | LayerNormalizationLayer
  | LstmLayer
  | MaxPooling1dLayer
  | MaxPooling2dLayer
  | RepeatVectorLayer
  | ReshapeLayer
  | SpatialDropoutLayer
  | UpSampling1dLayer
  | UpSampling2dLayer;

const LIST: readonly LayerKind<LayerOptions>[] = [
  activationKind,
  averagePooling1dKind,
  averagePooling2dKind,
  batchNormalizationKind,
  conv1dKind,
  conv1dTransposeKind,
  conv2dKind,
  conv2dTransposeKind,
  denseKind,
  dropoutKind,
  flattenKind,
  gaussianNoiseKind,
  globalAveragePooling2dKind,
  gruKind,
  layerNormalizationKind,
  lstmKind,
  maxPooling1dKind,
  maxPooling2dKind,
  repeatVectorKind,
  reshapeKind,
  spatialDropoutKind,
  upSampling1dKind,
  upSampling2dKind,
];

/** The names of all kinds. */
export const LAYER_KINDS: readonly string[] = LIST.map(({ kind }) => kind);

const HINTS: Hints = {
  maskingnoise: "as noise on the samples: corruption: maskingNoise(0.3); between layers: dropout(0.3)",
  saltandpepper: "as noise on the samples: corruption: saltAndPepper(0.1)",
  gaussian: "a gaussian code is not in the list: latent: gaussian(20)",
  timedistributed: "dense works along the last dimension by itself: dense(1)",
  bidirectional: "lstm and gru read a sequence from its first step to its last one",
  simplernn: 'did you mean "gru"?',
  spatialdropout1d: 'did you mean "spatialDropout"?',
  spatialdropout2d: 'did you mean "spatialDropout"?',
};

/** The layer kind that belongs to a layer's options. */
export function kindOf({ kind: name }: LayerOptions): LayerKind<LayerOptions> {
  return LIST.find(({ kind }) => kind === name)!;
}

/** Checks a layer given by the user (from untyped code or a file) and returns a clean copy. */
export function checkLayer(name: string, layer: unknown): Layer {
  if (typeof layer !== "object" || layer === null) {
    throw new ArgumentError(`${name} must be a layer such as dense(32, "relu"), not ${show(layer)}`);
  }
  const given = layer as Layer;
  oneOf<string>(`kind of ${name}`, given.kind, LAYER_KINDS, HINTS);
  return kindOf(given).check(name, given) as Layer;
}
