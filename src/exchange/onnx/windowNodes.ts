// Convolutions and pooling: what works on windows, with the channels first.
import type { ConvolutionFields } from "../../layers/convolutionOptions.js";
import type { Lengths } from "../../layers/pooling.js";
import { asPair, convolved, deconvolved, type Padding, reach } from "../../layers/window.js";
import type { GraphLayer } from "../modelGraph.js";
import { activate } from "./activationNodes.js";
import type { GraphBuilder } from "./graphBuilder.js";
import { int, ints, type OnnxAttributes } from "./onnxModel.js";
import { inLayout, type Value } from "./onnxValue.js";

/** A length for each dimension of an image or a sequence. */
function lengthsOf(size: Lengths): readonly number[] {
  return typeof size === "number" ? [size] : size;
}

/** Adds a convolution, or a transposed one. */
export function convolutionNodes(
  builder: GraphBuilder,
  layer: GraphLayer,
  options: ConvolutionFields<Lengths>,
  x: Value,
): Value {
  const transposed = layer.options.kind.endsWith("Transpose");
  const weights = ["weight", "bias"].flatMap((name) => {
    const weight = layer.weights.get(name);
    return weight ? [builder.weight(`${layer.name}.${name}`, weight)] : [];
  });
  const attributes = {
    kernel_shape: ints(lengthsOf(options.kernelSize)),
    strides: ints(lengthsOf(options.strides)),
    dilations: ints(lengthsOf(options.dilationRate)),
    ...(transposed ? growing(options, layer) : { pads: padsOf(options, options.kernelSize, layer) }),
  };
  const op = transposed ? "ConvTranspose" : "Conv";
  const z = builder.add(op, [inLayout(builder, x, "first").name, ...weights], { attributes });
  const name = activate(builder, options.activation, z);
  return { name, shape: layer.outputShape, layout: "first" };
}

/** Adds a pooling layer. Padding does not count, neither for a maximum nor for a mean. */
export function poolingNodes(
  builder: GraphBuilder,
  op: "MaxPool" | "AveragePool",
  options: { poolSize: Lengths; strides: Lengths; padding: Padding },
  layer: GraphLayer,
  x: Value,
): Value {
  const attributes = {
    kernel_shape: ints(lengthsOf(options.poolSize)),
    strides: ints(lengthsOf(options.strides)),
    pads: padsOf({ ...options, dilationRate: 1 }, options.poolSize, layer),
  };
  const name = builder.add(op, [inLayout(builder, x, "first").name], { attributes });
  return { name, shape: layer.outputShape, layout: "first" };
}

interface Windows {
  readonly strides: Lengths;
  readonly dilationRate: Lengths;
  readonly padding: Padding;
}

/** For each dimension: the lengths of its input, kernel, stride and dilation. */
function dimensionsOf({ strides, dilationRate }: Windows, kernel: Lengths, { inputShape }: GraphLayer) {
  const strideOf = lengthsOf(strides);
  const dilations = asPair(dilationRate);
  return lengthsOf(kernel).map((size, i, { length }) => ({
    input: inputShape[i]!,
    kernel: size,
    stride: strideOf[i]!,
    dilation: dilations[i + 2 - length]!,
  }));
}

/** What is padded before each dimension, then what is padded behind each. */
function padsOf(options: Windows, size: Lengths, layer: GraphLayer) {
  const pads = dimensionsOf(options, size, layer).map(({ input, kernel, stride, dilation }) => {
    const { small, before } = convolved(input, kernel, stride, dilation, options.padding);
    const reached = (small - 1) * stride + reach(kernel, dilation);
    return [before, options.padding === "valid" ? 0 : Math.max(0, reached - input - before)] as const;
  });
  return ints([...pads.map(([before]) => before), ...pads.map(([, behind]) => behind)]);
}

/**
 * What is cut off a transposed convolution, or added to its end, for the length of Keras's rule. ONNX's own is that of
 * PyTorch: (length − 1)·stride + reach − pads + output_padding.
 */
function growing(options: ConvolutionFields<Lengths>, layer: GraphLayer): OnnxAttributes {
  const ends = dimensionsOf(options, options.kernelSize, layer).map(({ input, kernel, stride, dilation }) => {
    const { large, before } = deconvolved(input, kernel, stride, dilation, options.padding);
    const whole = (input - 1) * stride + reach(kernel, dilation) - before;
    return { before, behind: Math.max(0, whole - large), added: Math.max(0, large - whole) };
  });
  const pads = [...ends.map(({ before }) => before), ...ends.map(({ behind }) => behind)];
  return { pads: ints(pads), output_padding: ints(ends.map(({ added }) => added)), group: int(1) };
}
