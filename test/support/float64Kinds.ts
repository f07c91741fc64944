import type {
  ActivationLayer,
  BatchNormalizationLayer,
  Conv1dLayer,
  Conv2dLayer,
  DenseLayer,
  GruLayer,
  Layer,
  LayerNormalizationLayer,
  LstmLayer,
  NamedWeight,
} from "../../src/index.js";
import { type CheckedDescription, stackOf } from "../../src/network/description.js";
import { codeLayer, type StackLayer } from "../../src/network/stack.js";
import { convolvedPictures } from "./convolution.js";
import { elementLoss } from "./float64Network.js";
import { enlarged, pooled } from "./float64Pictures.js";
import { recurrentStates } from "./recurrent.js";
import { activations } from "./reference.js";

/** What a step draws, [rows, columns] each. */
export interface StepDraws {
  /** The input of the first layer, if it is not the samples themselves. */
  readonly input?: ArrayLike<number>;
  /** What a dropout multiplies by, by its place among the layers. */
  readonly masks?: ReadonlyMap<number, ArrayLike<number>>;
  /** What a layer of noise adds, by its place. */
  readonly noise?: ReadonlyMap<number, ArrayLike<number>>;
  /** ε of the latent. */
  readonly epsilon?: ArrayLike<number>;
}

/** Training losses of every kind of autoencoder, in float64 and plain loops, and their gradients by differences. */
export class Float64Kinds {
  readonly #description: CheckedDescription;
  readonly #layers: readonly StackLayer[];
  readonly #code: StackLayer;
  readonly parameters: Map<string, Float64Array>;

  constructor(description: CheckedDescription, weights: readonly NamedWeight[]) {
    this.#description = description;
    const { layers, encoderDepth } = stackOf(description);
    this.#layers = layers;
    this.#code = codeLayer(layers.slice(0, encoderDepth));
    this.parameters = new Map(weights.map(({ name, data }) => [name, Float64Array.from(data)]));
  }

  /** What a step minimizes, penalties included. */
  loss(samples: ArrayLike<number>, draws: StepDraws): number {
    const { inputSize, loss, latent, sparsity } = this.#description;
    const rows = samples.length / inputSize;
    let total = 0;
    let x: Float64Array = Float64Array.from(draws.input ?? samples);
    this.#layers.forEach((layer, index) => {
      const y = this.#forward(x, layer, index, draws);
      const { activityPenalty } = layer.options;
      if (activityPenalty) total += (activityPenalty.strength * sum(y.map(Math.abs))) / rows;
      if (sparsity && layer === this.#code) {
        const units = y.length / rows;
        for (let unit = 0; unit < units; unit++) {
          const mean = sum(y.filter((_, i) => i % units === unit)) / rows;
          const rho = sparsity.target;
          total += sparsity.weight * rho * Math.log(rho / mean);
          total += sparsity.weight * (1 - rho) * Math.log((1 - rho) / (1 - mean));
        }
      }
      x = y;
      if (layer.kind.kind === "gaussian") {
        const units = latent!.units;
        x = new Float64Array(rows * units).map((_, i) => {
          const [mean, logVariance] = head(y, units, i);
          total += (latent!.beta * 0.5 * (mean ** 2 + Math.exp(logVariance) - 1 - logVariance)) / rows;
          return mean + Math.exp(logVariance / 2) * draws.epsilon![i]!;
        });
      }
    });
    const scale = latent ? 1 / rows : 1 / samples.length;
    const sigmoid = (this.#layers.at(-1)!.options as DenseLayer).activation === "sigmoid";
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
    for (const { name, wishes, tiedTo } of this.#layers) {
      for (const { name: part, penalty } of tiedTo === undefined ? wishes : []) {
        if (!penalty) continue;
        const weights = this.parameters.get(`${name}.${part}`)!;
        const first = penalty.kind === "l1l2" ? penalty.l1 : penalty.kind === "l1" ? penalty.strength : 0;
        const second = penalty.kind === "l1l2" ? penalty.l2 : penalty.kind === "l2" ? penalty.strength : 0;
        total += sum(weights.map((w) => first * Math.abs(w) + second * w ** 2));
      }
    }
    return total;
  }

  #forward(x: Float64Array, layer: StackLayer, index: number, draws: StepDraws): Float64Array {
    // A corruption is part of the draws.
    if (layer.place === "corruption") return x;
    switch (layer.kind.kind) {
      case "dense":
      case "gaussian":
        return this.#dense(x, layer);
      case "dropout":
      case "spatialDropout":
        return x.map((value, i) => value * draws.masks!.get(index)![i]!);
      case "layerNormalization":
        return this.#normalize(x, layer);
      case "conv1d":
      case "conv2d":
      case "conv1dTranspose":
      case "conv2dTranspose":
        return this.#convolve(x, layer);
      case "batchNormalization":
        return this.#normalizeColumns(x, layer);
      case "lstm":
      case "gru":
        return this.#recur(x, layer);
      case "gaussianNoise":
        return x.map((value, i) => value + draws.noise!.get(index)![i]!);
      case "activation":
        return x.map(activations[(layer.options as ActivationLayer).activation]);
      case "flatten":
      case "reshape":
        return x;
      default:
        return pictures(x, layer);
    }
  }

  #normalize(x: Float64Array, { name, inputShape, options }: StackLayer): Float64Array {
    const columns = inputShape.at(-1)!;
    const { epsilon } = options as LayerNormalizationLayer;
    const [weight, bias] = ["weight", "bias"].map((part) => this.parameters.get(`${name}.${part}`));
    return x.map((_, i) => {
      const first = i - (i % columns);
      const row = x.subarray(first, first + columns);
      const mean = sum(row) / columns;
      const variance = sum(row.map((value) => (value - mean) ** 2)) / columns;
      const normalized = (x[i]! - mean) / Math.sqrt(variance + epsilon);
      return normalized * (weight?.[i % columns] ?? 1) + (bias?.[i % columns] ?? 0);
    });
  }

  /** As in training: by the moments of the batch. */
  #normalizeColumns(x: Float64Array, { name, inputShape, options }: StackLayer): Float64Array {
    const columns = inputShape.at(-1)!;
    const { epsilon } = options as BatchNormalizationLayer;
    const [weight, bias] = ["weight", "bias"].map((part) => this.parameters.get(`${name}.${part}`));
    const y = new Float64Array(x.length);
    for (let column = 0; column < columns; column++) {
      const own = x.filter((_, i) => i % columns === column);
      const mean = sum(own) / own.length;
      const variance = sum(own.map((value) => (value - mean) ** 2)) / own.length;
      for (let i = column; i < x.length; i += columns) {
        const normalized = (x[i]! - mean) / Math.sqrt(variance + epsilon);
        y[i] = normalized * (weight?.[column] ?? 1) + (bias?.[column] ?? 0);
      }
    }
    return y;
  }

  #convolve(
    x: Float64Array,
    { name, kind, options, inputShape, outputShape, tiedTo }: StackLayer,
  ): Float64Array {
    const { kernelSize, strides, dilationRate, padding, activation } = options as Conv1dLayer | Conv2dLayer;
    const pair = (size: number | readonly [number, number]) =>
      typeof size === "number" ? ([1, size] as const) : size;
    const picture = (shape: readonly number[]) =>
      (shape.length === 2 ? [1, ...shape] : shape) as unknown as readonly [number, number, number];
    const z = convolvedPictures(
      x,
      picture(inputShape),
      picture(outputShape),
      {
        kernel: pair(kernelSize),
        strides: pair(strides),
        dilation: pair(dilationRate),
        padding,
        transposed: kind.kind.endsWith("Transpose"),
      },
      this.parameters.get(`${tiedTo === undefined ? name : this.#layers[tiedTo]!.name}.weight`)!,
      this.parameters.get(`${name}.bias`),
    );
    return z.map(activations[activation]);
  }

  #recur(x: Float64Array, { name, options, inputShape }: StackLayer): Float64Array {
    const [steps, inputs] = inputShape as [number, number];
    const part = (parameter: string) => this.parameters.get(`${name}.${parameter}_l0`);
    return recurrentStates(
      x,
      { ...(options as LstmLayer | GruLayer), steps, inputs },
      {
        input: part("weight_ih")!,
        state: part("weight_hh")!,
        bias: part("bias_ih"),
        stateBias: part("bias_hh"),
      },
    );
  }

  /** Along the last dimension. */
  #dense(x: Float64Array, { name, options, inputShape, wishes, tiedTo }: StackLayer): Float64Array {
    const inputs = inputShape.at(-1)!;
    const units = wishes[0]!.shape[0]!;
    const owner = tiedTo === undefined ? name : this.#layers[tiedTo]!.name;
    const weight = this.parameters.get(`${owner}.weight`)!;
    const bias = this.parameters.get(`${name}.bias`);
    const activation = activations[(options as Partial<DenseLayer>).activation ?? "linear"];
    const y = new Float64Array((x.length / inputs) * units);
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

/** What pooling and enlarging give; a sequence is a picture of height 1, and a vector one of a single element. */
function pictures(x: Float64Array, { inputShape, options }: StackLayer): Float64Array {
  const [height, width, channels] = [1, 1, ...inputShape].slice(-3) as [number, number, number];
  const picture = { height, width, channels };
  const layer = options as Layer;
  const whole = [height, width] as const;
  switch (layer.kind) {
    case "maxPooling2d":
      return pooled(x, { ...picture, ...layer }, "max");
    case "averagePooling2d":
      return pooled(x, { ...picture, ...layer }, "average");
    case "maxPooling1d":
    case "averagePooling1d": {
      const { poolSize, strides, padding } = layer;
      const windows = { ...picture, poolSize: [1, poolSize], strides: [1, strides], padding } as const;
      return pooled(x, windows, layer.kind === "maxPooling1d" ? "max" : "average");
    }
    case "globalAveragePooling2d":
      return pooled(x, { ...picture, poolSize: whole, strides: whole, padding: "valid" }, "average");
    case "upSampling2d":
      return enlarged(x, { ...picture, ...layer });
    case "upSampling1d":
      return enlarged(x, { ...picture, size: [1, layer.size], interpolation: "nearest" });
    case "repeatVector":
      return enlarged(x, { ...picture, size: [layer.n, 1], interpolation: "nearest" });
    default:
      throw new Error(`there is no float64 reference of ${layer.kind}`);
  }
}

/** Mean and log σ² of element `i` of a code. */
function head(y: Float64Array, units: number, i: number): [number, number] {
  const at = Math.floor(i / units) * 2 * units + (i % units);
  return [y[at]!, y[at + units]!];
}

function sum(values: Float64Array): number {
  return values.reduce((total, value) => total + value, 0);
}
