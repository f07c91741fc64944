import type { GraphLayer, GraphWeight } from "../modelGraph.js";
import { transposed } from "../weightArray.js";
import { activate } from "./activationNodes.js";
import type { GraphBuilder } from "./graphBuilder.js";
import { float, int, ints, type OnnxAttributes, text } from "./onnxModel.js";
import { inLayout, type Value } from "./onnxValue.js";
import { recurrentNodes } from "./recurrentNodes.js";
import { convolutionNodes, poolingNodes } from "./windowNodes.js";

/** Adds a layer, with the numbers it calculates with in predictions. */
export function layerNodes(builder: GraphBuilder, layer: GraphLayer, x: Value): Value {
  const { options, outputShape: shape, trainingOnly, place } = layer;
  builder.within(place);
  if (trainingOnly) return x;
  switch (options.kind) {
    case "dense": {
      const bias = layer.weights.get("bias");
      const z = linearNodes(builder, layer.name, layer.weights.get("weight")!, bias, x);
      return { ...z, name: activate(builder, options.activation, z.name) };
    }
    case "activation":
      return { ...x, name: activate(builder, options.activation, x.name) };
    case "conv1d":
    case "conv2d":
    case "conv1dTranspose":
    case "conv2dTranspose":
      return convolutionNodes(builder, layer, options, x);
    case "maxPooling1d":
    case "maxPooling2d":
      return poolingNodes(builder, "MaxPool", options, layer, x);
    case "averagePooling1d":
    case "averagePooling2d":
      return poolingNodes(builder, "AveragePool", options, layer, x);
    case "globalAveragePooling2d":
      return globalMean(builder, shape, x);
    case "upSampling1d":
      return enlarged(builder, shape, x, [options.size], "nearest");
    case "upSampling2d":
      return enlarged(builder, shape, x, options.size, options.interpolation);
    case "lstm":
    case "gru":
      return recurrentNodes(builder, layer, options, x);
    case "repeatVector":
      return repeated(builder, shape, x, options.n);
    case "batchNormalization":
      return batchNormalized(builder, layer, x, options.epsilon);
    case "layerNormalization":
      return layerNormalized(builder, layer, x, options.epsilon);
    case "flatten":
    case "reshape":
      return { name: reshaped(builder, x, shape), shape, layout: "last" };
    // Listed, so that a new kind of layer does not compile without its nodes.
    case "dropout":
    case "spatialDropout":
    case "gaussianNoise":
      return x;
  }
}

/** Adds W·x + b along the last dimension. */
export function linearNodes(
  builder: GraphBuilder,
  name: string,
  weight: GraphWeight,
  bias: GraphWeight | undefined,
  x: Value,
): Value {
  const shape = [...x.shape.slice(0, -1), weight.shape[0]!];
  const bias_ = bias === undefined ? [] : [builder.weight(`${name}.bias`, bias)];
  if (shape.length === 1) {
    const matrix = builder.weight(`${name}.weight`, weight);
    const gemm = builder.add("Gemm", [x.name, matrix, ...bias_], { attributes: { transB: int(1) } });
    return { name: gemm, shape, layout: "last" };
  }
  const input = x.layout === "first" ? inLayout(builder, x, "last") : x;
  const product = builder.add("MatMul", [input.name, builder.weight(`${name}.weight`, transposed(weight))]);
  const sum = bias ? builder.add("Add", [product, ...bias_]) : product;
  return { name: sum, shape, layout: input.layout };
}

/** The mean over height and width, whichever dimensions they are. */
function globalMean(builder: GraphBuilder, shape: Value["shape"], x: Value): Value {
  const axes = ints(x.layout === "first" ? [2, 3] : [1, 2]);
  const name = builder.add("ReduceMean", [x.name], { attributes: { axes, keepdims: int(0) } });
  return { name, shape, layout: "last" };
}

function enlarged(
  builder: GraphBuilder,
  shape: Value["shape"],
  x: Value,
  size: readonly number[],
  interpolation: "nearest" | "bilinear",
): Value {
  const input = inLayout(builder, x, "first");
  const scales = builder.floats("scales", [1, 1, ...size]);
  const attributes: OnnxAttributes =
    interpolation === "nearest"
      ? {
          mode: text("nearest"),
          coordinate_transformation_mode: text("asymmetric"),
          nearest_mode: text("floor"),
        }
      : { mode: text("linear"), coordinate_transformation_mode: text("half_pixel") };
  return { name: builder.add("Resize", [input.name, "", scales], { attributes }), shape, layout: "first" };
}

function repeated(builder: GraphBuilder, shape: Value["shape"], x: Value, n: number): Value {
  const step = builder.add("Unsqueeze", [x.name, builder.ints("steps", [0])]);
  // In the order of recurrent operators, which is what mostly follows.
  return { name: builder.add("Expand", [step, builder.ints("n", [n, 1, 1])]), shape, layout: "steps" };
}

/** Takes the batch as it comes, and gives samples another shape. */
export function reshaped(builder: GraphBuilder, x: Value, shape: Value["shape"]): string {
  // 0 stands for the length that the batch has.
  return builder.add("Reshape", [inLayout(builder, x, "last").name, builder.ints("shape", [0, ...shape])]);
}

/** A parameter of a normalization along the last dimension, or the number that stands for none. */
function parameter(builder: GraphBuilder, layer: GraphLayer, key: string, usual: number): string {
  const weight = layer.weights.get(key);
  if (weight) return builder.weight(`${layer.name}.${key}`, weight);
  return builder.floats(key, new Float32Array(layer.inputShape.at(-1)!).fill(usual));
}

function batchNormalized(builder: GraphBuilder, layer: GraphLayer, x: Value, epsilon: number): Value {
  const input = inLayout(builder, x, "first");
  const parameters = [parameter(builder, layer, "weight", 1), parameter(builder, layer, "bias", 0)];
  // In half their bits, variances could become 0.
  const moments = ["running_mean", "running_var"].map((name) =>
    builder.floats(`${layer.name}.${name}`, layer.weights.get(name)!.data),
  );
  const attributes = { epsilon: float(epsilon) };
  const inputs = [input.name, ...parameters, ...moments];
  return { ...input, name: builder.add("BatchNormalization", inputs, { attributes }) };
}

function layerNormalized(builder: GraphBuilder, layer: GraphLayer, x: Value, epsilon: number): Value {
  const input = x.layout === "first" ? inLayout(builder, x, "last") : x;
  const scale = parameter(builder, layer, "weight", 1);
  const shift = layer.weights.has("bias") ? [parameter(builder, layer, "bias", 0)] : [];
  const attributes = { axis: int(-1), epsilon: float(epsilon) };
  const inputs = [input.name, scale, ...shift];
  return { ...input, name: builder.add("LayerNormalization", inputs, { attributes }) };
}
