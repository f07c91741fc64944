import {
  ArgumentError,
  type AutoencoderOptions,
  type Corruption,
  dense,
  gaussian,
  gaussianNoise,
  type Layer,
  maskingNoise,
  saltAndPepper,
} from "../../index.js";
import type { ModelSettings } from "./digitsSettings.js";
import { PIXELS } from "./pictures.js";

/** The corruption that the settings describe. */
export function corruptionOf({
  corruption,
  strength,
}: Pick<ModelSettings, "corruption" | "strength">): Corruption {
  switch (corruption) {
    case "gaussianNoise":
      return gaussianNoise(strength);
    case "maskingNoise":
      return maskingNoise(strength);
    case "saltAndPepper":
      return saltAndPepper(strength);
  }
}

/**
 * The model of the settings. Its code is linear, so that each component can use a slider's whole range.
 *
 * @throws {ArgumentError} for a variational model without a hidden layer
 */
export function describeModel(settings: ModelSettings): AutoencoderOptions {
  const { kind, code, hidden, seed } = settings;
  if (kind === "variational" && hidden === 0) {
    throw new ArgumentError("a variational model needs a hidden layer before its code");
  }
  const hiddenLayers: Layer[] = hidden === 0 ? [] : [dense(hidden, "relu")];
  return {
    inputSize: PIXELS,
    encoder: kind === "variational" ? hiddenLayers : [...hiddenLayers, dense(code)],
    decoder: [...hiddenLayers, dense(PIXELS, "sigmoid")],
    loss: "binaryCrossentropy",
    seed,
    ...(kind === "variational" && { latent: gaussian(code) }),
    ...(kind === "denoising" && { corruption: corruptionOf(settings) }),
  };
}

/** For example `784 → 128 relu → 16 linear → 128 relu → 784 sigmoid`. */
export function layersText({
  inputSize,
  encoder,
  latent,
  decoder,
}: Pick<AutoencoderOptions, "inputSize" | "encoder" | "latent" | "decoder">): string {
  const show = (layer: Layer) => {
    if (layer.kind === "dense") return `${layer.units} ${layer.activation}`;
    return layer.kind === "dropout" ? `dropout ${layer.rate}` : layer.kind;
  };
  const code = latent ? [`${latent.units} gaussian`] : [];
  return [`${inputSize}`, ...encoder.map(show), ...code, ...decoder.map(show)].join(" → ");
}
