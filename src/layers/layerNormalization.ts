import { boolean, type Hints, knownKeys, number } from "../common/check.js";
import type { Tensor } from "../engine/tensor.js";
import { NOWHERE } from "../engine/tensor.js";
import { ZEROS } from "./initializers.js";
import type { LayerKind } from "./layer.js";
import { asMatrix, sizeOf } from "./shape.js";

/** Normalizes each sample to mean 0 and variance 1 along its last dimension, then scales and shifts it. */
export interface LayerNormalizationLayer {
  /** Which layer it is. */
  readonly kind: "layerNormalization";
  /** Added to the variance before the division. */
  readonly epsilon: number;
  /** Whether to add a learned β. */
  readonly center: boolean;
  /** Whether to multiply by a learned γ. */
  readonly scale: boolean;
}

/** Options of `layerNormalization`, named as in Keras. */
export interface LayerNormalizationOptions {
  /** Added to the variance before the division, positive; default 0.001, as in Keras (PyTorch: 1e-5). */
  epsilon?: number;
  /** Whether to add a learned β, which starts at 0; default true. */
  center?: boolean;
  /** Whether to multiply by a learned γ, which starts at 1; default true. */
  scale?: boolean;
}

const KEYS = ["epsilon", "center", "scale"];
const HINTS: Hints = {
  eps: "PyTorch's eps is epsilon",
  axis: "the last dimension is normalized",
  elementwiseaffine: "γ and β are left out by scale: false and center: false",
};

/**
 * Layer normalization (J. L. Ba et al., "Layer normalization", 2016): y = γ·(x − mean) / √(variance + epsilon) + β,
 * with the mean and (population) variance of each sample along its last dimension. It does the same in training and
 * prediction.
 *
 * @throws {ArgumentError} for unknown options and values out of range
 */
export function layerNormalization(options: LayerNormalizationOptions = {}): LayerNormalizationLayer {
  knownKeys("layerNormalization", options, KEYS, HINTS);
  const epsilon = options.epsilon ?? 0.001;
  return {
    kind: "layerNormalization",
    epsilon: number("epsilon of layerNormalization", epsilon, "a positive number", (x) => x > 0),
    center: boolean("center", options.center ?? true),
    scale: boolean("scale", options.scale ?? true),
  };
}

export const layerNormalizationKind: LayerKind<LayerNormalizationLayer> = {
  kind: "layerNormalization",
  check: (_, { kind, ...options }) => layerNormalization(options),
  outputShape: (_, inputShape) => inputShape,
  parameters({ center, scale }, inputShape) {
    const shape = [inputShape.at(-1)!];
    return [
      ...(scale ? [{ name: "weight", shape, start: { kind: "constant", value: 1 } } as const] : []),
      ...(center ? [{ name: "bias", shape, start: ZEROS }] : []),
    ];
  },
  build({ epsilon }, { inputShape, parameters, values }) {
    const columns = inputShape.at(-1)!;
    const samples = sizeOf(inputShape) / columns;
    const [weight, bias] = [parameters.weight, parameters.bias];
    const gamma = weight ? weight.in(values) : NOWHERE;
    const beta = bias ? bias.in(values) : NOWHERE;
    return {
      room(purpose, rows): Record<string, { shape: number[] }> {
        if (purpose !== "training") return {};
        return { normalized: { shape: [rows * samples, columns] }, scales: { shape: [rows * samples] } };
      },
      forward(plan, { x, y, kept }) {
        const [rows] = asMatrix(x).shape as [number];
        const { normalized = NOWHERE, scales = NOWHERE } = kept;
        const fields = { columns, x, gamma, beta, y, normalized, scales, epsilon };
        plan.call("layerNormalization", rows, fields);
      },
      // Writes dy·x̂ over x̂: its sums over the rows are the gradient of γ.
      backward(plan, { x, dy, dx = NOWHERE, kept }) {
        const [rows] = asMatrix(x).shape as [number];
        const { normalized, scales } = kept;
        const fields = { columns, dy, gamma, normalized: normalized!, scales: scales!, dx };
        plan.call("layerNormalizationBackward", rows, fields);
      },
      gradient(plan, { dy, kept, gradients }) {
        const [rows] = asMatrix(dy).shape as [number];
        const add = (source: Tensor, sums: Tensor | undefined) => {
          if (sums) plan.call("columnSums", columns, { rows, columns, source, sums });
        };
        add(kept.normalized as Tensor, gradients.weight);
        add(dy, gradients.bias);
      },
      // No normalized value is larger than √n.
      bound: (_, { weight: largest = 1, bias: shift = 0 }) => Math.sqrt(columns) * largest + shift,
    };
  },
};
