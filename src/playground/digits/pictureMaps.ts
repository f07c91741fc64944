import type { Autoencoder, NamedWeight } from "../../index.js";
import { type Convolution, convolutions } from "../../report/convolutionsOf.js";
import type { FeatureMap, Features, Filters } from "./digitsMessages.js";

/** What the convolutions of a model's encoder make of a picture. */
export class FeatureMaps {
  readonly #model: Autoencoder;
  /** Those of the encoder. */
  readonly #convolutions: readonly Convolution[];
  /** Which of the model's kernels the first of them has. */
  readonly #first: number;
  #filters: Filters | undefined;

  constructor(model: Autoencoder) {
    this.#model = model;
    const all = convolutions(model);
    const shown = ({ place, kind }: Convolution) => kind === "conv2d" && place.startsWith("encoder[");
    this.#convolutions = all.filter(shown);
    this.#first = all.findIndex(shown);
  }

  /** Whether the model has convolutions at all. */
  get any(): boolean {
    return this.#convolutions.length > 0;
  }

  /** Copies the filters that `of` shows; call it between two steps. */
  take(): void {
    if (!this.any) return;
    const kernels = this.#model.getWeights().filter(({ shape }) => shape.length === 4);
    this.#filters = filtersOf(kernels[this.#first]!);
  }

  /** The outputs of each convolution for a picture of 28×28 values, and the filters of the first one. */
  async of(picture: Float32Array): Promise<Pick<Features, "maps" | "filters">> {
    const maps = this.#convolutions.map(async ({ place, height, width, maps }): Promise<FeatureMap> => {
      const { data } = await this.#model.activations(picture, { layer: place });
      return { width, height, count: maps, bytes: mapBytes(data, height * width, maps) };
    });
    return { maps: await Promise.all(maps), ...(this.#filters && { filters: this.#filters }) };
  }
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
