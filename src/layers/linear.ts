import { NARROW } from "../../assembly/abi.js";
import type { PlanBuilder } from "../engine/plan.js";
import { NOWHERE, type Tensor } from "../engine/tensor.js";
import { type Distribution, ZEROS } from "./initializers.js";
import type { LayerPass, Place, Room } from "./layer.js";
import type { Parameter, ParameterWish } from "./parameter.js";
import type { KernelPenalty } from "./penalties.js";
import { sizeOf } from "./shape.js";

/**
 * The parameters of W·x + b, with shapes [out, in] and [out]. W is stored with its longer side as rows. That way, the
 * smaller of the two operands is the one packed for the gradient, and the rows can be divided among threads.
 */
export function linearParameters(
  inputs: number,
  units: number,
  start: Distribution,
  bias: boolean,
  penalty: KernelPenalty | undefined,
): ParameterWish[] {
  const transposed = inputs >= units;
  const weight = { name: "weight", shape: [units, inputs], transposed, start, ...(penalty && { penalty }) };
  return bias ? [weight, { name: "bias", shape: [units], start: ZEROS }] : [weight];
}

/**
 * z = W·x + b over the rows of a matrix, and its gradients. Shared by dense layers and Gaussian latents.
 *
 * There are three forms. Usually W is packed for its products, once after each change. If tied, W is another layer's
 * weight, transposed, and its gradient is added to that layer's. With at most two inputs and two units, special kernels
 * read W in place.
 */
export class Linear {
  readonly #place: Place;
  readonly #weight: Parameter;
  readonly #bias: Parameter | undefined;
  readonly #inputs: number;
  readonly #units: number;
  /** Read W where it lies, by kernels for at most two inputs and units: training the spiral takes a third of the time. */
  readonly #narrow: boolean;
  /** W packed for the product with x, and for the product with the gradient of z. */
  readonly #forwardPack: Tensor | undefined;
  readonly #backwardPack: Tensor | undefined;

  constructor(place: Place) {
    const { engine, storage, parameters } = place;
    this.#place = place;
    this.#weight = parameters.weight!;
    this.#bias = parameters.bias;
    const [units, inputs] = this.#weight.shape as [number, number];
    [this.#units, this.#inputs] = [units, inputs];
    this.#narrow = place.plain && inputs <= NARROW && units <= NARROW;
    if (this.#narrow) return;
    this.#forwardPack = storage.floats(engine.packedSize(inputs, units));
    if (!place.first) this.#backwardPack = storage.floats(engine.packedSize(units, inputs));
  }

  /** Floating-point operations per sample. */
  get operations(): number {
    return 2 * sizeOf(this.#place.inputShape) * this.#units;
  }

  /** What a training pass keeps: the packed operand for the gradient of W. */
  room(rows: number): Readonly<Record<string, Room>> {
    if (this.#narrow) return {};
    const { engine, inputShape } = this.#place;
    const samples = (rows * sizeOf(inputShape)) / this.#inputs;
    return { packed: { shape: [engine.packedSize(samples, this.#weight.columns)] } };
  }

  /** Adds the first columns of z: as many as `z` has. */
  forward(plan: PlanBuilder, x: Tensor, z: Tensor): void {
    const { values, zeros } = this.#place;
    const seed = this.#bias ? this.#bias.in(values) : zeros;
    this.#product(plan, "forward", x, seed, z);
  }

  /** Adds the computation of dx from dz, and packs what the gradient of W needs. */
  backward(plan: PlanBuilder, x: Tensor, dz: Tensor, dx: Tensor | undefined, kept: LayerPass["kept"]): void {
    const operand = this.#weight.transposed ? dz : x;
    if (!this.#narrow) plan.packRows(operand, kept.packed as Tensor);
    if (dx) this.#product(plan, "backward", dz, this.#place.zeros, dx);
  }

  /** Adds the gradients of W and b. */
  gradient(plan: PlanBuilder, x: Tensor, dz: Tensor, { kept, gradients }: LayerPass): void {
    const [rows, units] = dz.shape as [number, number];
    if (this.#narrow) {
      const [unitStep, inputStep] = this.#steps;
      const { weight: weights, bias = NOWHERE } = gradients;
      const fields = {
        units,
        inputs: this.#inputs,
        rows,
        x,
        delta: dz,
        weights: weights!,
        bias,
        unitStep,
        inputStep,
      };
      // Too small to divide among threads, so it is one item.
      plan.call("narrowGradient", 1, fields, 1);
      return;
    }
    // Stored as [in, out]: dWᵀ = xᵀ·dz. Stored as [out, in]: dW = dzᵀ·x. The second operand is the packed one.
    const a = this.#weight.transposed ? x.transposed : dz.transposed;
    const accumulate = this.#weight.borrowed;
    plan.product({ a, b: kept.packed as Tensor, seed: this.#place.zeros, c: gradients.weight!, accumulate });
    if (this.#bias)
      plan.call("columnSums", units, { rows, columns: units, source: dz, sums: gradients.bias! });
  }

  /** Packs W again, after it has changed. */
  refresh(plan: PlanBuilder): void {
    if (this.#narrow) return;
    const weight = this.#weight.in(this.#place.values);
    const [packed, turned] = [this.#forwardPack, this.#backwardPack];
    if (this.#weight.transposed) {
      plan.packRows(weight, packed!);
      if (turned) plan.packColumns(weight, turned);
    } else {
      plan.packColumns(weight, packed!);
      if (turned) plan.packRows(weight, turned);
    }
  }

  /** An upper bound of |z|. */
  bound(input: number, { weight, bias = 0 }: Readonly<Record<string, number>>): number {
    return input * this.#inputs * weight! + bias;
  }

  /** Distance in memory between neighbouring units of W, and between neighbouring inputs. */
  get #steps(): [unit: number, input: number] {
    const { columns, transposed } = this.#weight;
    return transposed ? [1, columns] : [columns, 1];
  }

  /** Adds a·Wᵀ for `forward` and a·W for `backward`. Each row of the result starts from `seed`. */
  #product(plan: PlanBuilder, way: "forward" | "backward", a: Tensor, seed: Tensor, c: Tensor): void {
    if (!this.#narrow) {
      const forward = way === "forward";
      const b = forward ? this.#forwardPack! : this.#backwardPack!;
      plan.product({ a, b, seed, c, packedColumns: forward ? this.#units : this.#inputs });
      return;
    }
    const [rows, n] = c.shape as [number, number];
    const [unitStep, inputStep] = this.#steps;
    const [bRow, bColumn] = way === "forward" ? [inputStep, unitStep] : [unitStep, inputStep];
    const b = this.#weight.in(this.#place.values);
    plan.call("narrowProduct", rows, { n, k: a.shape[1]!, a, b, bRow, bColumn, seed, c });
  }
}
