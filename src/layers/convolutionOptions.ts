import { canonical, type Habits, type Hints, integer, knownKeys, show } from "../common/check.js";
import { ArgumentError, ShapeError } from "../common/errors.js";
import { type ActivationAlias, type ActivationName, toActivation } from "./activations.js";
import type { DenseOptions } from "./dense.js";
import { distribution, type InitializerName, ZEROS } from "./initializers.js";
import { checkKernelOptions, KERNEL_HINTS, KERNEL_KEYS } from "./kernelOptions.js";
import type { ParameterWish } from "./parameter.js";
import type { ActivityPenalty, KernelPenalty } from "./penalties.js";
import { type Shape, shapeText, sizeOf } from "./shape.js";
import { asPair, type Padding, reach, windowLength } from "./window.js";

/** Options shared by convolutions and transposed convolutions, named as in Keras. */
export interface ConvolutionOptions<Size = number | readonly [number, number]> extends DenseOptions {
  /** The stride: positions in the larger image per position in the smaller one; default 1. */
  strides?: Size;
  /**
   * `"valid"` (default): a convolution gives a value only where the whole kernel fits. `"same"`: pads with zeros, so
   * that a convolution gives ⌈length / stride⌉ values and a transposed one length · stride. If the padding is odd, the
   * extra zero goes at the end, as in TensorFlow (PyTorch's `padding=1` differs for a stride of 2).
   */
  padding?: Padding;
  /** Distance between neighbouring inputs of the kernel; default 1, no gaps. */
  dilationRate?: Size;
}

/** The stored fields of any convolution. */
export interface ConvolutionFields<Size> {
  /** Number of output channels. */
  readonly filters: number;
  /** Size of the kernel; in two dimensions [rows, columns]. */
  readonly kernelSize: Size;
  /** The activation f in y = f(convolution(x) + b); default `"linear"`. */
  readonly activation: ActivationName;
  /** The stride: positions in the larger image per position in the smaller one. */
  readonly strides: Size;
  /** Whether the input is padded with zeros. */
  readonly padding: Padding;
  /** Distance between neighbouring inputs of the kernel. */
  readonly dilationRate: Size;
  /** How the kernel is initialized; b starts at zero. */
  readonly initializer: InitializerName;
  /** Whether there is a bias b. */
  readonly bias: boolean;
  /** Penalty on the kernel, added to the loss. */
  readonly kernelPenalty?: KernelPenalty;
  /** Penalty on y, added to the training loss. */
  readonly activityPenalty?: ActivityPenalty;
}

const KEYS = ["strides", "padding", "dilationRate", ...KERNEL_KEYS];

const HINTS: Hints = {
  ...KERNEL_HINTS,
  stride: "PyTorch's stride is strides",
  dilation: "PyTorch's dilation is dilationRate",
  groups: "all channels are convolved together",
  dataformat: "channels are the last dimension of a sample",
  outputpadding: 'a transposed layer of padding "same" gives length · stride values',
  inputshape: "the shape of a sample is the model's: Autoencoder.create({ inputShape: [28, 28, 1], … })",
  filters: 'filters, kernelSize and activation come first: conv2d(32, 3, "relu", { … })',
  kernelsize: 'filters, kernelSize and activation come first: conv2d(32, 3, "relu", { … })',
  activation: 'filters, kernelSize and activation come first: conv2d(32, 3, "relu", { … })',
};

const PADDINGS: Habits<Padding> = {
  hints: {
    causal: "every output sees the inputs on both sides of it",
    zero: 'did you mean "same"?',
  },
};

/** A pair of positive integers; a single number stands for both. */
function toPair(name: string, value: unknown): readonly [number, number] {
  if (typeof value === "number") return [windowLength(name, value), windowLength(name, value)];
  if (!Array.isArray(value) || value.length !== 2) {
    throw new ArgumentError(`${name} must be a positive integer or a pair of them, not ${show(value)}`);
  }
  return [windowLength(`${name}[0]`, value[0]), windowLength(`${name}[1]`, value[1])];
}

/** How a size is checked, for one dimension and for two. */
const SIZES = {
  1: windowLength,
  2: toPair,
};

/** @throws {ArgumentError} for unknown options and values out of range */
function checkConvolution<Size>(
  kind: string,
  toSize: (name: string, value: unknown) => Size,
  filters: number,
  kernelSize: unknown,
  activation: ActivationName | ActivationAlias | undefined,
  options: ConvolutionOptions<unknown>,
): ConvolutionFields<Size> {
  if (typeof (activation as unknown) === "object") {
    throw new ArgumentError(
      `activation of ${kind} is ${show(activation)}; write ${kind}(32, 3, "relu", { … }), or ${kind}(32, 3, "linear", { … })`,
    );
  }
  knownKeys(kind, options, KEYS, HINTS);
  const { strides = 1, padding = "valid", dilationRate = 1 } = options;
  return {
    filters: integer(`filters of ${kind}`, filters),
    kernelSize: toSize(`kernelSize of ${kind}`, kernelSize),
    activation: toActivation("activation", activation ?? "linear"),
    strides: toSize(`strides of ${kind}`, strides),
    padding: canonical(`padding of ${kind}`, padding, ["valid", "same"], PADDINGS),
    dilationRate: toSize(`dilationRate of ${kind}`, dilationRate),
    ...checkKernelOptions(options),
  };
}

/** Checks a one-dimensional convolution and returns its stored form. */
export function checkConvolution1d(
  kind: string,
  ...[filters, kernelSize, activation, options]: [
    number,
    number,
    ActivationName | ActivationAlias | undefined,
    ConvolutionOptions<number>,
  ]
): ConvolutionFields<number> {
  return checkConvolution(kind, SIZES[1], filters, kernelSize, activation, options);
}

/** Checks a two-dimensional convolution and returns its stored form. */
export function checkConvolution2d(
  kind: string,
  ...[filters, kernelSize, activation, options]: [
    number,
    number | readonly [number, number],
    ActivationName | ActivationAlias | undefined,
    ConvolutionOptions,
  ]
): ConvolutionFields<readonly [number, number]> {
  return checkConvolution(kind, SIZES[2], filters, kernelSize, activation, options);
}

/** Sizes of a convolution, always for two dimensions. */
export interface ConvolutionSizes {
  readonly kernel: readonly [number, number];
  readonly strides: readonly [number, number];
  readonly dilation: readonly [number, number];
}

/** The sizes of a two-dimensional convolution, or of a one-dimensional one as images that are one row high. */
export function sizesOf(
  layer: Pick<
    ConvolutionFields<number | readonly [number, number]>,
    "kernelSize" | "strides" | "dilationRate"
  >,
): ConvolutionSizes {
  const { kernelSize, strides, dilationRate } = layer;
  return { kernel: asPair(kernelSize), strides: asPair(strides), dilation: asPair(dilationRate) };
}

/** @throws {ShapeError} if the kernel is larger than the input it must fit into */
export function assertFits(
  name: string,
  kind: string,
  lengths: readonly number[],
  { kernel, dilation }: ConvolutionSizes,
  shape: Shape,
): void {
  const reaches = kernel.map((size, index) => reach(size, dilation[index]!));
  if (reaches.every((each, index) => each <= lengths[index]!)) return;
  const kernelText = shapeText(shape.length === 2 ? reaches.slice(1) : reaches);
  throw new ShapeError(
    `${name}, a ${kind} of padding "valid", has a kernel that reaches over ${kernelText} and fits nowhere into ` +
      `${shapeText(shape)}; use a smaller one, or padding "same"`,
  );
}

/**
 * The kernel and bias of a convolution. PyTorch's kernel shape is [features, channels, …kernel]: a convolution turns
 * channels into features, a transposed one features into channels. In memory the kernel is […kernel, channels,
 * features]. Fan-in and fan-out are Keras's.
 */
export function convolutionParameters(
  {
    filters,
    kernelSize,
    initializer,
    bias,
    kernelPenalty,
  }: ConvolutionFields<number | readonly [number, number]>,
  inputs: number,
  transposed: boolean,
): ParameterWish[] {
  const kernel = typeof kernelSize === "number" ? [kernelSize] : kernelSize;
  const field = sizeOf(kernel);
  // Keras computes the fans of a transposed kernel, [rows, columns, outputs, inputs], as for any other kernel.
  const [fanIn, fanOut] = transposed ? [filters, inputs] : [inputs, filters];
  const weight = {
    name: "weight",
    shape: [...(transposed ? [inputs, filters] : [filters, inputs]), ...kernel],
    order: [...kernel.map((_, index) => index + 2), 1, 0],
    start: distribution(initializer, fanIn * field, fanOut * field),
    ...(kernelPenalty && { penalty: kernelPenalty }),
  };
  return bias ? [weight, { name: "bias", shape: [filters], start: ZEROS }] : [weight];
}
