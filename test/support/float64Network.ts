import type { DenseLayer, Layer, Loss, NamedWeight } from "../../src/index.js";
import { activations } from "./reference.js";

/** The parts of a model's description that say what it calculates. */
export interface Described {
  readonly inputSize: number;
  readonly encoder: readonly Layer[];
  readonly decoder: readonly Layer[];
}

interface Float64Layer {
  readonly inputs: number;
  readonly units: number;
  readonly activation: string;
  /** [out, in]. */
  readonly weight: Float64Array;
  readonly bias: Float64Array;
}

/** The same network in float64 and plain loops, to compare with. */
export class Float64Network {
  readonly #layers: readonly Float64Layer[];
  readonly #encoderDepth: number;
  /** The parameters by name: live, so that a test can move one of them. */
  readonly parameters = new Map<string, Float64Array>();

  constructor({ inputSize, encoder, decoder }: Described, weights: readonly NamedWeight[]) {
    const given = new Map(weights.map(({ name, data }) => [name, data]));
    let inputs = inputSize;
    const denseOf = (layers: readonly Layer[]) =>
      layers.filter(({ kind }) => kind === "dense") as DenseLayer[];
    const build = (part: string) => (layer: DenseLayer, index: number) => {
      const weight = Float64Array.from(given.get(`${part}.${index}.weight`)!);
      const bias = Float64Array.from(given.get(`${part}.${index}.bias`) ?? new Float32Array(layer.units));
      this.parameters.set(`${part}.${index}.weight`, weight);
      if (given.has(`${part}.${index}.bias`)) this.parameters.set(`${part}.${index}.bias`, bias);
      const built = { inputs, units: layer.units, activation: layer.activation, weight, bias };
      inputs = layer.units;
      return built;
    };
    this.#layers = [...denseOf(encoder).map(build("encoder")), ...denseOf(decoder).map(build("decoder"))];
    this.#encoderDepth = encoder.length;
  }

  /** The codes of all rows. */
  encode(samples: ArrayLike<number>): Float64Array {
    return forward(samples, this.#layers.slice(0, this.#encoderDepth));
  }

  /** Samples from codes. */
  decode(codes: ArrayLike<number>): Float64Array {
    return forward(codes, this.#layers.slice(this.#encoderDepth));
  }

  reconstruct(samples: ArrayLike<number>): Float64Array {
    return forward(samples, this.#layers);
  }

  /** The loss of each row: the mean over its columns. */
  losses(samples: ArrayLike<number>, loss: Loss): Float64Array {
    const columns = this.#layers[0]!.inputs;
    const predictions = this.reconstruct(samples);
    const sigmoid = this.#layers.at(-1)!.activation === "sigmoid";
    const result = new Float64Array(predictions.length / columns);
    predictions.forEach((y, i) => {
      const x = samples[i]!;
      const value = elementLoss(loss, x, y, sigmoid);
      result[Math.floor(i / columns)]! += value / columns;
    });
    return result;
  }

  /** The mean loss. */
  loss(samples: ArrayLike<number>, loss: Loss): number {
    const losses = this.losses(samples, loss);
    return losses.reduce((sum, value) => sum + value, 0) / losses.length;
  }

  /** d(mean loss)/d(parameter) of every parameter, by central differences. */
  gradients(samples: ArrayLike<number>, loss: Loss, h = 1e-5): Map<string, Float64Array> {
    const gradient = (values: Float64Array) =>
      values.map((value, i) => {
        values[i] = value + h;
        const above = this.loss(samples, loss);
        values[i] = value - h;
        const below = this.loss(samples, loss);
        values[i] = value;
        return (above - below) / (2 * h);
      });
    return new Map([...this.parameters].map(([name, values]) => [name, gradient(values)]));
  }
}

function forward(samples: ArrayLike<number>, layers: readonly Float64Layer[]): Float64Array {
  let x = Float64Array.from(samples);
  for (const { inputs, units, activation, weight, bias } of layers) {
    const rows = x.length / inputs;
    const y = new Float64Array(rows * units);
    for (let row = 0; row < rows; row++) {
      for (let j = 0; j < units; j++) {
        let sum = bias[j]!;
        for (let k = 0; k < inputs; k++) sum += x[row * inputs + k]! * weight[j * inputs + k]!;
        y[row * units + j] = activations[activation as keyof typeof activations](sum);
      }
    }
    x = y;
  }
  return x;
}

/** The loss of one element. */
export function elementLoss(loss: Loss, x: number, y: number, sigmoid: boolean): number {
  if (loss === "meanSquaredError") return (y - x) ** 2;
  if (loss === "meanAbsoluteError") return Math.abs(y - x);
  if (loss === "binaryCrossentropy") return crossentropy(x, y, sigmoid);
  const delta = typeof loss === "object" ? loss.delta : 1;
  const d = Math.abs(y - x);
  return d <= delta ? d ** 2 / 2 : delta * (d - delta / 2);
}

/** −x·ln p − (1 − x)·ln(1 − p); unless p is a sigmoid, clipped to [1e-7, 1 − 1e-7]. */
function crossentropy(x: number, y: number, sigmoid: boolean): number {
  const p = sigmoid ? y : Math.min(1 - 1e-7, Math.max(1e-7, y));
  return -x * Math.log(p) - (1 - x) * Math.log1p(-p);
}
