import { show } from "../../common/check.js";
import { ArgumentError, IsthmusError, ShapeError } from "../../common/errors.js";
import { activation } from "../../layers/activation.js";
import { type ActivationName, toActivation } from "../../layers/activations.js";
import { averagePooling1d } from "../../layers/averagePooling1d.js";
import { averagePooling2d } from "../../layers/averagePooling2d.js";
import { batchNormalization } from "../../layers/batchNormalization.js";
import { conv1d } from "../../layers/conv1d.js";
import { conv1dTranspose } from "../../layers/conv1dTranspose.js";
import { conv2d } from "../../layers/conv2d.js";
import { conv2dTranspose } from "../../layers/conv2dTranspose.js";
import { dense } from "../../layers/dense.js";
import { dropout } from "../../layers/dropout.js";
import { flatten } from "../../layers/flatten.js";
import { gaussianNoise } from "../../layers/gaussianNoise.js";
import { globalAveragePooling2d } from "../../layers/globalAveragePooling2d.js";
import { gru } from "../../layers/gru.js";
import { layerNormalization } from "../../layers/layerNormalization.js";
import type { Layer } from "../../layers/layers.js";
import { lstm } from "../../layers/lstm.js";
import { maxPooling1d } from "../../layers/maxPooling1d.js";
import { maxPooling2d } from "../../layers/maxPooling2d.js";
import { repeatVector } from "../../layers/repeatVector.js";
import { reshape } from "../../layers/reshape.js";
import { type Shape, shapeText, sizeOf } from "../../layers/shape.js";
import { spatialDropout } from "../../layers/spatialDropout.js";
import { upSampling1d } from "../../layers/upSampling1d.js";
import { upSampling2d } from "../../layers/upSampling2d.js";
import type { TopologyLayer } from "./kerasTopology.js";

type Config = TopologyLayer["config"];

/** Which files a layer can be from, where that makes a difference. */
export type KerasOrigin = "keras" | "tfjs";

/** Our layers that calculate what one of Keras does; none for what does nothing in predictions. */
export type Converter = (config: Config, inputShape: Shape, origin: KerasOrigin) => readonly Layer[];

/** What layers cannot be represented. The message is put behind the layer's name and class. */
class Unrepresentable extends ArgumentError {}

/**
 * Our layers in place of one of Keras.
 *
 * @returns undefined if its class is not known
 * @throws {ArgumentError} for options that cannot be represented, by the name and class of the layer
 */
export function layersFromKeras(
  { className, name, config }: TopologyLayer,
  inputShape: Shape,
  origin: KerasOrigin,
): readonly Layer[] {
  const label = `layer ${show(name)} (${className})`;
  const converter = Object.hasOwn(CONVERTERS, className) ? CONVERTERS[className] : undefined;
  if (!converter) throw new ArgumentError(`${label} cannot be represented: Isthmus has no such layer`);
  try {
    return converter(config, inputShape, origin);
  } catch (error) {
    if (!(error instanceof IsthmusError)) throw error;
    const text = `${label} cannot be represented: ${error.message}`;
    throw error instanceof ShapeError ? new ShapeError(text) : new ArgumentError(text);
  }
}

/** @throws {ArgumentError} unless an option has the value that is the only one here */
function only(config: Config, name: string, ...values: readonly unknown[]): void {
  const value = config[name];
  if (value === undefined || value === null || values.some((each) => text(each) === text(value))) return;
  const known = values.map(text).join(" or ");
  throw new Unrepresentable(
    `its ${name} is ${text(value)}, ${known === "" ? "which is not possible here" : `but only ${known} is possible`}`,
  );
}

const text = (value: unknown) => (JSON.stringify(value) ?? "").slice(0, 100);

/** A number, or the only one of a list. */
const one = (value: unknown) => (Array.isArray(value) && value.length === 1 ? value[0] : value) as number;

/** The channels are last in all layers here. */
function channelsLast(config: Config): void {
  only(config, "data_format", "channels_last", "channelsLast");
}

/** The name of an activation, which may be an object. */
function activationOf(value: unknown): ActivationName {
  if (value === undefined || value === null) return "linear";
  const { config, class_name: className } = value as { config?: unknown; class_name?: unknown };
  const name = typeof value === "string" ? value : typeof config === "string" ? config : className;
  // ReLU and the like as objects have their options apart.
  if (typeof config === "object" && config !== null && typeof className === "string") {
    const [layer] = ACTIVATIONS[className]?.(config as Config, [], "keras") ?? [];
    if (layer?.kind === "activation") return layer.activation;
  }
  return toActivation("activation", name);
}

/** The last dimension, in any spelling. */
function lastAxis(config: Config, { length }: Shape): void {
  only(config, "axis", -1, length, [-1], [length]);
}

function kernelOptions(config: Config) {
  return { bias: config.use_bias !== false };
}

function convolution(config: Config) {
  channelsLast(config);
  only(config, "groups", 1);
  only(config, "padding", "valid", "same");
  const {
    filters,
    kernel_size: kernel,
    strides = 1,
    padding = "valid",
    dilation_rate: dilationRate = 1,
  } = config;
  return {
    filters: filters as number,
    kernel: kernel as never,
    activation: activationOf(config.activation),
    options: { ...kernelOptions(config), strides, padding, dilationRate } as never,
  };
}

function oneDimensional(config: Config) {
  const given = convolution(config);
  const { strides, dilationRate, ...options } = given.options as Record<string, unknown>;
  return {
    ...given,
    kernel: one(given.kernel),
    options: { ...options, strides: one(strides), dilationRate: one(dilationRate) } as never,
  };
}

function recurrent(config: Config) {
  only(config, "go_backwards", false);
  only(config, "return_state", false);
  only(config, "time_major", false);
  return {
    ...kernelOptions(config),
    activation: activationOf(config.activation ?? "tanh"),
    recurrentActivation: activationOf(config.recurrent_activation ?? "sigmoid"),
    returnSequences: config.return_sequences === true,
  };
}

function pooling(config: Config, dimensions: 1 | 2) {
  channelsLast(config);
  const { pool_size: poolSize = 2, strides, padding = "valid" } = config;
  const size = (value: unknown) => (dimensions === 1 ? one(value) : value);
  return { poolSize: size(poolSize), strides: size(strides ?? poolSize), padding } as never;
}

function normalization(config: Config, shape: Shape) {
  lastAxis(config, shape);
  only(config, "renorm", false);
  only(config, "rms_scaling", false);
  const { epsilon = 0.001, center = true, scale = true } = config;
  return { epsilon, center, scale } as { epsilon: number; center: boolean; scale: boolean };
}

const ACTIVATIONS: Readonly<Record<string, Converter>> = {
  Activation: (config) => [activation(activationOf(config.activation))],
  ReLU(config) {
    only(config, "max_value");
    only(config, "threshold", 0);
    const slope = config.negative_slope ?? config.negativeSlope ?? 0;
    return slope === 0 ? [activation("relu")] : leaky(slope);
  },
  LeakyReLU: (config) => leaky(config.negative_slope ?? config.alpha ?? 0.3),
  ELU(config) {
    only(config, "alpha", 1);
    return [activation("elu")];
  },
};

function leaky(slope: unknown): readonly Layer[] {
  // In TensorFlow's files it is a float32.
  if (Math.abs(Number(slope) - 0.2) < 1e-6) return [activation("leakyRelu")];
  throw new Unrepresentable(`its slope below 0 is ${text(slope)}, but leakyRelu's is 0.2`);
}

const CONVERTERS: Readonly<Record<string, Converter>> = {
  ...ACTIVATIONS,
  Dense: (config) => [dense(config.units as number, activationOf(config.activation), kernelOptions(config))],
  TimeDistributed(config, shape, origin) {
    const inner = config.layer as { class_name?: unknown; config?: Config };
    if (inner?.class_name === "Dense") return CONVERTERS.Dense!(inner.config ?? {}, shape, origin);
    throw new Unrepresentable(`it wraps a ${text(inner?.class_name)}, but only Dense is possible`);
  },
  Conv1D(config) {
    const { filters, kernel, activation, options } = oneDimensional(config);
    return [conv1d(filters, kernel, activation, options)];
  },
  Conv1DTranspose(config) {
    only(config, "output_padding");
    const { filters, kernel, activation, options } = oneDimensional(config);
    return [conv1dTranspose(filters, kernel, activation, options)];
  },
  Conv2D(config) {
    const { filters, kernel, activation, options } = convolution(config);
    return [conv2d(filters, kernel, activation, options)];
  },
  Conv2DTranspose(config) {
    only(config, "output_padding");
    const { filters, kernel, activation, options } = convolution(config);
    return [conv2dTranspose(filters, kernel, activation, options)];
  },
  LSTM: (config) => [
    lstm(config.units as number, { ...recurrent(config), unitForgetBias: config.unit_forget_bias !== false }),
  ],
  GRU(config) {
    // TensorFlow.js has only the other form, and so had Keras 1.
    if (config.reset_after !== true) {
      throw new Unrepresentable("its reset_after is false, but gru applies its reset gate after the product");
    }
    return [gru(config.units as number, recurrent(config))];
  },
  BatchNormalization(config, shape) {
    const momentum = (config.momentum ?? 0.99) as number;
    return [batchNormalization({ momentum, ...normalization(config, shape) })];
  },
  LayerNormalization: (config, shape) => [layerNormalization(normalization(config, shape))],
  Dropout(config) {
    only(config, "noise_shape");
    return config.rate === 0 ? [] : [dropout(config.rate as number)];
  },
  SpatialDropout1D: (config) => (config.rate === 0 ? [] : [spatialDropout(config.rate as number)]),
  SpatialDropout2D(config) {
    channelsLast(config);
    return config.rate === 0 ? [] : [spatialDropout(config.rate as number)];
  },
  GaussianNoise: ({ stddev }) => (stddev === 0 ? [] : [gaussianNoise(stddev as number)]),
  GaussianDropout: () => [],
  AlphaDropout: () => [],
  ActivityRegularization: () => [],
  Flatten(config) {
    channelsLast(config);
    return [flatten()];
  },
  Reshape: ({ target_shape: target }, shape) => [reshape(completed(target, shape))],
  RepeatVector: ({ n }) => [repeatVector(n as number)],
  MaxPooling1D: (config) => [maxPooling1d(pooling(config, 1))],
  MaxPooling2D: (config) => [maxPooling2d(pooling(config, 2))],
  AveragePooling1D: (config) => [averagePooling1d(pooling(config, 1))],
  AveragePooling2D: (config) => [averagePooling2d(pooling(config, 2))],
  GlobalAveragePooling1D(config, shape) {
    channelsLast(config);
    only(config, "keepdims", false);
    return [reshape([1, ...shape]), globalAveragePooling2d()];
  },
  GlobalAveragePooling2D(config, shape) {
    channelsLast(config);
    const whole = globalAveragePooling2d();
    return config.keepdims === true ? [whole, reshape([1, 1, shape.at(-1)!])] : [whole];
  },
  UpSampling1D: ({ size }) => [upSampling1d({ size: one(size) })],
  UpSampling2D(config, _, origin) {
    channelsLast(config);
    const interpolation = (config.interpolation ?? "nearest") as "nearest" | "bilinear";
    if (origin === "tfjs") only(config, "interpolation", "nearest");
    return [upSampling2d({ size: config.size as [number, number], interpolation })];
  },
};

/** A shape with one length of −1, or null from TensorFlow.js, which is what is left. */
function completed(target: unknown, shape: Shape): Shape {
  if (!Array.isArray(target)) throw new Unrepresentable(`its target_shape is ${text(target)}, not a list`);
  const open = (length: unknown) => length === -1 || length === null;
  const known = target.reduce((size: number, length) => (open(length) ? size : size * Number(length)), 1);
  const rest = sizeOf(shape) / known;
  if (target.some(open) && !Number.isInteger(rest)) {
    throw new ShapeError(`${text(target)} does not fit ${shapeText(shape)}`);
  }
  return target.map((length) => (open(length) ? rest : length));
}
