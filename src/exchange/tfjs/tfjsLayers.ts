import { ArgumentError } from "../../common/errors.js";
import type { Shape } from "../../layers/shape.js";
import type { Dialect } from "../keras/kerasHalves.js";
import { type KerasLayer, kerasLayer, meanLayer } from "../keras/kerasLayers.js";
import { undilated } from "../keras/undilated.js";
import type { GraphLayer, ModelGraph } from "../modelGraph.js";

/** So small that it changes no float32. */
const NO_EPSILON = 1e-30;

/** The slope of `leakyRelu`, which is a layer of its own in TensorFlow.js. */
const LEAKY: KerasLayer = { className: "LeakyReLU", config: { alpha: 0.2 }, weights: [] };

/** The layers that TensorFlow.js has, which are those of Keras 2. */
export const TFJS: Dialect = {
  layers: (layer) => (isLeftOut(layer) ? [] : activated(layer, calculated(layer))),
  mean: meanLayer,
  scaling: affine,
};

/** What does nothing in predictions, where TensorFlow.js has no such layer: flattening of vectors, and one dropout. */
function isLeftOut({ options: { kind }, inputShape }: GraphLayer): boolean {
  return (
    (kind === "flatten" && inputShape.length === 1) || (kind === "spatialDropout" && inputShape.length > 2)
  );
}

/** @throws {ArgumentError} for layers that TensorFlow.js lacks */
function calculated(layer: GraphLayer): readonly KerasLayer[] {
  const { options, place, inputShape } = layer;
  const keras = kerasLayer(layer);
  const lacks = (what: string) =>
    new ArgumentError(
      `${place}, ${options.kind}: TensorFlow.js has no ${what}; export the model to ONNX or Keras`,
    );
  switch (options.kind) {
    case "gru":
      throw lacks("GRU that applies its reset gate after the product (reset_after), as Keras and PyTorch do");
    case "lstm":
      if (![options.activation, options.recurrentActivation].includes("leakyRelu")) return [keras];
      throw lacks("leakyRelu inside of recurrent layers");
    case "upSampling2d":
      if (options.interpolation === "nearest") return [keras];
      throw lacks("bilinear upsampling between the centres of pixels");
    case "upSampling1d":
      return asPicture(layer, {
        ...keras,
        className: "UpSampling2D",
        config: { ...UP, size: [1, options.size] },
      });
    case "conv1dTranspose":
      return asPicture(layer, transposed(flat(keras)));
    case "conv2dTranspose":
      return [transposed(keras)];
    case "spatialDropout":
      return [{ ...keras, className: `SpatialDropout${inputShape.length - 1}D` }];
    default:
      return [keras];
  }
}

const UP = { interpolation: "nearest", data_format: "channels_last" };

/** Gives the last of a layer's parts its activation, or leaves it to a layer of its own. */
function activated({ options }: GraphLayer, layers: readonly KerasLayer[]): readonly KerasLayer[] {
  if (!("activation" in options)) return layers;
  if (options.kind === "activation" && options.activation === "leakyRelu") return [LEAKY];
  const renamed = layers.map((layer) => ({ ...layer, config: withActivations(layer.config) }));
  return options.activation === "leakyRelu" ? [...renamed, LEAKY] : renamed;
}

const NAMES: Readonly<Record<string, string>> = { silu: "swish", leaky_relu: "linear" };

function withActivations(config: KerasLayer["config"]): KerasLayer["config"] {
  const named = (name: unknown) => NAMES[name as string] ?? name;
  return {
    ...config,
    ...("activation" in config && { activation: named(config.activation) }),
    ...("recurrent_activation" in config && { recurrent_activation: named(config.recurrent_activation) }),
  };
}

function reshape(shape: Shape): KerasLayer {
  return { className: "Reshape", config: { target_shape: shape }, weights: [] };
}

/** A layer over a sequence as one over an image of height 1. */
function asPicture({ inputShape, outputShape }: GraphLayer, layer: KerasLayer): readonly KerasLayer[] {
  return [reshape([1, ...inputShape]), layer, reshape(outputShape)];
}

/** A convolution over sequences as one over images of height 1. */
function flat({ config, weights }: KerasLayer): KerasLayer {
  const pair = (name: string) => [1, ...(config[name] as number[])];
  return {
    className: "Conv2DTranspose",
    config: {
      ...config,
      kernel_size: pair("kernel_size"),
      strides: pair("strides"),
      dilation_rate: pair("dilation_rate"),
    },
    weights: weights.map(([name, weight]) => [
      name,
      name === "kernel" ? { ...weight, shape: [1, ...weight.shape] } : weight,
    ]),
  };
}

/** A transposed convolution without dilation, which TensorFlow.js does not know: with zeros in the kernel instead. */
function transposed(layer: KerasLayer): KerasLayer {
  const { config, ...others } = undilated(layer);
  const { dilation_rate: _, ...known } = config;
  return { ...others, config: known };
}

/** x / scale − offset / scale, or x · scale + offset, of every value of a sample, as a batch normalization. */
function affine({ scaling, inputShape }: ModelGraph, invert: boolean): readonly KerasLayer[] {
  const { offset, scale } = scaling!;
  const shape = [offset.length];
  const vector = (data: Float32Array) => ({ shape, data });
  const layer: KerasLayer = {
    className: "BatchNormalization",
    name: invert ? "unscale" : "scale",
    config: { axis: -1, epsilon: NO_EPSILON, center: invert, scale: true },
    weights: [
      ["gamma", vector(Float32Array.from(scale, (value) => (invert ? value : 1 / value)))],
      ...(invert ? [["beta", vector(Float32Array.from(offset))] as const] : []),
      ["moving_mean", vector(invert ? new Float32Array(offset.length) : Float32Array.from(offset))],
      ["moving_variance", vector(new Float32Array(offset.length).fill(1))],
    ],
  };
  return inputShape.length === 1 ? [layer] : [reshape(shape), layer, reshape(inputShape)];
}
