import {
  Autoencoder,
  dense,
  type Engine,
  globalAveragePooling2d,
  type Layer,
  type NamedWeight,
  reshape,
} from "../../index.js";
import type { FeatureMap, Features, Filters } from "./digitsMessages.js";
import { PIXELS, SIDE } from "./pictures.js";

/** The encoder up to one of its convolutions. */
interface Part {
  /** How many of the encoder's layers it has. */
  readonly layers: number;
  readonly model: Autoencoder;
}

/**
 * What the convolutions of a model's encoder make of a picture. Each gets a small autoencoder whose encoder ends with it and
 * has its weights.
 */
export class FeatureMaps {
  readonly #model: Autoencoder;
  readonly #engine: Engine;
  #weights: readonly NamedWeight[] = [];
  #parts: Promise<readonly Part[]> | undefined;

  constructor(model: Autoencoder, engine: Engine) {
    this.#model = model;
    this.#engine = engine;
  }

  /** Whether the model has convolutions at all. */
  get any(): boolean {
    return this.#model.description.encoder.some(isConvolution);
  }

  /** Copies the weights that `of` shows; call it between two steps. */
  take(): void {
    if (this.any) this.#weights = this.#model.getWeights();
  }

  /** The outputs of each convolution for a picture of 28×28 values, and the filters of the first one. */
  async of(picture: Float32Array): Promise<Pick<Features, "maps" | "filters">> {
    this.#parts ??= this.#build();
    const parts = await this.#parts;
    const weights = new Map(this.#weights.map((weight) => [weight.name, weight]));
    const maps: FeatureMap[] = [];
    for (const { layers, model } of parts) {
      const own = model.getWeights();
      model.setWeights(own.map((weight) => (isOfEncoder(weight) ? weights.get(weight.name)! : weight)));
      const [rows, columns, channels] = shapeAfter(this.#model, layers);
      const { data } = await model.encode(picture);
      const bytes = mapBytes(data, rows * columns, channels);
      maps.push({ width: columns, height: rows, count: channels, bytes });
    }
    // The first part ends with the first convolution.
    const kernel = parts[0]?.model
      .getWeights()
      .findLast((each) => isOfEncoder(each) && each.shape.length === 4);
    return { maps, ...(kernel && { filters: filtersOf(kernel) }) };
  }

  async dispose(): Promise<void> {
    for (const { model } of (await this.#parts) ?? []) await model.dispose();
  }

  async #build(): Promise<readonly Part[]> {
    const { encoder, inputShape = [SIDE, SIDE, 1] } = this.#model.description;
    const ends = Array.from(encoder.keys()).filter((i) => isConvolution(encoder[i]!));
    const parts: Part[] = [];
    for (const end of ends) {
      // The decoder is never used; this one has few weights.
      const decoder = [globalAveragePooling2d(), dense(PIXELS), reshape(inputShape)];
      const layers = encoder.slice(0, end + 1);
      const model = await Autoencoder.create({ inputShape, encoder: layers, decoder, engine: this.#engine });
      parts.push({ layers: layers.length, model });
    }
    return parts;
  }
}

function isConvolution({ kind }: Layer): boolean {
  return kind === "conv2d";
}

function isOfEncoder({ name }: NamedWeight): boolean {
  return name.startsWith("encoder.");
}

/** Filters of a convolution's weight, [filters, channels, rows, columns]; of several channels, the first. */
function filtersOf({ shape, data }: NamedWeight): Filters {
  const [count, channels, height, width] = shape as [number, number, number, number];
  const size = height * width;
  const values = new Int8Array(count * size);
  const most = data.reduce((a, b) => Math.max(a, Math.abs(b)), 1e-12);
  for (let i = 0; i < values.length; i++) {
    const value = data[Math.floor(i / size) * channels * size + (i % size)]!;
    values[i] = Math.round((127 * value) / most);
  }
  return { width, height, count, values };
}

/** Rows, columns and channels after some of the encoder's layers. */
function shapeAfter(model: Autoencoder, layers: number): [number, number, number] {
  const { rows } = model.summary();
  const last = rows.find(({ layer }) => layer.startsWith(`encoder[${layers - 1}] `))!;
  return last.outputShape as [number, number, number];
}

/** Maps one after the other, from 0 for the layer's smallest output to 255 for its largest. */
function mapBytes(outputs: Float32Array, places: number, channels: number): Uint8Array<ArrayBuffer> {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of outputs) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  const bytes = new Uint8Array(outputs.length);
  const unit = high > low ? 255 / (high - low) : 0;
  for (let channel = 0; channel < channels; channel++) {
    for (let place = 0; place < places; place++) {
      const value = outputs[place * channels + channel]!;
      bytes[channel * places + place] = Math.round(unit * (value - low));
    }
  }
  return bytes;
}
