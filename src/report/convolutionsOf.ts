import type { Autoencoder } from "../index.js";

/** A convolution of a model, with the shape of its output. */
export interface Convolution {
  /** Such as `encoder[0]`. */
  readonly place: string;
  readonly kind: string;
  readonly height: number;
  readonly width: number;
  readonly maps: number;
}

/** The model's convolutions of images, in order. */
export function convolutions(model: Autoencoder): Convolution[] {
  return model.summary().rows.flatMap(({ layer, outputShape }) => {
    const [, place, kind] = /^(\S+) \((conv2d|conv2dTranspose)\b/.exec(layer) ?? [];
    const [height, width, maps] = outputShape;
    return place === undefined ? [] : [{ place, kind: kind!, height: height!, width: width!, maps: maps! }];
  });
}
