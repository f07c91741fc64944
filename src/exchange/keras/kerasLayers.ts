import type { ActivationName } from "../../layers/activations.js";
import type { ConvolutionFields } from "../../layers/convolutionOptions.js";
import type { LayerOptions } from "../../layers/layer.js";
import type { Layer } from "../../layers/layers.js";
import type { RecurrentFields } from "../../layers/recurrentOptions.js";
import type { Shape } from "../../layers/shape.js";
import type { GraphLatent, GraphLayer, GraphWeight } from "../modelGraph.js";
import { summed, swappedGates, toKerasKernel } from "../weightArray.js";
import { undilated } from "./undilated.js";

/** A layer as Keras knows it. */
export interface KerasLayer {
  readonly className: string;
  /** Its name in the model; default: made of its class, as Keras does. */
  readonly name?: string;
  /** Options by Keras's names, all that differ from Keras's defaults, or may. */
  readonly config: Readonly<Record<string, unknown>>;
  /** Its weights in Keras's order, by Keras's names. */
  readonly weights: readonly (readonly [name: string, weight: GraphWeight])[];
}

/** Keras's name of an activation: `leaky_relu`. */
export function toSnakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

const CLASSES: Readonly<Record<Exclude<Layer["kind"], "spatialDropout">, string>> = {
  activation: "Activation",
  averagePooling1d: "AveragePooling1D",
  averagePooling2d: "AveragePooling2D",
  batchNormalization: "BatchNormalization",
  conv1d: "Conv1D",
  conv1dTranspose: "Conv1DTranspose",
  conv2d: "Conv2D",
  conv2dTranspose: "Conv2DTranspose",
  dense: "Dense",
  dropout: "Dropout",
  flatten: "Flatten",
  gaussianNoise: "GaussianNoise",
  globalAveragePooling2d: "GlobalAveragePooling2D",
  gru: "GRU",
  layerNormalization: "LayerNormalization",
  lstm: "LSTM",
  maxPooling1d: "MaxPooling1D",
  maxPooling2d: "MaxPooling2D",
  repeatVector: "RepeatVector",
  reshape: "Reshape",
  upSampling1d: "UpSampling1D",
  upSampling2d: "UpSampling2D",
};

/** A layer with its weights as Keras has it. */
export function kerasLayer({ options, inputShape, weights }: GraphLayer): KerasLayer {
  const className =
    options.kind === "spatialDropout" ? `SpatialDropout${inputShape.length - 1}D` : CLASSES[options.kind];
  const layer = { className, config: configOf(options), weights: weightsOf(options, weights) };
  return stridesAndDilates(layer) ? undilated(layer) : layer;
}

/** Whether a layer is a convolution with both strides and dilation, which Keras and TensorFlow.js refuse to build. */
function stridesAndDilates({ config: { strides, dilation_rate: dilation } }: KerasLayer): boolean {
  const moreThanOne = (sizes: unknown) => (sizes as Shape).some((size) => size > 1);
  return dilation !== undefined && moreThanOne(strides) && moreThanOne(dilation);
}

/** The layer of a latent's mean, which is the code of predictions. */
export function meanLayer({ units, weight, bias }: GraphLatent): KerasLayer {
  const [, inputs] = weight.shape as [number, number];
  const mean = { shape: [units, inputs], data: weight.data.slice(0, units * inputs) };
  return {
    className: "Dense",
    name: "z_mean",
    config: { units, activation: "linear", use_bias: true },
    weights: [
      ["kernel", toKerasKernel(mean)],
      ["bias", { shape: [units], data: bias.data.slice(0, units) }],
    ],
  };
}

function configOf(options: Layer): Record<string, unknown> {
  switch (options.kind) {
    case "activation":
      return activation(options);
    case "dense":
      return { units: options.units, ...activation(options), use_bias: options.bias };
    case "conv1d":
    case "conv1dTranspose":
    case "conv2d":
    case "conv2dTranspose":
      return convolution(options);
    case "lstm":
      return { ...recurrent(options), unit_forget_bias: options.unitForgetBias };
    case "gru":
      return { ...recurrent(options), reset_after: true };
    case "batchNormalization":
      return { axis: -1, momentum: options.momentum, ...normalization(options) };
    case "layerNormalization":
      return { axis: -1, ...normalization(options) };
    case "maxPooling1d":
    case "maxPooling2d":
    case "averagePooling1d":
    case "averagePooling2d":
      return {
        pool_size: sizes(options.poolSize),
        strides: sizes(options.strides),
        padding: options.padding,
        data_format: "channels_last",
      };
    case "upSampling1d":
      return { size: options.size };
    case "upSampling2d":
      return { size: options.size, interpolation: options.interpolation, data_format: "channels_last" };
    case "globalAveragePooling2d":
      return { data_format: "channels_last", keepdims: false };
    case "repeatVector":
      return { n: options.n };
    case "reshape":
      return { target_shape: options.shape };
    case "dropout":
    case "spatialDropout":
      return { rate: options.rate };
    case "gaussianNoise":
      return { stddev: options.deviation };
    case "flatten":
      return { data_format: "channels_last" };
  }
}

function activation({ activation }: { readonly activation: ActivationName }) {
  return { activation: toSnakeCase(activation) };
}

const sizes = (size: number | Shape): Shape => (typeof size === "number" ? [size] : size);

function convolution(options: LayerOptions & ConvolutionFields<number | readonly [number, number]>) {
  return {
    filters: options.filters,
    kernel_size: sizes(options.kernelSize),
    strides: sizes(options.strides),
    padding: options.padding,
    data_format: "channels_last",
    dilation_rate: sizes(options.dilationRate),
    ...activation(options),
    use_bias: options.bias,
  };
}

function recurrent(options: RecurrentFields) {
  return {
    units: options.units,
    ...activation(options),
    recurrent_activation: toSnakeCase(options.recurrentActivation),
    use_bias: options.bias,
    return_sequences: options.returnSequences,
  };
}

function normalization({ epsilon, center, scale }: { epsilon: number; center: boolean; scale: boolean }) {
  return { epsilon, center, scale };
}

function weightsOf({ kind }: Layer, weights: GraphLayer["weights"]): (readonly [string, GraphWeight])[] {
  const [input, state] = [weights.get("bias_ih_l0"), weights.get("bias_hh_l0")];
  switch (kind) {
    case "lstm":
      return [
        ["kernel", toKerasKernel(weights.get("weight_ih_l0")!)],
        ["recurrent_kernel", toKerasKernel(weights.get("weight_hh_l0")!)],
        ...(input ? [["bias", summed(input, state!)] as const] : []),
      ];
    case "gru":
      return [
        ["kernel", toKerasKernel(swappedGates(weights.get("weight_ih_l0")!))],
        ["recurrent_kernel", toKerasKernel(swappedGates(weights.get("weight_hh_l0")!))],
        ...(input ? [["bias", stacked(swappedGates(input), swappedGates(state!))] as const] : []),
      ];
    case "batchNormalization":
    case "layerNormalization":
      return [...weights].map(([name, weight]) => [NORMALIZATION[name]!, weight]);
    default:
      return [...weights].map(([name, weight]) =>
        name === "weight" ? ["kernel", toKerasKernel(weight)] : [name, weight],
      );
  }
}

/** Keras's names of a normalization's weights. */
export const NORMALIZATION: Readonly<Record<string, string>> = {
  weight: "gamma",
  bias: "beta",
  running_mean: "moving_mean",
  running_var: "moving_variance",
};

/** Two vectors as the rows of a matrix. */
function stacked(a: GraphWeight, b: GraphWeight): GraphWeight {
  const data = new Float32Array(2 * a.data.length);
  data.set(a.data);
  data.set(b.data, a.data.length);
  return { shape: [2, a.data.length], data };
}
