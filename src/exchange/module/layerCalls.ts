// For each kind of layer, the line of JavaScript that calculates it.
import { ArgumentError } from "../../common/errors.js";
import type { ActivationName } from "../../layers/activations.js";
import { sizesOf } from "../../layers/convolutionOptions.js";
import type { Layer } from "../../layers/layers.js";
import type { Lengths } from "../../layers/pooling.js";
import type { Shape } from "../../layers/shape.js";
import { asPair, convolved, deconvolved, type Padding } from "../../layers/window.js";
import type { GraphLayer, GraphWeight } from "../modelGraph.js";
import type { RuntimePieces } from "./runtimePieces.js";
import type { WeightBlock } from "./weightBlock.js";

/** Where the parts of a module come together. */
export interface ModuleParts {
  readonly pieces: RuntimePieces;
  readonly weights: WeightBlock;
}

/**
 * An expression for the layer's output.
 *
 * @param constant what the constant with its weights is called
 * @returns undefined for layers that leave the values as they are
 * @throws {ArgumentError} for a layer that the runtime does not have
 */
export function layerCall(layer: GraphLayer, constant: string, parts: ModuleParts): string | undefined {
  if (layer.trainingOnly) return undefined;
  const { options } = layer;
  const call = (name: string, ...rest: unknown[]) =>
    `${parts.pieces.use(name)}(${["x", ...rest.map(literal)].join(", ")})`;
  const own = (fields: Readonly<Record<string, GraphWeight | undefined>>) =>
    new Code(parts.weights.add(constant, fields));
  const [weight, bias] = ["weight", "bias"].map((name) => layer.weights.get(name));
  const channels = layer.inputShape.at(-1)!;
  switch (options.kind) {
    case "dense":
      return activated(call("dense", own({ weight, bias }), channels), options.activation, parts);
    case "conv1d":
    case "conv2d":
    case "conv1dTranspose":
    case "conv2dTranspose": {
      const transposed = options.kind.endsWith("Transpose");
      const turned = channelsLast(weight!, transposed);
      const plan = convolutionPlan(options, layer, transposed);
      return activated(call("convolve", own({ weight: turned, bias }), plan), options.activation, parts);
    }
    case "maxPooling1d":
    case "maxPooling2d":
      return call("maxPooling", poolingPlan(options, layer));
    case "averagePooling1d":
    case "averagePooling2d":
      return call("averagePooling", poolingPlan(options, layer));
    case "globalAveragePooling2d":
      return call("globalAverage", channels);
    case "upSampling1d":
      return call("upSamplingNearest", { input: lengthsOf(layer.inputShape), size: asPair(options.size) });
    case "upSampling2d": {
      const name = options.interpolation === "nearest" ? "upSamplingNearest" : "upSamplingBilinear";
      return call(name, { input: lengthsOf(layer.inputShape), size: options.size });
    }
    case "repeatVector":
      return call("repeated", options.n);
    case "batchNormalization": {
      const [runningMean, runningVariance] = ["running_mean", "running_var"].map((name) =>
        layer.weights.get(name),
      );
      const fields = own({ weight, bias, runningMean, runningVariance });
      return call("batchNormalization", fields, options.epsilon);
    }
    case "layerNormalization":
      return call("layerNormalization", own({ weight, bias }), options.epsilon, channels);
    case "activation":
      return options.activation === "linear" ? undefined : activated("x", options.activation, parts);
    case "lstm":
    case "gru":
      return call(options.kind, own(recurrentWeights(layer)), {
        steps: layer.inputShape[0]!,
        units: options.units,
        activation: functionOf(options.activation, parts),
        gate: functionOf(options.recurrentActivation, parts),
        sequences: options.returnSequences,
      });
    case "flatten":
    case "reshape":
      return undefined;
    default:
      throw new ArgumentError(`${layer.place} is a ${options.kind}, which a module cannot calculate`);
  }
}

/** Text that stands as it is in the module. */
class Code {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

/** A value as JavaScript, in the style of a person. */
function literal(value: unknown): string {
  if (value instanceof Code) return value.text;
  if (Array.isArray(value)) return `[${value.map(literal).join(", ")}]`;
  if (typeof value === "object" && value !== null) {
    const fields = Object.entries(value).map(([name, field]) => `${name}: ${literal(field)}`);
    return `{ ${fields.join(", ")} }`;
  }
  return JSON.stringify(value);
}

function activated(expression: string, activation: ActivationName, { pieces }: ModuleParts): string {
  if (activation === "linear") return expression;
  return `${pieces.use("activate")}(${expression}, ${pieces.use(activation)})`;
}

function functionOf(activation: ActivationName, { pieces }: ModuleParts): Code {
  return new Code(activation === "linear" ? "(z) => z" : pieces.use(activation));
}

/** The lengths of a picture; a sequence has one row. */
function lengthsOf(shape: Shape): readonly [number, number] {
  return shape.length === 3 ? [shape[0]!, shape[1]!] : [1, shape[0]!];
}

type ConvolutionLayer = Extract<Layer, { kernelSize: unknown }>;

function convolutionPlan(options: ConvolutionLayer, { inputShape }: GraphLayer, transposed: boolean) {
  const { kernel, strides, dilation } = sizesOf(options);
  const along = transposed ? deconvolved : convolved;
  const axes = lengthsOf(inputShape).map((length, i) =>
    along(length, kernel[i]!, strides[i]!, dilation[i]!, options.padding),
  );
  return {
    large: axes.map(({ large }) => large),
    small: axes.map(({ small }) => small),
    kernel,
    strides,
    dilation,
    before: axes.map(({ before }) => before),
    transposed,
  };
}

function poolingPlan(
  { poolSize, strides, padding }: { poolSize: Lengths; strides: Lengths; padding: Padding },
  { inputShape, outputShape }: GraphLayer,
) {
  const [input, pool, steps] = [lengthsOf(inputShape), asPair(poolSize), asPair(strides)];
  const before = input.map((length, i) => convolved(length, pool[i]!, steps[i]!, 1, padding).before);
  return { input, output: lengthsOf(outputShape), pool, strides: steps, before };
}

/** PyTorch's [outputs, inputs, …kernel], of a transposed convolution [inputs, outputs, …kernel], as [taps, inputs, outputs]. */
function channelsLast({ shape, data }: GraphWeight, transposed: boolean): GraphWeight {
  const [first, second, ...kernel] = shape as [number, number, ...number[]];
  const taps = kernel.reduce((product, length) => product * length, 1);
  const [outputs, inputs] = transposed ? [second, first] : [first, second];
  const turned = new Float32Array(data.length);
  for (let i = 0; i < first; i++) {
    for (let j = 0; j < second; j++) {
      const [output, input] = transposed ? [j, i] : [i, j];
      for (let tap = 0; tap < taps; tap++)
        turned[(tap * inputs + input) * outputs + output] = data[(i * second + j) * taps + tap]!;
    }
  }
  return { shape: [taps, inputs, outputs], data: turned };
}

function recurrentWeights({ weights }: GraphLayer): Record<string, GraphWeight | undefined> {
  return {
    inputWeight: weights.get("weight_ih_l0"),
    stateWeight: weights.get("weight_hh_l0"),
    inputBias: weights.get("bias_ih_l0"),
    stateBias: weights.get("bias_hh_l0"),
  };
}
