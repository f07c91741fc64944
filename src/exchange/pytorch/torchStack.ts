import { show } from "../../common/check.js";
import { ArgumentError, FormatError, ShapeError } from "../../common/errors.js";
import { quote } from "../../common/printable.js";
import { activation } from "../../layers/activation.js";
import type { ActivationName } from "../../layers/activations.js";
import { batchNormalization } from "../../layers/batchNormalization.js";
import { conv1d } from "../../layers/conv1d.js";
import { conv1dTranspose } from "../../layers/conv1dTranspose.js";
import { conv2d } from "../../layers/conv2d.js";
import { conv2dTranspose } from "../../layers/conv2dTranspose.js";
import { dense } from "../../layers/dense.js";
import { flatten } from "../../layers/flatten.js";
import { gru } from "../../layers/gru.js";
import { layerNormalization } from "../../layers/layerNormalization.js";
import { kindOf, type Layer } from "../../layers/layers.js";
import { lstm } from "../../layers/lstm.js";
import { repeatVector } from "../../layers/repeatVector.js";
import { reshape } from "../../layers/reshape.js";
import { type Shape, shapeText, sizeOf } from "../../layers/shape.js";
import type { ImportedLayer } from "../importedModel.js";
import { fitKernels, withZeros } from "../kernelFit.js";
import type { GraphWeight } from "../modelGraph.js";
import { channelsLastColumns, channelsLastRows } from "./channelOrder.js";
import type { StateDictOptions } from "./stateDictOptions.js";
import type { StateGroup } from "./stateGroups.js";

/** PyTorch's defaults for normalizations. */
const EPSILON = 1e-5;
const MOMENTUM = 0.9;

type Weights = Map<string, GraphWeight>;

/** Layers as they come from PyTorch's modules, one after another, each on the output of the one before. */
export class TorchStack {
  readonly inputShape: Shape;
  readonly layers: ImportedLayer[] = [];
  readonly notes: string[] = [];
  /** How many layers come before the code. */
  codeDepth = 0;
  /** An activation that is still to be put. */
  pending: ActivationName | undefined;
  readonly #options: StateDictOptions;
  #shape: Shape;
  /** Shapes that were flattened, to be had again by the decoder. */
  readonly #flattened: Shape[] = [];
  #convolutions = 0;
  #transposed = 0;
  /** Whether the decoder has begun, and steps are wanted of its first recurrent layer. */
  #steps: number | undefined;
  #decoding = false;

  constructor(inputShape: Shape, options: StateDictOptions) {
    this.inputShape = inputShape;
    this.#shape = inputShape;
    this.#options = options;
  }

  #push(name: string, layer: Layer, weights: Weights = new Map()): void {
    this.layers.push({ name, layer, weights });
    this.#shape = kindOf(layer).outputShape(layer, this.#shape, `layer ${quote(name)}`);
  }

  dense({ name, tensors }: StateGroup): void {
    const weights: Weights = new Map(tensors);
    const [units, inputs] = tensors.get("weight")!.shape as [number, number];
    if (this.#shape.length > 1 && inputs === sizeOf(this.#shape) && inputs !== this.#shape.at(-1)) {
      // PyTorch flattens channel by channel.
      weights.set("weight", channelsLastColumns(weights.get("weight")!, this.#shape));
      this.#noteOrder(name, this.#shape);
      this.#flattened.push(this.#shape);
      this.#push(name, flatten());
    }
    this.#expect(name, "inputs", inputs, this.#shape.at(-1)!);
    this.#push(name, dense(units, "linear", { bias: tensors.has("bias") }), weights);
  }

  convolution({ name, tensors }: StateGroup): void {
    const weight = tensors.get("weight")!;
    const bias = tensors.get("bias");
    const [first, second, ...kernel] = weight.shape as [number, number, ...number[]];
    this.#unflatten(name, kernel.length + 1, [first, second]);
    const channels = this.#shape.at(-1)!;
    const transposed = this.#isTransposed(name, first, second, bias?.shape[0], channels);
    this.#expect(name, "channels", transposed ? first : second, channels);
    const strides = this.#setting("strides", name, this.#convolutions);
    const padding = this.#setting("padding", name, this.#convolutions++);
    const outputPadding = transposed ? this.#setting("outputPadding", name, this.#transposed++, 0) : 0;
    const axes = kernel.map((size, index) => ({
      ...{ length: this.#shape[index]!, kernel: size, stride: strides, dilation: 1 },
      ...{ before: padding, behind: padding, added: outputPadding },
    }));
    const fits = fitKernels(axes, transposed);
    if (!fits) {
      throw new ArgumentError(
        `${quote(name)}, a ${transposed ? "transposed " : ""}convolution with a kernel of ${kernel.join(" × ")}, strides ${strides} ` +
          `and padding ${padding} over ${shapeText(this.#shape)}, has no equal here`,
      );
    }
    const widened = withZeros(weight, fits);
    const sizes = widened.shape.slice(2);
    const options = { strides, padding: fits[0]!.padding, bias: bias !== undefined };
    const filters = transposed ? second : first;
    const pair = sizes as unknown as [number, number];
    const layer =
      sizes.length === 1
        ? (transposed ? conv1dTranspose : conv1d)(filters, sizes[0]!, "linear", options)
        : (transposed ? conv2dTranspose : conv2d)(filters, pair, "linear", options);
    this.#push(name, layer, new Map([["weight", widened], ...(bias ? ([["bias", bias]] as const) : [])]));
  }

  /** Whether it turns the channels of its first dimension into those of the second. */
  #isTransposed(
    name: string,
    first: number,
    second: number,
    bias: number | undefined,
    channels: number,
  ): boolean {
    if (first !== second) return bias === undefined ? channels === first : bias === second;
    const taken = this.#decoding || /deconv|transpose|up/i.test(name);
    this.notes.push(`${name} is taken for a ${taken ? "transposed " : ""}convolution: its shape fits both.`);
    return taken;
  }

  recurrent({ name, tensors }: StateGroup, more: boolean): void {
    if ([...tensors.keys()].some((key) => key.endsWith("_reverse") || /weight_hr/.test(key)))
      throw new FormatError(
        `${quote(name)} reads sequences in both directions, or projects, which has no equal here`,
      );
    if (this.#steps !== undefined && this.#shape.length === 1) {
      this.#push(name, repeatVector(this.#steps));
      this.notes.push(`The code is taken to be repeated ${this.#steps} times before ${name}.`);
    }
    for (let depth = 0; tensors.has(`weight_ih_l${depth}`); depth++) {
      const weights: Weights = new Map();
      for (const kind of ["weight_ih", "weight_hh", "bias_ih", "bias_hh"]) {
        const found = tensors.get(`${kind}_l${depth}`);
        if (found) weights.set(`${kind}_l0`, found);
      }
      const [rows = 0, units = 0] = weights.get("weight_hh_l0")?.shape ?? [];
      const deeper = tensors.has(`weight_ih_l${depth + 1}`);
      const returnSequences = deeper || more || this.#decoding;
      const options = { returnSequences, bias: weights.has("bias_ih_l0") };
      if (rows !== 3 * units && rows !== 4 * units)
        throw new FormatError(`${quote(name)} is neither an LSTM nor a GRU: it has ${rows / units} gates`);
      this.#push(name, rows === 4 * units ? lstm(units, options) : gru(units, options), weights);
      if (!returnSequences) this.notes.push(`Only the last state of ${name} is taken to go on.`);
    }
  }

  normalization({ name, tensors }: StateGroup): void {
    const options = { epsilon: EPSILON, scale: tensors.has("weight"), center: tensors.has("bias") };
    const running = tensors.has("running_mean");
    const columns = [...tensors.values()][0]!.shape[0]!;
    this.#expect(name, "columns", columns, this.#shape.at(-1)!);
    const layer = running
      ? batchNormalization({ ...options, momentum: MOMENTUM })
      : layerNormalization(options);
    this.#push(name, layer, new Map(tensors));
    this.notes.push(`${name} is taken to have PyTorch's usual eps, ${EPSILON}.`);
  }

  /** Puts the activation that is pending. */
  activate(name: string): void {
    if (this.pending && this.pending !== "linear") {
      const last = this.layers.at(-1)!;
      const { layer } = last;
      if ("activation" in layer && layer.kind !== "lstm" && layer.kind !== "gru")
        this.layers[this.layers.length - 1] = { ...last, layer: { ...layer, activation: this.pending } };
      else this.#push(name, activation(this.pending));
    }
    this.pending = undefined;
  }

  /** The encoder's last module was put. */
  endEncoder(repeated: boolean): void {
    this.codeDepth = this.layers.length;
    this.#decoding = true;
    if (repeated) this.#steps = this.inputShape[0];
  }

  /** A vector at the end becomes a sample's shape again. */
  finish(): void {
    if (this.#shape.length === 1 && this.inputShape.length > 1 && this.#shape[0] === sizeOf(this.inputShape))
      this.#reshaped("the last layer", this.inputShape);
  }

  /** Before a convolution, a vector becomes an image again: of the shape that was flattened, or a square. */
  #unflatten(name: string, rank: number, features: readonly [number, number]): void {
    if (this.#shape.length !== 1) return;
    const [size] = this.#shape as [number];
    const known = this.#flattened.findLast((shape) => sizeOf(shape) === size && shape.length === rank);
    const guesses = features.map((channels) => {
      const side = rank === 2 ? size / channels : Math.sqrt(size / channels);
      return Number.isInteger(side) ? [...new Array<number>(rank - 1).fill(side), channels] : undefined;
    });
    const shape = known ?? guesses.find((guess) => guess !== undefined);
    if (!shape) {
      throw new ShapeError(
        `${quote(name)} is a convolution over ${size} values, which are no square of ${features[0]} channels`,
      );
    }
    this.notes.push(`The ${size} values before ${name} are taken for ${shapeText(shape)}, channels last.`);
    this.#reshaped(name, shape);
  }

  /** Turns a vector to an image. What gave it did so channel by channel. */
  #reshaped(name: string, shape: Shape): void {
    const from = this.layers.findLastIndex(({ layer }) => layer.kind === "dense");
    for (let index = Math.max(0, from); index < this.layers.length; index++) {
      const each = this.layers[index]!;
      const weights = [...each.weights].map(
        ([key, weight]) => [key, channelsLastRows(weight, shape)] as const,
      );
      this.layers[index] = { ...each, weights: new Map(weights) };
    }
    this.#noteOrder(this.layers[Math.max(0, from)]?.name ?? name, shape);
    this.#push(name, reshape(shape));
  }

  #noteOrder(name: string, shape: Shape): void {
    if (shape.at(-1) === 1) return;
    this.notes.push(
      `The weights of ${name} are in another order: PyTorch flattens channel by channel, Isthmus keeps channels last.`,
    );
  }

  /** One of the options that the file does not say, for convolution number `index`. */
  #setting(
    option: "strides" | "padding" | "outputPadding",
    name: string,
    index: number,
    otherwise?: number,
  ): number {
    const given = this.#options[option] ?? otherwise;
    const value = typeof given === "object" ? given[index] : given;
    if (value === undefined) {
      throw new ArgumentError(
        `the file does not say ${option} of ${quote(name)}, convolution ${index + 1}; give ${option} as one number, or one for each`,
      );
    }
    const least = option === "strides" ? 1 : 0;
    if (Number.isSafeInteger(value) && value >= least) return value;
    throw new ArgumentError(`${option} must be integers of at least ${least}, not ${show(value)}`);
  }

  #expect(name: string, what: string, found: number, wanted: number): void {
    if (found === wanted) return;
    throw new ShapeError(
      `${quote(name)} takes ${found} ${what}, but the layer before it gives ${shapeText(this.#shape)}; ` +
        "if the modules calculate in another order, give it as order; layers without weights, such as pooling, are not in the file",
    );
  }
}
