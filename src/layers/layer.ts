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

/** A layer as its function returns it: plain data, which a model's file holds as JSON. */
export interface LayerOptions {
  readonly kind: string;
  /** Added to the loss in training, from what the layer gives. */
  readonly activityPenalty?: ActivityPenalty;
}

/**
 * One kind of layer; a file each. To add one, write such a file, the kernels it needs in assembly/, and its line in
 * layers.ts and in core.ts.
 */
export interface LayerKind<T extends LayerOptions> {
  readonly kind: T["kind"];
  /** Whether it only disturbs what goes through it, in training, and so calculates nothing by itself. */
  readonly trainingOnly?: true;
  /**
   * Checks a layer that came from outside (a caller without types, a file) and returns a clean copy.
   *
   * @param name of the layer in error messages: `encoder[1]`
   */
  check(name: string, given: T): T;
  /**
   * The shape of what the layer gives.
   *
   * @throws {ShapeError} for a shape that it cannot take
   */
  outputShape(options: T, inputShape: Shape, name: string): Shape;
  /** The parameters it wants; none where this is left out. */
  parameters?(options: T, inputShape: Shape): readonly ParameterWish[];
  /** The layer in its place in a network. Left out of layers that only change the shape of what they get. */
  build?(options: T, place: Place): BuiltLayer;
}

/** What a layer is told of its place in a network. */
export interface Place {
  readonly engine: Engine;
  /** Where it takes memory that lives as long as the network. */
  readonly storage: Storage;
  /** How many layers before it calculate something; dropout and noise do not. Tells the first weights of layers apart. */
  readonly number: number;
  /** Its place among all layers, from 0. */
  readonly index: number;
  readonly inputShape: Shape;
  readonly outputShape: Shape;
  /** Whether nothing before it learns, so that nobody asks for the gradient of its input. */
  readonly first: boolean;
  /** Whether no layer of the network is tied to another or gives a distribution. */
  readonly plain: boolean;
  /** Its parameters, by their names within the layer. */
  readonly parameters: Readonly<Record<string, Parameter>>;
  /** The block of all parameters' values. */
  readonly values: Tensor;
  /** What sums start from: at least as many zeros as any layer is wide. */
  readonly zeros: Tensor;
}

/**
 * What a pass over a batch is for. `training` keeps what the backward pass needs; `evaluation` draws the codes of a
 * gaussian latent, `prediction` draws nothing, and `distribution` stops at the mean and log σ² of such a latent.
 */
export type Purpose = "training" | "evaluation" | "prediction" | "distribution";

/** A buffer that a layer wants for a pass. */
export interface Room {
  readonly shape: Shape;
  /** Default float32. */
  readonly type?: "float64";
}

/** What random numbers are drawn from, beside the samples of the rows. */
export interface Draws {
  readonly seed: Seed;
  readonly step: StepBlock;
}

/** What a layer works on in one pass over `rows` rows. */
export interface LayerPass {
  readonly purpose: Purpose;
  readonly rows: number;
  /** [rows, …inputShape]. */
  readonly x: Tensor;
  /** [rows, …outputShape]; where the loss is calculated from logits, the last layer's before its activation. */
  readonly y: Tensor;
  /** Gradient of the loss with respect to `y`; in training. The layer may overwrite it. */
  readonly dy: Tensor;
  /** Where the gradient with respect to `x` goes; undefined where nobody asks for it. */
  readonly dx: Tensor | undefined;
  /** What the layer's `room` asked for, of as many rows as the pass can have. */
  readonly kept: Readonly<Record<string, AnyTensor>>;
  /** Whether the loss is calculated from the layer's logits, so that its activation is left out. */
  readonly logits: boolean;
  /** In training and evaluation. */
  readonly draws: Draws | undefined;
  /** Gradients of its parameters as they lie in memory, [rows, columns]; in training. */
  readonly gradients: Readonly<Record<string, Tensor>>;
}

/** A layer in its place in a network: the calls of its passes. */
export interface BuiltLayer {
  /** Its activation, if it can be left out for a loss that is calculated from the logits. */
  readonly activation?: ActivationName;
  /** Floating-point operations of its products for one sample, forward; default few. */
  readonly operations?: number;
  /** What it keeps beside its output in a pass of up to `rows` rows, by name. */
  room?(purpose: Purpose, rows: number): Readonly<Record<string, Room>>;
  /** Whether it does anything in such a pass; else its output is its input. Default always. */
  acts?(purpose: Purpose): boolean;
  /**
   * Adds what has to see the inputs of all rows before `forward`, in training; left out where each row stands alone. Threads
   * share whatever its calls are divided into.
   */
  prepare?(plan: PlanBuilder, pass: LayerPass): void;
  /** Adds y = f(x). Runs block by block of rows, each on one thread. */
  forward(plan: PlanBuilder, pass: LayerPass): void;
  /** Adds what has to see the gradients of all rows before `backward`. */
  prepareBackward?(plan: PlanBuilder, pass: LayerPass): void;
  /** Adds dx from dy, and readies what `gradient` needs. Runs block by block of rows, each on one thread. */
  backward(plan: PlanBuilder, pass: LayerPass): void;
  /** Adds the gradients of its parameters, once all rows are through. Threads share the rows of each parameter. */
  gradient?(plan: PlanBuilder, pass: LayerPass): void;
  /** Adds what a step changes beside what the optimizer does, once all gradients are there. */
  update?(plan: PlanBuilder, pass: LayerPass): void;
  /** Adds what is to be done when its parameters have changed, in the same shares as `gradient`. */
  refresh?(plan: PlanBuilder): void;
  /**
   * An upper bound of the absolute values that it gives.
   *
   * @param input that of its input
   * @param largest the largest absolute value of each parameter, by name
   */
  bound(input: number, largest: Readonly<Record<string, number>>): number;
}
