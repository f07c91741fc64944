import type { NamedWeight } from "../../src/index.js";
import type { CheckedDescription } from "../../src/network/description.js";
import { type StackLayer, toStack } from "../../src/network/stack.js";
import { elementLoss } from "./float64Network.js";
import { activations } from "./reference.js";

/** What a step draws, [rows, columns] each. */
export interface StepDraws {
  /** The input of the first layer, if it is not the samples themselves. */
  readonly input?: ArrayLike<number>;
  /** What dropout behind a layer multiplies by, by the layer's place. */
  readonly masks?: ReadonlyMap<number, ArrayLike<number>>;
  /** ε of the latent. */
  readonly epsilon?: ArrayLike<number>;
}

/** Training losses of every kind of autoencoder, in float64 and plain loops, and their gradients by differences. */
export class Float64Kinds {
  readonly #description: CheckedDescription;
  readonly #layers: readonly StackLayer[];
  readonly #depth: number;
  readonly parameters: Map<string, Float64Array>;

  constructor(description: CheckedDescription, weights: readonly NamedWeight[]) {
    this.#description = description;
    const { layers, encoderDepth } = toStack(description);
    this.#layers = layers;
    this.#depth = encoderDepth;
    this.parameters = new Map(weights.map(({ name, data }) => [name, Float64Array.from(data)]));
  }

  /** What a step minimizes, penalties included. */
  loss(samples: ArrayLike<number>, draws: StepDraws): number {
    const { inputSize, loss, latent, sparsity } = this.#description;
    const rows = samples.length / inputSize;
    let total = 0;
    let x: Float64Array = Float64Array.from(draws.input ?? samples);
    this.#layers.forEach((layer, index) => {
      const y = this.#dense(x, layer, rows);
      const { activityPenalty } = layer.layer;
      if (activityPenalty) total += (activityPenalty.strength * sum(y.map(Math.abs))) / rows;
      if (sparsity && index === this.#depth - 1) {
        for (let unit = 0; unit < layer.units; unit++) {
          const mean = sum(y.filter((_, i) => i % layer.units === unit)) / rows;
          const rho = sparsity.target;
          total += sparsity.weight * rho * Math.log(rho / mean);
          total += sparsity.weight * (1 - rho) * Math.log((1 - rho) / (1 - mean));
        }
      }
      x = y;
      if (layer.transition?.kind === "dropout") x = y.map((value, i) => value * draws.masks!.get(index)![i]!);
      if (layer.transition?.kind === "sample") {
        x = new Float64Array(rows * layer.outputs).map((_, i) => {
          const [mean, logVariance] = head(y, layer, i);
          total += (latent!.beta * 0.5 * (mean ** 2 + Math.exp(logVariance) - 1 - logVariance)) / rows;
          return mean + Math.exp(logVariance / 2) * draws.epsilon![i]!;
        });
      }
    });
    const scale = latent ? 1 / rows : 1 / samples.length;
    const sigmoid = this.#layers.at(-1)!.layer.activation === "sigmoid";
    const value = (y: number, i: number) => elementLoss(loss, samples[i]!, y, sigmoid);
    return total + this.#kernelPenalties() + scale * sum(x.map(value));
  }

  /** d(loss)/d(parameter) of every parameter, by central differences. */
  gradients(samples: ArrayLike<number>, draws: StepDraws, h = 1e-5): Map<string, Float64Array> {
    const slope = (values: Float64Array) =>
      values.map((value, i) => {
        values[i] = value + h;
        const above = this.loss(samples, draws);
        values[i] = value - h;
        const below = this.loss(samples, draws);
        values[i] = value;
        return (above - below) / (2 * h);
      });
    return new Map([...this.parameters].map(([name, values]) => [name, slope(values)]));
  }

  #kernelPenalties(): number {
    let total = 0;
    for (const { name, layer } of this.#layers) {
      const penalty = layer.kernelPenalty;
      if (!penalty) continue;
      const weights = this.parameters.get(`${name}.weight`)!;
      const first = penalty.kind === "l1l2" ? penalty.l1 : penalty.kind === "l1" ? penalty.strength : 0;
      const second = penalty.kind === "l1l2" ? penalty.l2 : penalty.kind === "l2" ? penalty.strength : 0;
      total += sum(weights.map((w) => first * Math.abs(w) + second * w ** 2));
    }
    return total;
  }

  #dense(x: Float64Array, layer: StackLayer, rows: number): Float64Array {
    const { name, inputs, units, tiedTo } = layer;
    const owner = tiedTo === undefined ? name : this.#layers[tiedTo]!.name;
    const weight = this.parameters.get(`${owner}.weight`)!;
    const bias = this.parameters.get(`${name}.bias`);
    const activation = activations[layer.layer.activation];
    const y = new Float64Array(rows * units);
    for (let i = 0; i < y.length; i++) {
      const [row, unit] = [Math.floor(i / units), i % units];
      let z = bias?.[unit] ?? 0;
      for (let k = 0; k < inputs; k++) {
        z += x[row * inputs + k]! * weight[tiedTo === undefined ? unit * inputs + k : k * units + unit]!;
      }
      y[i] = activation(z);
    }
    return y;
  }
}

/** Mean and log σ² of element `i` of a code. */
function head(y: Float64Array, { units, outputs }: StackLayer, i: number): [number, number] {
  const at = Math.floor(i / outputs) * units + (i % outputs);
  return [y[at]!, y[at + outputs]!];
}

function sum(values: Float64Array): number {
  return values.reduce((total, value) => total + value, 0);
}
