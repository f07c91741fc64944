import type { PlanBuilder } from "../engine/plan.js";
import type { Storage } from "../engine/storage.js";
import type { AnyTensor, Tensor } from "../engine/tensor.js";
import { NOWHERE } from "../engine/tensor.js";
import type { BuiltLayer, Draws, LayerPass, Purpose } from "../layers/layer.js";
import type { Parameter } from "../layers/parameter.js";
import { sizeOf } from "../layers/shape.js";
import type { NetworkLayer } from "./networkLayer.js";

/** Optional parts of a pass. */
export interface PassOptions {
  /** Where the batch is, if it is not in the pass's own tensor. */
  readonly input?: Tensor;
  readonly draws?: Draws;
  /** Whether the loss is computed from the last layer's logits. */
  readonly logits?: boolean;
  /** In training: the block of all gradients, laid out like the parameters. */
  readonly gradients?: Tensor;
}

/** The tensors of one layer in a pass. */
interface LayerTensors {
  readonly x: Tensor;
  readonly y: Tensor;
  readonly dy: Tensor;
  readonly dx: Tensor | undefined;
  readonly kept: Readonly<Record<string, AnyTensor>>;
}

/**
 * Up to `capacity` rows on their way through some layers: activations, the layers' buffers, and in training the
 * gradients with respect to each layer's output. The memory is allocated once, for all batches.
 */
export class Pass {
  readonly purpose: Purpose;
  /** The batch, [capacity, …shape]. */
  readonly input: Tensor;
  /** Floats per row, over all tensors. */
  readonly floats: number;
  readonly #layers: readonly NetworkLayer[];
  readonly #options: PassOptions;
  readonly #tensors: readonly LayerTensors[];

  constructor(
    storage: Storage,
    layers: readonly NetworkLayer[],
    capacity: number,
    purpose: Purpose,
    options: PassOptions = {},
  ) {
    const { inputShape } = layers[0]!;
    this.purpose = purpose;
    this.input = options.input ?? storage.floats(capacity, ...inputShape);
    this.#layers = layers;
    this.#options = options;
    const training = purpose === "training";
    let floats = sizeOf(inputShape);
    const tensors: LayerTensors[] = [];
    let learns = false;
    for (const { inputShape, outputShape, owned, calls } of layers) {
      const before = tensors.at(-1);
      // A layer may see the previous layer's output in another shape.
      const x = (before?.y ?? this.input).as(capacity, ...inputShape);
      const active = acts(calls, purpose);
      const y = active ? storage.floats(capacity, ...outputShape) : x;
      const room = active ? Object.entries(calls.room?.(purpose, capacity) ?? {}) : [];
      const kept = Object.fromEntries(
        room.map(([name, { shape, type }]) => [
          name,
          type === "float64" ? storage.doubles(...shape) : storage.floats(...shape),
        ]),
      );
      // The gradient is not needed before the first layer that learns.
      const dx = learns ? before!.dy.as(capacity, ...inputShape) : undefined;
      learns ||= training && owned.length > 0;
      const dy = learns ? storage.floats(capacity, ...outputShape) : NOWHERE;
      if (active) floats += sizeOf(outputShape);
      tensors.push({ x, y, dx, dy, kept });
    }
    this.floats = training ? 2 * floats : floats;
    this.#tensors = tensors;
  }

  /** The output of layer `index` (default: the last) for up to `capacity` rows. */
  output(index = this.#layers.length - 1): Tensor {
    return this.#tensors[index]!.y;
  }

  /** The gradient of the loss with respect to that output. */
  slope(index = this.#layers.length - 1): Tensor {
    return this.#tensors[index]!.dy;
  }

  /** The buffer that a layer keeps under a name; undefined if there is none. */
  kept(name: string): AnyTensor | undefined {
    return this.#tensors.find(({ kept }) => name in kept)?.kept[name];
  }

  /** Whether layer `index` must see all rows before its forward pass. */
  waits(index: number): boolean {
    return this.purpose === "training" && this.#layers[index]!.calls.prepare !== undefined;
  }

  /** Adds the work of layer `index` over all rows before its forward pass. */
  prepare(plan: PlanBuilder, rows: number, index: number): void {
    this.#layers[index]!.calls.prepare?.(plan, this.#of(index, rows));
  }

  /** Adds the forward pass of `rows` rows from layer `from` up to layer `to`; default all layers. */
  forward(plan: PlanBuilder, rows: number, from = 0, to = this.#layers.length): void {
    for (let index = from; index < to; index++) {
      const { calls } = this.#layers[index]!;
      if (acts(calls, this.purpose)) calls.forward(plan, this.#of(index, rows));
    }
  }

  /** Whether layer `index` or any layer before it learns, so that the backward pass must reach it. */
  learns(index: number): boolean {
    return this.slope(index) !== NOWHERE;
  }

  /** Whether layer `index` must see the gradients of all rows before its backward pass. */
  waitsBackward(index: number): boolean {
    return this.#layers[index]!.calls.prepareBackward !== undefined;
  }

  /** Adds the work of layer `index` over the gradients of all rows before its backward pass. */
  prepareBackward(plan: PlanBuilder, rows: number, index: number): void {
    this.#layers[index]!.calls.prepareBackward?.(plan, this.#of(index, rows));
  }

  /** Adds the backward pass of one layer. */
  backward(plan: PlanBuilder, rows: number, index: number): void {
    this.#layers[index]!.calls.backward(plan, this.#of(index, rows));
  }

  /** Adds the gradients of one layer's parameters. */
  gradient(plan: PlanBuilder, rows: number, index: number): void {
    this.#layers[index]!.calls.gradient?.(plan, this.#of(index, rows));
  }

  /** Adds what a step changes in one layer besides its trainable parameters. */
  update(plan: PlanBuilder, rows: number, index: number): void {
    this.#layers[index]!.calls.update?.(plan, this.#of(index, rows));
  }

  #of(index: number, rows: number): LayerPass {
    const { x, y, dy, dx, kept } = this.#tensors[index]!;
    const { purpose } = this;
    const { draws, logits = false, gradients } = this.#options;
    const { parameters } = this.#layers[index]!;
    const gradientOf = (parameter: Parameter) => parameter.in(gradients!);
    return {
      purpose,
      rows,
      x: x.first(rows),
      y: y.first(rows),
      dy: dy === NOWHERE ? dy : dy.first(rows),
      dx: dx?.first(rows),
      kept,
      logits: logits && index === this.#layers.length - 1,
      draws,
      gradients: gradients
        ? Object.fromEntries(
            Object.entries(parameters).map(([name, parameter]) => [name, gradientOf(parameter)]),
          )
        : {},
    };
  }
}

/** Whether a layer does anything in such a pass. */
function acts(calls: BuiltLayer, purpose: Purpose): boolean {
  return calls.acts?.(purpose) ?? true;
}
