import {
  ArgumentError,
  type Autoencoder,
  type AutoencoderOptions,
  type Corruption,
  conv2d,
  conv2dTranspose,
  dense,
  flatten,
  gaussian,
  gaussianNoise,
  type Layer,
  l1,
  l2,
  maskingNoise,
  type Optimizer,
  reshape,
  type Shape,
  saltAndPepper,
} from "../../index.js";
import { ACTIVATIONS, MOST_CODE, type ModelSettings } from "./digitsSettings.js";
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

/** Learning rates by layers. Epochs of convolutions take longer, so they should show more. */
const RATES = { dense: 1e-3, convolutional: 3e-3 };

/** What all layers with weights have in common. */
type KernelOptions = { readonly kernelPenalty?: ReturnType<typeof l2> };

/** Layers before and after a code. */
interface Halves {
  readonly inputShape: Shape;
  readonly before: Layer[];
  readonly after: Layer[];
}

function denseHalves({ hidden, activation }: ModelSettings, penalty: KernelOptions): Halves {
  const layers = hidden === 0 ? [] : [dense(hidden, activation, penalty)];
  return { inputShape: [PIXELS], before: layers, after: [...layers, dense(PIXELS, "sigmoid", penalty)] };
}

/** Two convolutions halve the picture, and the decoder mirrors them. */
function convolutionalHalves({ activation }: ModelSettings, penalty: KernelOptions): Halves {
  // With Glorot's start, training finds nothing but the mean picture for its first ten epochs.
  const start = { initializer: "heUniform", ...penalty } as const;
  const halving = { strides: 2, padding: "same", ...start } as const;
  const side = SIDE / 4;
  return {
    inputShape: [SIDE, SIDE, 1],
    before: [conv2d(16, 3, activation, halving), conv2d(32, 3, activation, halving), flatten()],
    after: [
      dense(side * side * 32, activation, start),
      reshape([side, side, 32]),
      conv2dTranspose(16, 3, activation, halving),
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
  const { kind, layers, code, hidden, seed, beta, optimizer, rate, weightPenalty, codePenalty } = settings;
  if (kind === "variational" && layers === "dense" && hidden === 0) {
    throw new ArgumentError("a variational model needs a hidden layer before its code");
  }
  const penalty = weightPenalty > 0 ? { kernelPenalty: l2(weightPenalty) } : {};
  const sparse = codePenalty > 0 ? { activityPenalty: l1(codePenalty) } : {};
  const halves = layers === "dense" ? denseHalves : convolutionalHalves;
  const { inputShape, before, after } = halves(settings, penalty);
  return {
    inputShape,
    encoder: kind === "variational" ? before : [...before, dense(code, "linear", { ...penalty, ...sparse })],
    decoder: after,
    loss: "binaryCrossentropy",
    seed,
    // The library fills in the optimizer's other options.
    optimizer: { kind: optimizer, learningRate: rate || RATES[layers] } as Optimizer,
    ...(kind === "variational" && { latent: gaussian(code, { beta }) }),
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

/** The settings that a model stands for, as far as it can be said with them. */
export function settingsOf({ description, latentSize }: Autoencoder): Partial<ModelSettings> {
  const { encoder, latent, corruption, optimizer } = description;
  const convolutional = encoder.some(({ kind }) => kind === "conv2d");
  const hidden = latent ? encoder : encoder.slice(0, -1);
  const [first] = hidden;
  const activation =
    first && "activation" in first ? ACTIVATIONS.find((name) => name === first.activation) : undefined;
  const dense =
    hidden.length === 0 ? 0 : hidden.length === 1 && first?.kind === "dense" ? first.units : undefined;
  const { learningRate } = optimizer;
  return {
    kind: latent ? "variational" : corruption ? "denoising" : "plain",
    layers: convolutional ? "convolutional" : "dense",
    ...(latentSize <= MOST_CODE && { code: latentSize }),
    ...(latent && { beta: latent.beta }),
    ...(dense !== undefined && { hidden: dense }),
    ...(activation && { activation }),
    optimizer: optimizer.kind,
    ...(typeof learningRate === "number" && { rate: learningRate }),
  };
}
