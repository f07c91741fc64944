import { boolean, type Hints, knownKeys, number } from "../common/check.js";
import { NOWHERE } from "../engine/tensor.js";
import { type Distribution, ZEROS } from "./initializers.js";
import type { LayerKind, LayerPass } from "./layer.js";
import { asMatrix } from "./shape.js";

/**
 * Normalizes each column (each channel of images) to mean 0 and variance 1 over the batch, then scales and shifts it.
 */
export interface BatchNormalizationLayer {
  /** Which layer it is. */
  readonly kind: "batchNormalization";
  /** The fraction of the running statistics that is kept in each step. */
  readonly momentum: number;
  /** Added to the variance before the division. */
  readonly epsilon: number;
  /** Whether to add a learned β. */
  readonly center: boolean;
  /** Whether to multiply by a learned γ. */
  readonly scale: boolean;
}

/** Options of `batchNormalization`, named as in Keras. */
export interface BatchNormalizationOptions {
  /**
   * The fraction of the running statistics kept in each step, in [0, 1); default 0.99, as in Keras (PyTorch's 0.1 is
   * 0.9 here).
   */
  momentum?: number;
  /** Added to the variance before the division, positive; default 0.001, as in Keras (PyTorch: 1e-5). */
  epsilon?: number;
  /** Whether to add a learned β, which starts at 0; default true. */
  center?: boolean;
  /** Whether to multiply by a learned γ, which starts at 1; default true. */
  scale?: boolean;
}

const KEYS = ["momentum", "epsilon", "center", "scale"];
const HINTS: Hints = {
  eps: "PyTorch's eps is epsilon",
  axis: "the last dimension is what has a mean of its own: columns, or channels",
  affine: "γ and β are left out by scale: false and center: false",
};

/**
 * Batch normalization (S. Ioffe and C. Szegedy, "Batch normalization", 2015): y = γ·(x − mean) / √(variance + epsilon)
 * + β, for each element of the last dimension. Training uses the mean and (population) variance of the batch and
 * updates the running ones: running ← momentum·running + (1 − momentum)·batch. Prediction and evaluation use the
 * running ones. They are saved as `running_mean` and `running_var`, PyTorch's names.
 *
 * @throws {ArgumentError} for unknown options and values out of range
 */
export function batchNormalization(options: BatchNormalizationOptions = {}): BatchNormalizationLayer {
  knownKeys("batchNormalization", options, KEYS, HINTS);
  const { momentum = 0.99, epsilon = 0.001, center = true, scale = true } = options;
  const name = "batchNormalization";
  return {
    kind: "batchNormalization",
    momentum: number(`momentum of ${name}`, momentum, "in [0, 1)", (x) => x >= 0 && x < 1),
    epsilon: number(`epsilon of ${name}`, epsilon, "a positive number", (x) => x > 0),
    center: boolean("center", center),
    scale: boolean("scale", scale),
  };
}

const ONES: Distribution = { kind: "constant", value: 1 };

export const batchNormalizationKind: LayerKind<BatchNormalizationLayer> = {
  kind: "batchNormalization",
  check: (_, { kind, ...options }) => batchNormalization(options),
  outputShape: (_, inputShape) => inputShape,
  parameters({ center, scale }, inputShape) {
    const shape = [inputShape.at(-1)!];
    return [
      ...(scale ? [{ name: "weight", shape, start: ONES }] : []),
      ...(center ? [{ name: "bias", shape, start: ZEROS }] : []),
      { name: "running_mean", shape, start: ZEROS, trainable: false },
      { name: "running_var", shape, start: ONES, trainable: false },
    ];
  },
  build({ epsilon, momentum }, { inputShape, parameters, values }) {
    const columns = inputShape.at(-1)!;
    const { weight, bias, running_mean: runningMean, running_var: runningVariance } = parameters;
    const gamma = weight ? weight.in(values) : NOWHERE;
    const beta = bias ? bias.in(values) : NOWHERE;
    const running = { mean: runningMean!.in(values), variance: runningVariance!.in(values) };
    /** Fields that both backward kernels read. The sums over the rows are the gradients of β and γ. */
    const backwardFields = ({ x, dy, kept, gradients }: LayerPass) => ({
      columns,
      x,
      mean: kept.mean!,
      variance: kept.variance!,
      dy,
      slopes: gradients.bias ?? kept.slopes!,
      products: gradients.weight ?? kept.products!,
      epsilon,
    });
    return {
      room(purpose): Record<string, { shape: number[] }> {
        if (purpose !== "training") return {};
        const row = { shape: [columns] };
        return { mean: row, variance: row, slopes: row, products: row };
      },
      prepare(plan, { x, kept }) {
        const [rows] = asMatrix(x).shape as [number];
        const { mean, variance } = kept;
        plan.call("columnMoments", columns, { rows, columns, source: x, mean: mean!, variance: variance! });
      },
      forward(plan, { purpose, x, y, kept }) {
        const [rows] = asMatrix(x).shape as [number];
        const batch = purpose === "training";
        const [mean, variance] = batch ? [kept.mean!, kept.variance!] : [running.mean, running.variance];
        plan.call("batchNormalization", rows, { columns, x, mean, variance, gamma, beta, y, epsilon });
      },
      prepareBackward(plan, pass) {
        const [rows] = asMatrix(pass.x).shape as [number];
        plan.call("batchNormalizationSums", columns, { rows, ...backwardFields(pass) });
      },
      backward(plan, pass) {
        if (!pass.dx) return;
        const [rows] = asMatrix(pass.x).shape as [number];
        const fields = { ...backwardFields(pass), gamma, dx: pass.dx, scale: 1 / rows };
        plan.call("batchNormalizationBackward", rows, fields);
      },
      update(plan, { kept }) {
        const share = 1 - momentum;
        for (const name of ["mean", "variance"] as const) {
          plan.call("follow", columns, { average: running[name], value: kept[name]!, share });
        }
      },
      // The only limit on x / deviation is the smallest possible running deviation, √epsilon.
      bound: (input, { weight: largest = 1, bias: shift = 0 }) =>
        (2 * input * largest) / Math.sqrt(epsilon) + shift,
    };
  },
};
