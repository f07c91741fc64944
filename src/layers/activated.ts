import type { PlanBuilder } from "../engine/plan.js";
import type { Tensor } from "../engine/tensor.js";
import { ACTIVATIONS, type ActivationName, needsInput } from "./activations.js";
import type { LayerPass, Purpose, Room } from "./layer.js";
import { asMatrix, type Shape } from "./shape.js";

/** The activation step of a layer: y = f(z). */
export class Activated {
  readonly #activation: ActivationName;
  readonly #shape: Shape;

  /** @param shape shape of the layer's output */
  constructor(activation: ActivationName, shape: Shape) {
    this.#activation = activation;
    this.#shape = shape;
  }

  /** Room for z during training, for activations whose derivative f′ is computed from z. */
  room(purpose: Purpose, rows: number): Readonly<Record<string, Room>> {
    if (purpose !== "training" || !needsInput(this.#activation)) return {};
    return { z: { shape: [rows, ...this.#shape] } };
  }

  /** Where the layer should write z. This may be the same memory as y. */
  target({ rows, kept, y }: LayerPass): Tensor {
    return kept.z ? (kept.z as Tensor).first(rows) : y;
  }

  /** Adds y = f(z). */
  forward(plan: PlanBuilder, pass: LayerPass): void {
    if (pass.logits || this.#activation === "linear") return;
    const [z, y] = [asMatrix(this.target(pass)), asMatrix(pass.y)];
    const [rows, columns] = y.shape as [number, number];
    plan.call("activationForward", rows, { kind: ACTIVATIONS[this.#activation], columns, z, y });
  }

  /** Makes dy the gradient with respect to z. */
  backward(plan: PlanBuilder, pass: LayerPass): void {
    if (pass.logits || this.#activation === "linear") return;
    const gradient = asMatrix(pass.dy);
    const [rows, columns] = gradient.shape as [number, number];
    const kept = pass.kept.z ?? pass.y;
    const kind = ACTIVATIONS[this.#activation];
    plan.call("activationBackward", rows, { kind, columns, kept, gradient });
  }

  /** An upper bound of |y|, given one for |z|. */
  bound(z: number): number {
    // For every other activation, |f(z)| ≤ 1.1·|z| + 1.
    if (this.#activation === "sigmoid" || this.#activation === "tanh") return 1;
    return 1.1 * z + 1;
  }
}
