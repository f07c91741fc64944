import {
  ArgumentError,
  type AutoencoderOptions,
  adam,
  type Corruption,
  conv2d,
  conv2dTranspose,
  dense,
  flatten,
  gaussian,
  gaussianNoise,
  type Layer,
  maskingNoise,
  reshape,
  type Shape,
  saltAndPepper,
} from "../../index.js";
import type { ModelSettings } from "./digitsSettings.js";
import { PIXELS, SIDE } from "./pictures.js";

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

/** Three times the usual rate: its epochs take longer, so they should show more. */
const CONVOLUTIONAL_RATE = 3e-3;

/** Layers before and after a code. */
interface Halves {
  readonly inputShape: Shape;
  readonly before: Layer[];
  readonly after: Layer[];
}

function denseHalves(hidden: number): Halves {
  const layers = hidden === 0 ? [] : [dense(hidden, "relu")];
  return { inputShape: [PIXELS], before: layers, after: [...layers, dense(PIXELS, "sigmoid")] };
}

/** Two convolutions halve the picture, and the decoder mirrors them. */
function convolutionalHalves(): Halves {
  // With Glorot's start, training finds nothing but the mean picture for its first ten epochs.
  const start = { initializer: "heUniform" } as const;
  const halving = { strides: 2, padding: "same", ...start } as const;
  const side = SIDE / 4;
  return {
    inputShape: [SIDE, SIDE, 1],
    before: [conv2d(16, 3, "relu", halving), conv2d(32, 3, "relu", halving), flatten()],
    after: [
      dense(side * side * 32, "relu", start),
      reshape([side, side, 32]),
      conv2dTranspose(16, 3, "relu", halving),
      conv2dTranspose(1, 3, "sigmoid", halving),
    ],
  };
}

/**
 * The model of the settings. Its code is linear, so that each component can use a slider's whole range.
 *
 * @throws {ArgumentError} for a variational model without a hidden layer
 */
export function describeModel(settings: ModelSettings): AutoencoderOptions {
  const { kind, layers, code, hidden, seed } = settings;
  if (kind === "variational" && layers === "dense" && hidden === 0) {
    throw new ArgumentError("a variational model needs a hidden layer before its code");
  }
  const { inputShape, before, after } = layers === "dense" ? denseHalves(hidden) : convolutionalHalves();
  return {
    inputShape,
    encoder: kind === "variational" ? before : [...before, dense(code)],
    decoder: after,
    loss: "binaryCrossentropy",
    seed,
    ...(layers === "convolutional" && { optimizer: adam({ learningRate: CONVOLUTIONAL_RATE }) }),
    ...(kind === "variational" && { latent: gaussian(code) }),
    ...(kind === "denoising" && { corruption: corruptionOf(settings) }),
  };
}

/** For example `784 → 128 relu → 16 linear → 128 relu → 784 sigmoid`. */
export function layersText({
  inputSize,
  inputShape,
  encoder,
  latent,
  decoder,
}: Pick<AutoencoderOptions, "inputSize" | "inputShape" | "encoder" | "latent" | "decoder">): string {
  const code = latent ? [`${latent.units} gaussian`] : [];
  const input = inputShape ? inputShape.join("×") : String(inputSize);
  return [input, ...encoder.map(layerText), ...code, ...decoder.map(layerText)].join(" → ");
}

function layerText(layer: Layer): string {
  switch (layer.kind) {
    case "dense":
      return `${layer.units} ${layer.activation}`;
    case "conv2d":
      return `conv ${layer.filters} ${layer.activation}`;
    case "conv2dTranspose":
      return `transposed conv ${layer.filters} ${layer.activation}`;
    case "reshape":
      return layer.shape.join("×");
    case "dropout":
      return `dropout ${layer.rate}`;
    default:
      return layer.kind;
  }
}
