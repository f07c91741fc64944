import type { Engine } from "../engine/engine.js";
import type { PlanBuilder } from "../engine/plan.js";
import type { StepBlock } from "../engine/stepBlock.js";
import type { Storage } from "../engine/storage.js";
import type { AnyTensor, Tensor } from "../engine/tensor.js";
import type { Seed } from "../math/seed.js";
import type { ActivationName } from "./activations.js";
import type { Parameter, ParameterWish } from "./parameter.js";
import type { ActivityPenalty } from "./penalties.js";
import type { Shape } from "./shape.js";

/** A layer as its function returns it: plain data, stored as JSON in a model file. */
export interface LayerOptions {
  readonly kind: string;
  /** Penalty on the layer's output, added to the training loss. */
  readonly activityPenalty?: ActivityPenalty;
}

/**
 * One kind of layer, in its own file. To add one, write such a file and the kernels it needs in assembly/, then add a
 * line to layers.ts and to core.ts.
 */
export interface LayerKind<T extends LayerOptions> {
  readonly kind: T["kind"];
  /** Whether the layer only adds noise in training, and computes nothing otherwise. */
  readonly trainingOnly?: true;
  /**
   * Whether the layer can take a vector in place of the sequence into which repeatVector turns it. Then the two become
   * one where they follow each other: see `Place.repeats`.
   */
  readonly takesRepeated?: true;
  /**
   * Checks a layer given by the user (from untyped code or a file) and returns a clean copy.
   *
   * @param name the layer's name in error messages: `encoder[1]`
   */
  check(name: string, given: T): T;
  /**
   * The shape of the layer's output.
   *
   * @throws {ShapeError} for an input shape that does not fit
   */
  outputShape(options: T, inputShape: Shape, name: string): Shape;
  /** The layer's parameters; leave this out if it has none. */
  parameters?(options: T, inputShape: Shape): readonly ParameterWish[];
  /**
   * Builds the layer at its place in a network. Leave this out for layers that only change the shape of their input.
   */
  build?(options: T, place: Place): BuiltLayer;
}

/** What a layer knows about its place in a network. */
export interface Place {
  readonly engine: Engine;
  /** Allocates memory that lives as long as the network. */
  readonly storage: Storage;
  /**
   * How many layers before this one compute something (dropout and noise do not). Gives each layer its own initial
   * weights.
   */
  readonly number: number;
  /** Index among all layers, from 0. */
  readonly index: number;
  readonly inputShape: Shape;
  readonly outputShape: Shape;
  /** How many times the input is to be repeated, if a repeatVector before the layer was left out. */
  readonly repeats?: number;
  /** Whether no layer before it has anything to train, so the gradient of its input is not needed. */
  readonly first: boolean;
  /** Whether the network has no tied layers and no Gaussian latent. */
  readonly plain: boolean;
  /** The layer's parameters, by their names within the layer. */
  readonly parameters: Readonly<Record<string, Parameter>>;
  /** The block of all parameter values. */
  readonly values: Tensor;
  /** Zeros to start sums from: at least as many as the widest layer needs. */
  readonly zeros: Tensor;
}

/**
 * The purpose of a pass over a batch. `training` keeps what the backward pass needs; `evaluation` draws codes from a
 * Gaussian latent; `prediction` draws nothing; `distribution` stops at the mean and log σ² of such a latent.
 */
export type Purpose = "training" | "evaluation" | "prediction" | "distribution";

/** A buffer that a layer needs for a pass. */
export interface Room {
  readonly shape: Shape;
  /** Default: float32. */
  readonly type?: "float64";
}

/** What random numbers are drawn from, in addition to the rows' sample indices. */
export interface Draws {
  readonly seed: Seed;
  readonly step: StepBlock;
}

/** What a layer works on during one pass over `rows` rows. */
export interface LayerPass {
  readonly purpose: Purpose;
  readonly rows: number;
  /** [rows, …inputShape]. */
  readonly x: Tensor;
  /**
   * [rows, …outputShape]. If the loss is computed from logits, the last layer's `y` is its output before the
   * activation.
   */
  readonly y: Tensor;
  /** Gradient of the loss with respect to `y`; only in training. The layer may overwrite it. */
  readonly dy: Tensor;
  /** Where to write the gradient with respect to `x`; undefined if it is not needed. */
  readonly dx: Tensor | undefined;
  /** The buffers that the layer's `room` asked for, with as many rows as the pass can have. */
  readonly kept: Readonly<Record<string, AnyTensor>>;
  /** Whether the loss is computed from this layer's logits, so its activation is skipped. */
  readonly logits: boolean;
  /** Only in training and evaluation. */
  readonly draws: Draws | undefined;
  /** Gradients of the layer's parameters as stored in memory, [rows, columns]; only in training. */
  readonly gradients: Readonly<Record<string, Tensor>>;
}

/** A layer at its place in a network, with the kernel calls of its passes. */
export interface BuiltLayer {
  /** The layer's activation, if it can be skipped when the loss is computed from the logits. */
  readonly activation?: ActivationName;
  /** Floating-point operations of the layer's products per sample, forward; leave out if there are only a few. */
  readonly operations?: number;
  /** Buffers that the layer keeps besides its output in a pass over up to `rows` rows, by name. */
  room?(purpose: Purpose, rows: number): Readonly<Record<string, Room>>;
  /** Whether the layer does anything in such a pass; if not, its output is its input. Default: always. */
  acts?(purpose: Purpose): boolean;
  /**
   * Adds work that must see the inputs of all rows before `forward`, in training. Leave it out if rows are independent.
   * The calls are divided among threads.
   */
  prepare?(plan: PlanBuilder, pass: LayerPass): void;
  /** Adds y = f(x). Runs in blocks of rows, each on one thread. */
  forward(plan: PlanBuilder, pass: LayerPass): void;
  /** Adds work that must see the gradients of all rows before `backward`. */
  prepareBackward?(plan: PlanBuilder, pass: LayerPass): void;
  /**
   * Adds the computation of dx from dy, and prepares what `gradient` needs. Runs in blocks of rows, each on one thread.
   */
  backward(plan: PlanBuilder, pass: LayerPass): void;
  /**
   * Adds the gradients of the layer's parameters, after all rows have gone backward. The rows of each parameter are
   * divided among threads.
   */
  gradient?(plan: PlanBuilder, pass: LayerPass): void;
  /** Adds what a step changes besides the optimizer's update, after all gradients are complete. */
  update?(plan: PlanBuilder, pass: LayerPass): void;
  /** Adds the work needed after the layer's parameters have changed, divided among threads as in `gradient`. */
  refresh?(plan: PlanBuilder): void;
  /**
   * An upper bound of the absolute values of the layer's output.
   *
   * @param input an upper bound of the absolute values of its input
   * @param largest the largest absolute value of each parameter, by name
   */
  bound(input: number, largest: Readonly<Record<string, number>>): number;
}
