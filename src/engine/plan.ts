import {
  OP_ACTIVATION_BACKWARD,
  OP_ACTIVATION_FORWARD,
  OP_ACTIVITY_L1,
  OP_ADADELTA,
  OP_ADAGRAD,
  OP_ADAM,
  OP_ADAMW,
  OP_ADD_TO_ROWS,
  OP_BINARY_CROSSENTROPY,
  OP_BINARY_CROSSENTROPY_LOGITS,
  OP_CLIP_NORM,
  OP_CLIP_VALUES,
  OP_COLUMN_SUMS,
  OP_END,
  OP_GATHER_BYTES,
  OP_GATHER_FLOATS,
  OP_GAUSSIAN_NOISE,
  OP_GEMM,
  OP_HUBER,
  OP_KL_SPARSITY,
  OP_MEAN_ABSOLUTE_ERROR,
  OP_MEAN_SQUARED_ERROR,
  OP_NADAM,
  OP_NARROW_GRADIENT,
  OP_NARROW_PRODUCT,
  OP_PACK_ROWS,
  OP_PACK_TRANSPOSED,
  OP_PENALIZE,
  OP_REPLACEMENT_NOISE,
  OP_RMSPROP,
  OP_ROWS,
  OP_SAMPLE_LATENT,
  OP_SAMPLE_LATENT_BACKWARD,
  OP_SGD,
  OP_SUM_SQUARES,
  RECORD_ARGUMENTS,
} from "../../assembly/abi.js";
import type { Address, Block, EngineMemory } from "./memory.js";

/** Output rows are divided among threads in multiples of this, the widest tile's width. */
const GRAIN = 16;
/** Rows of a batch go through the whole forward and backward pass in blocks: a multiple of every tile's height, few
 * enough that their activations stay in the second-level cache. */
const ROW_BLOCK = 48;
/** Floats of activations in a block, where the rows are so short that more of them fit. */
const BLOCK_FLOATS = 48 * 1024;

/** Losses that a plan can compute, by the name of their kernel. */
export type LossKernel =
  | "meanSquaredError"
  | "binaryCrossentropy"
  | "binaryCrossentropyLogits"
  | "meanAbsoluteError"
  | "huber";

const LOSS_OPERATIONS: Record<LossKernel, number> = {
  meanSquaredError: OP_MEAN_SQUARED_ERROR,
  binaryCrossentropy: OP_BINARY_CROSSENTROPY,
  binaryCrossentropyLogits: OP_BINARY_CROSSENTROPY_LOGITS,
  meanAbsoluteError: OP_MEAN_ABSOLUTE_ERROR,
  huber: OP_HUBER,
};

/** What a kernel draws its numbers from, beside the samples of its rows. */
export interface NoiseSource {
  /** The step block, which tells the samples and the epoch. */
  step: Address;
  stream: number;
  seed: readonly [low: number, high: number];
}

/** C[rows, n] = seed + A[rows, k]·B. Strides are in bytes. */
export interface ProductArguments {
  n: number;
  k: number;
  a: Address;
  aRow: number;
  aStep: number;
  /** B as `packRows` or `packTransposed` leave it. */
  b: Address;
  seed: Address;
  seedRow: number;
  c: Address;
  cRow: number;
}

/** C[rows, n] = seed + A[rows, k]·B, with B where it stands. Strides are in bytes. */
export interface NarrowProductArguments {
  n: number;
  k: number;
  a: Address;
  b: Address;
  bRow: number;
  bColumn: number;
  seed: Address;
  c: Address;
}

/** dW and db of a narrow layer. Strides are in bytes. */
export interface NarrowGradientArguments {
  units: number;
  inputs: number;
  rows: number;
  x: Address;
  delta: Address;
  weights: Address;
  unitStep: number;
  inputStep: number;
  bias: Address | 0;
}

/** A plan in the engine's memory, ready to run. */
export class Plan {
  /** Where each phase starts; all threads finish one before any starts the next. */
  readonly phases: readonly Address[];
  /** Floating-point operations of its matrix products, to judge how long it takes. */
  readonly operations: number;
  readonly #block: Block;
  readonly #list: number;

  constructor(memory: EngineMemory, words: readonly number[], starts: readonly number[], operations: number) {
    this.operations = operations;
    this.#list = words.length * 4;
    this.#block = memory.allocate((words.length + starts.length) * 4);
    this.phases = starts.map((start) => this.#block.at(start * 4));
    this.#block.words().set([...words, ...this.phases]);
  }

  /** Where the address of phase `index` stands, and those of the later ones after it: a team's job. */
  listAt(index: number): Address {
    return this.#block.at(this.#list + index * 4);
  }

  /** Gives its memory back. */
  release(): void {
    this.#block.release();
  }
}

/**
 * Writes a plan: the calls of kernels that one step consists of, in order. The methods are the kernels; the first
 * argument is always how many items (rows of the output) there are to divide among threads.
 */
export class PlanBuilder {
  readonly #words: number[] = [];
  readonly #starts: number[] = [0];
  readonly #tile: number;
  readonly #float = new DataView(new ArrayBuffer(4));
  #operations = 0;

  /** @param tile the engine's tile of the matrix product */
  constructor(tile: number) {
    this.#tile = tile;
  }

  /** Starts a phase: what follows may read what any thread wrote before. */
  phase(): this {
    this.#call(OP_END, 0, 1, []);
    this.#starts.push(this.#words.length);
    return this;
  }

  /**
   * Runs what `body` adds over all rows, block after block. Every call in it has the same number of rows.
   *
   * @param floats activations of a row, of all layers
   */
  rows(count: number, floats: number, body: () => void): this {
    const start = this.#words.length;
    const blocks = Math.max(1, Math.floor(BLOCK_FLOATS / (ROW_BLOCK * floats)));
    this.#call(OP_ROWS, count, GRAIN, [0, ROW_BLOCK * blocks]);
    const inside = this.#words.length;
    body();
    this.#words[start + RECORD_ARGUMENTS] = this.#words.length - inside;
    return this;
  }

  gatherFloats(rows: number, columns: number, source: Address, batch: Address, step: Address): this {
    return this.#call(OP_GATHER_FLOATS, rows, GRAIN, [columns, source, batch, step]);
  }

  gatherBytes(rows: number, columns: number, source: Address, batch: Address, step: Address): this {
    return this.#call(OP_GATHER_BYTES, rows, GRAIN, [columns, source, batch, step]);
  }

  product(rows: number, p: ProductArguments): this {
    this.#operations += 2 * rows * p.n * p.k;
    const { n, k, a, aRow, aStep, b, seed, seedRow, c, cRow } = p;
    return this.#call(OP_GEMM, rows, GRAIN, [this.#tile, n, k, a, aRow, aStep, b, seed, seedRow, c, cRow]);
  }

  /** C[rows, n] = seed + A[rows, k]·B for n and k of at most 2. Strides are in bytes. */
  narrowProduct(rows: number, p: NarrowProductArguments): this {
    return this.#call(OP_NARROW_PRODUCT, rows, GRAIN, [p.n, p.k, p.a, p.b, p.bRow, p.bColumn, p.seed, p.c]);
  }

  /** Gradients of a layer of at most 2 inputs and units; `bias` 0 for a layer without one. */
  narrowGradient(p: NarrowGradientArguments): this {
    const { units, inputs, rows, x, delta, weights, unitStep, inputStep, bias } = p;
    return this.#call(OP_NARROW_GRADIENT, 1, 1, [
      units,
      inputs,
      rows,
      x,
      delta,
      weights,
      unitStep,
      inputStep,
      bias,
    ]);
  }

  columnSums(columns: number, rows: number, source: Address, sums: Address): this {
    return this.#call(OP_COLUMN_SUMS, columns, GRAIN, [rows, columns, source, sums]);
  }

  /** Packs rows of B[k, n]. */
  packRows(k: number, n: number, source: Address, packed: Address): this {
    return this.#call(OP_PACK_ROWS, k, GRAIN, [this.#tile, k, n, source, packed]);
  }

  /** Packs rows of Bᵀ[n, k]. */
  packTransposed(n: number, k: number, source: Address, packed: Address): this {
    return this.#call(OP_PACK_TRANSPOSED, n, GRAIN, [this.#tile, k, n, source, packed]);
  }

  activationForward(rows: number, kind: number, columns: number, z: Address, y: Address): this {
    return this.#call(OP_ACTIVATION_FORWARD, rows, GRAIN, [kind, columns, z, y]);
  }

  activationBackward(rows: number, kind: number, columns: number, kept: Address, gradient: Address): this {
    return this.#call(OP_ACTIVATION_BACKWARD, rows, GRAIN, [kind, columns, kept, gradient]);
  }

  /** @param parameters the loss's own numbers: δ of Huber's */
  loss(
    rows: number,
    kernel: LossKernel,
    columns: number,
    prediction: Address,
    target: Address,
    gradient: Address,
    losses: Address,
    scale: number,
    parameters: readonly number[] = [],
  ): this {
    return this.#call(
      LOSS_OPERATIONS[kernel],
      rows,
      GRAIN,
      [columns, prediction, target, gradient, losses],
      [scale, ...parameters],
    );
  }

  sgd(
    rows: number,
    columns: number,
    parameters: Address,
    gradient: Address,
    velocity: Address,
    step: Address,
    momentum: number,
    nesterov: boolean,
  ): this {
    const addresses = [columns, parameters, gradient, velocity, step];
    return this.#call(OP_SGD, rows, GRAIN, addresses, [momentum], [nesterov ? 1 : 0]);
  }

  adam(
    rows: number,
    columns: number,
    parameters: Address,
    gradient: Address,
    first: Address,
    second: Address,
    step: Address,
    oneMinusBeta1: number,
    oneMinusBeta2: number,
    epsilon: number,
  ): this {
    const addresses = [columns, parameters, gradient, first, second, step];
    return this.#call(OP_ADAM, rows, GRAIN, addresses, [oneMinusBeta1, oneMinusBeta2, epsilon]);
  }

  adamw(
    rows: number,
    columns: number,
    parameters: Address,
    gradient: Address,
    first: Address,
    second: Address,
    step: Address,
    oneMinusBeta1: number,
    oneMinusBeta2: number,
    epsilon: number,
  ): this {
    const addresses = [columns, parameters, gradient, first, second, step];
    return this.#call(OP_ADAMW, rows, GRAIN, addresses, [oneMinusBeta1, oneMinusBeta2, epsilon]);
  }

  nadam(
    rows: number,
    columns: number,
    parameters: Address,
    gradient: Address,
    first: Address,
    second: Address,
    step: Address,
    oneMinusBeta1: number,
    oneMinusBeta2: number,
    epsilon: number,
  ): this {
    const addresses = [columns, parameters, gradient, first, second, step];
    return this.#call(OP_NADAM, rows, GRAIN, addresses, [oneMinusBeta1, oneMinusBeta2, epsilon]);
  }

  rmsprop(
    rows: number,
    columns: number,
    parameters: Address,
    gradient: Address,
    velocity: Address,
    momentums: Address,
    means: Address,
    step: Address,
    rho: number,
    momentum: number,
    epsilon: number,
    centered: boolean,
  ): this {
    const addresses = [columns, parameters, gradient, velocity, momentums, means, step];
    const floats = [rho, 1 - rho, momentum, epsilon];
    return this.#call(OP_RMSPROP, rows, GRAIN, addresses, floats, [centered ? 1 : 0]);
  }

  adagrad(
    rows: number,
    columns: number,
    parameters: Address,
    gradient: Address,
    accumulator: Address,
    step: Address,
    epsilon: number,
  ): this {
    const addresses = [columns, parameters, gradient, accumulator, step];
    return this.#call(OP_ADAGRAD, rows, GRAIN, addresses, [epsilon]);
  }

  adadelta(
    rows: number,
    columns: number,
    parameters: Address,
    gradient: Address,
    gradients: Address,
    changes: Address,
    step: Address,
    rho: number,
    epsilon: number,
  ): this {
    const addresses = [columns, parameters, gradient, gradients, changes, step];
    return this.#call(OP_ADADELTA, rows, GRAIN, addresses, [rho, 1 - rho, epsilon]);
  }

  /** Adds the gradient of l1·Σ|w| + l2·Σw²; `sums` gets the penalty of each row, a float64. */
  penalize(
    rows: number,
    columns: number,
    weights: Address,
    gradient: Address,
    sums: Address,
    l1: number,
    l2: number,
  ): this {
    return this.#call(OP_PENALIZE, rows, GRAIN, [columns, weights, gradient, sums], [l1, l2]);
  }

  clipValues(rows: number, columns: number, gradient: Address, limit: number): this {
    return this.#call(OP_CLIP_VALUES, rows, GRAIN, [columns, gradient], [limit]);
  }

  /** `sums` gets the sum of squares of each row, a float64. */
  sumSquares(rows: number, columns: number, gradient: Address, sums: Address): this {
    return this.#call(OP_SUM_SQUARES, rows, GRAIN, [columns, gradient, sums]);
  }

  /** Scales the gradient by what brings a norm, whose square is the sum of `count` float64, down to `limit`. */
  clipNorm(
    rows: number,
    columns: number,
    gradient: Address,
    sums: Address,
    count: number,
    limit: number,
  ): this {
    return this.#call(OP_CLIP_NORM, rows, GRAIN, [columns, gradient, sums, count], [limit]);
  }

  gaussianNoise(
    rows: number,
    columns: number,
    source: Address,
    target: Address,
    { step, stream, seed }: NoiseSource,
    deviation: number,
  ): this {
    const integers = [columns, source, target, step, stream, ...seed];
    return this.#call(OP_GAUSSIAN_NOISE, rows, GRAIN, integers, [deviation]);
  }

  /** @param ones below this rate of `rate`, elements become 0; from there on, 1 */
  replacementNoise(
    rows: number,
    columns: number,
    source: Address,
    target: Address,
    { step, stream, seed }: NoiseSource,
    { rate, ones, scale }: { rate: number; ones: number; scale: number },
  ): this {
    const thresholds = [rate, ones].map((part) => Math.min(Math.round(part * 2 ** 32), 2 ** 32 - 1));
    const integers = [columns, source, target, step, stream, ...seed, ...thresholds];
    return this.#call(OP_REPLACEMENT_NOISE, rows, GRAIN, integers, [scale]);
  }

  sampleLatent(
    rows: number,
    columns: number,
    heads: Address,
    z: Address,
    divergences: Address,
    { step, stream, seed }: NoiseSource,
  ): this {
    const integers = [columns, heads, z, divergences, step, stream, ...seed];
    return this.#call(OP_SAMPLE_LATENT, rows, GRAIN, integers);
  }

  sampleLatentBackward(
    rows: number,
    columns: number,
    heads: Address,
    z: Address,
    dz: Address,
    dheads: Address,
    step: Address,
    scale: number,
  ): this {
    const integers = [columns, heads, z, dz, dheads, step];
    return this.#call(OP_SAMPLE_LATENT_BACKWARD, rows, GRAIN, integers, [scale]);
  }

  activityL1(
    rows: number,
    columns: number,
    output: Address,
    gradient: Address,
    penalties: Address,
    strength: number,
    scale: number,
  ): this {
    return this.#call(OP_ACTIVITY_L1, rows, GRAIN, [columns, output, gradient, penalties], [strength, scale]);
  }

  klSparsity(
    columns: number,
    rows: number,
    sums: Address,
    slopes: Address,
    values: Address,
    target: number,
    weight: number,
  ): this {
    return this.#call(OP_KL_SPARSITY, columns, GRAIN, [rows, sums, slopes, values], [target, weight]);
  }

  addToRows(rows: number, columns: number, line: Address, matrix: Address): this {
    return this.#call(OP_ADD_TO_ROWS, rows, GRAIN, [columns, line, matrix]);
  }

  /** Copies the plan into the engine's memory. */
  build(memory: EngineMemory): Plan {
    this.#call(OP_END, 0, 1, []);
    return new Plan(memory, this.#words, this.#starts, this.#operations);
  }

  #call(
    operation: number,
    extent: number,
    grain: number,
    integers: number[],
    floats: number[] = [],
    more: number[] = [],
  ): this {
    const bits = floats.map((value) => {
      this.#float.setFloat32(0, value);
      return this.#float.getUint32(0);
    });
    const words = RECORD_ARGUMENTS + integers.length + bits.length + more.length;
    this.#words.push(operation, words, extent, grain, ...integers, ...bits, ...more);
    return this;
  }
}
