import { readFileSync } from "node:fs";
import { ArgumentError, FormatError } from "../../src/common/errors.js";
import type { OptimizerName } from "../../src/index.js";
import { checksum, hashedUniform } from "./hashed.js";

export { checksum, hashedUniform } from "./hashed.js";

/** What the weight matrices are penalized by: factors of Σ|w| and Σw². */
export interface Penalty {
  readonly l1: number;
  readonly l2: number;
}

/** How to rebuild one float32 array, with what proves that it was rebuilt right. */
export interface HashedTensor {
  /** `"data"`, `"encoder.0.weight"`, … */
  readonly name: string;
  /** `[batch, features]`, `[out, in]` or `[out]`. */
  readonly shape: readonly number[];
  readonly tag: number;
  readonly low: number;
  readonly high: number;
  readonly checksum: number;
  /** The first four values, or all where there are fewer. */
  readonly first: readonly number[];
}

/** Every `stride`-th value of an array of shape `shape`, in row-major order from the first. */
export interface StoredTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly stride: number;
  readonly values: readonly number[];
}

export type ActivationName = "linear" | "relu" | "sigmoid" | "tanh";
export type LossName = "meanSquaredError" | "binaryCrossentropy";

/** An optimizer's name and the options of its function in src/model/optimizers.ts. */
export interface OptimizerOptions {
  readonly name: OptimizerName;
  readonly learningRate: number;
  readonly [option: string]: number | boolean | string;
}

/** `steps` updates on one batch, from one start, with each of several optimizers. */
export interface StepsGolden {
  /** Widths from the input to the output; one more than there are layers. */
  readonly sizes: readonly number[];
  readonly activations: readonly ActivationName[];
  readonly loss: LossName;
  readonly batch: number;
  readonly steps: number;
  /** Largest absolute difference that float32 arithmetic explains. */
  readonly tolerance: { readonly loss: number; readonly weights: number };
  readonly data: HashedTensor;
  readonly weights: readonly HashedTensor[];
  readonly runs: readonly {
    readonly optimizer: OptimizerOptions;
    /** Of every weight matrix; part of the losses. */
    readonly penalty?: Penalty;
    /** The loss before each update. */
    readonly loss: readonly number[];
    /** The loss after the last update. */
    readonly finalLoss: number;
    readonly weights: readonly StoredTensor[];
  }[];
}

/** Gradients of the mean loss for every combination of activations and loss, on one batch from one start. */
export interface GradientsGolden {
  readonly sizes: readonly number[];
  readonly batch: number;
  readonly tolerance: number;
  readonly data: HashedTensor;
  readonly weights: readonly HashedTensor[];
  readonly cases: readonly {
    /** Activation of every layer but the last. */
    readonly hidden: ActivationName;
    readonly output: ActivationName;
    readonly loss: LossName;
    /** Cross-entropy of a sigmoid, computed from its logits; otherwise predictions are clipped. */
    readonly fromLogits: boolean;
    /** How many outputs fall below 1e-7 and so have no gradient (cross-entropy without a sigmoid only). */
    readonly clippedOutputs: number;
    /** The mean loss. */
    readonly value: number;
    /** By parameter name, row-major, complete. */
    readonly gradients: Readonly<Record<string, readonly number[]>>;
  }[];
}

/** An array stored whole, as float64. */
export interface Float64Tensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly values: readonly number[];
}

/** The 2-1-2 sigmoid network on the spiral, full batches, gradient descent, mean squared error. */
export interface SpiralGolden {
  readonly epochs: number;
  readonly learningRate: number;
  /** Largest absolute difference of a loss that float32 arithmetic explains. */
  readonly tolerance: number;
  /** `[500, 2]`, float64; `checksum` is that of the values rounded to float32. */
  readonly data: {
    readonly shape: readonly number[];
    readonly checksum: number;
    readonly values: readonly number[];
  };
  readonly start: readonly Float64Tensor[];
  /** Epochs, counted from 1, whose loss (before their update) is in `loss`. */
  readonly lossEpochs: readonly number[];
  readonly loss: readonly number[];
  readonly final: {
    readonly meanSquaredError: number;
    readonly meanAbsoluteError: number;
    /** Largest Euclidean distance of a point from its reconstruction. */
    readonly largestPointError: number;
    /** |ρ| between the code and the position on the spiral. */
    readonly spearman: number;
  };
  readonly trained: readonly Float64Tensor[];
}

/** A file of this folder, as its script wrote it. */
export function readGolden<T>(file: string): T {
  return JSON.parse(readFileSync(new URL(file, import.meta.url), "utf8"));
}

export const loadSpiral = (): SpiralGolden => readGolden("spiral.json");
export const loadDenseSteps = (): StepsGolden => readGolden("dense-steps.json");
export const loadDeepSteps = (): StepsGolden => readGolden("deep-steps.json");
export const loadOptimizerSteps = (): StepsGolden => readGolden("optimizer-steps.json");
export const loadGradients = (): GradientsGolden => readGolden("gradients.json");

/** Number of elements of an array of shape `shape`. */
export function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

/**
 * The array that `tensor` describes, row-major.
 * @throws {FormatError} when the rebuilt bits are not those that the golden file was made from
 */
export function rebuild(tensor: HashedTensor): Float32Array {
  const values = hashedUniform(tensor.tag, elementCount(tensor.shape), tensor.low, tensor.high);
  const found = checksum(values);
  if (found !== tensor.checksum) {
    throw new FormatError(`${tensor.name} was rebuilt with checksum ${found}, expected ${tensor.checksum}`);
  }
  return values;
}

/**
 * Every `stride`-th element of `values` from the first: what a `StoredTensor` holds.
 * @throws {ArgumentError} when `stride` is not a positive integer
 */
export function everyNth(values: ArrayLike<number>, stride: number): number[] {
  if (!Number.isInteger(stride) || stride < 1) {
    throw new ArgumentError(`stride is ${stride}, expected a positive integer`);
  }
  return Array.from({ length: Math.ceil(values.length / stride) }, (_, i) => values[i * stride] as number);
}

/** Ten steps of a variational autoencoder with its noise given; losses are means over the samples before each update. */
export interface VariationalGolden {
  readonly inputSize: number;
  readonly hidden: number;
  readonly latent: number;
  readonly batch: number;
  readonly steps: number;
  readonly seed: number;
  readonly beta: number;
  readonly warmupSteps: number;
  /** Of Adam. */
  readonly learningRate: number;
  readonly data: HashedTensor;
  readonly start: readonly HashedTensor[];
  /** What the latent draws with `seed` in each step, one step an epoch: `[batch, latent]`, row-major. */
  readonly epsilon: readonly (readonly number[])[];
  readonly runs: readonly {
    readonly loss: LossName;
    readonly reconstructionLoss: readonly number[];
    readonly klLoss: readonly number[];
    readonly weights: readonly Float64Tensor[];
  }[];
}

export const loadVariationalSteps = (): VariationalGolden => readGolden("variational-steps.json");
