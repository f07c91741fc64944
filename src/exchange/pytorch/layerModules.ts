import type { ActivationName } from "../../layers/activations.js";
import type { Layer } from "../../layers/layers.js";
import type { GraphLayer } from "../modelGraph.js";
import { convolutionModule, poolingPad } from "./convolutionModules.js";
import { call, literal } from "./pythonText.js";

/** A module of a generated `nn.Sequential`. */
export interface TorchModule {
  /** The call of its constructor. */
  readonly call: string;
  /** What it is, for its name if it has no weights: `relu`. */
  readonly label: string;
}

const ACTIVATION_MODULES: Readonly<Record<ActivationName, string>> = {
  linear: "nn.Identity()",
  relu: "nn.ReLU()",
  sigmoid: "nn.Sigmoid()",
  tanh: "nn.Tanh()",
  leakyRelu: "nn.LeakyReLU(0.2)",
  elu: "nn.ELU()",
  selu: "nn.SELU()",
  gelu: "nn.GELU()",
  silu: "nn.SiLU()",
  softplus: "nn.Softplus()",
  mish: "nn.Mish()",
};

/** The modules of a layer, in order; if it has weights, they are the first one's. */
export function layerModules(layer: GraphLayer): readonly TorchModule[] {
  const { options } = layer;
  const own = { call: ownModule(layer, options), label: options.kind };
  if (options.kind === "activation") return [{ ...own, label: options.activation }];
  const activation = activationOf(options);
  if (activation === "linear") return [own];
  return [own, { call: ACTIVATION_MODULES[activation], label: activation }];
}

/** The activation behind a layer's product; that of a recurrent layer is inside. */
function activationOf(options: Layer): ActivationName {
  if (options.kind === "lstm" || options.kind === "gru") return "linear";
  return "activation" in options ? options.activation : "linear";
}

/** Bias in the arguments of a module, if it has none. */
const biasOf = ({ bias }: { readonly bias: boolean }) => ({ bias: bias ? undefined : "False" });

/** The expression of the layer whose weight a tied one uses. */
export function mirrorOf(name: string): string {
  const [half, number] = name.split(".");
  return `self.${half}.get_submodule(${literal(number)})`;
}

function ownModule(layer: GraphLayer, options: Layer): string {
  const { inputShape, tiedTo } = layer;
  const channels = inputShape.at(-1)!;
  switch (options.kind) {
    case "dense": {
      if (tiedTo !== undefined) return call("TiedLinear", [mirrorOf(tiedTo)], biasOf(options));
      return call("nn.Linear", [channels, options.units].map(String), biasOf(options));
    }
    case "conv1d":
    case "conv2d":
    case "conv1dTranspose":
    case "conv2dTranspose":
      return convolutionModule(options, inputShape, tiedTo === undefined ? undefined : mirrorOf(tiedTo));
    case "maxPooling1d":
    case "maxPooling2d":
    case "averagePooling1d":
    case "averagePooling2d": {
      const { kind, poolSize, strides } = options;
      const name = `${kind.startsWith("max") ? "Max" : "Avg"}Pool${kind.slice(-2)}`;
      return call(name, [literal(poolSize), literal(strides)], { pad: poolingPad(options, inputShape) });
    }
    case "lstm":
    case "gru":
      return recurrentModule(options, channels);
    case "batchNormalization": {
      const { momentum, epsilon, scale, center } = options;
      const learnt = { weight: scale ? undefined : "False", bias: center ? undefined : "False" };
      return call("BatchNorm", [String(channels)], { momentum: `${momentum}`, eps: `${epsilon}`, ...learnt });
    }
    case "layerNormalization":
      return layerNormalizationModule(options, channels);
    case "upSampling1d":
      return call("UpSampling1d", [literal(options.size)]);
    case "upSampling2d": {
      const { size, interpolation } = options;
      const corners = interpolation === "bilinear" ? "False" : undefined;
      return call("UpSampling2d", [literal(size)], { mode: literal(interpolation), align_corners: corners });
    }
    case "globalAveragePooling2d":
      return call("GlobalAveragePooling2d");
    case "activation":
      return ACTIVATION_MODULES[options.activation];
    case "flatten":
      return call("nn.Flatten");
    case "reshape":
      return call("Reshape", options.shape.map(String));
    case "repeatVector":
      return call("RepeatVector", [String(options.n)]);
    case "dropout":
      return call("nn.Dropout", [String(options.rate)]);
    case "spatialDropout":
      return call("SpatialDropout", [String(options.rate)]);
    case "gaussianNoise":
      return call("GaussianNoise", [String(options.deviation)]);
  }
}

function recurrentModule(options: Extract<Layer, { kind: "lstm" | "gru" }>, features: number): string {
  const { kind, units, activation, recurrentActivation, returnSequences } = options;
  const usual = activation === "tanh" && recurrentActivation === "sigmoid";
  return call(`${kind.toUpperCase()}${usual ? "" : "With"}`, [features, units].map(String), {
    ...(!usual && {
      activation: ACTIVATION_MODULES[activation],
      gate: ACTIVATION_MODULES[recurrentActivation],
    }),
    sequences: returnSequences ? "True" : undefined,
    ...biasOf(options),
  });
}

function layerNormalizationModule(
  { epsilon, scale, center }: Extract<Layer, { kind: "layerNormalization" }>,
  size: number,
): string {
  const eps = `${epsilon}`;
  if (center && !scale) return call("CenteredLayerNorm", [String(size)], { eps });
  return call("nn.LayerNorm", [String(size)], {
    eps,
    elementwise_affine: scale ? undefined : "False",
    bias: center || !scale ? undefined : "False",
  });
}
