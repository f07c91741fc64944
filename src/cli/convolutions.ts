import {
  type ActivationName,
  ArgumentError,
  conv1d,
  conv1dTranspose,
  conv2d,
  conv2dTranspose,
  type DenseOptions,
  type Layer,
  type Padding,
} from "../index.js";
import { timesText } from "./samplesSource.js";

/** Activations and options of the layers. */
export interface ConvolutionStyles {
  readonly activation: ActivationName;
  /** Activation in the decoder. */
  readonly decoding: ActivationName;
  /** Activation of the last layer. */
  readonly output: ActivationName;
  readonly encoder: DenseOptions;
  readonly decoder: DenseOptions;
}

const KERNEL = 3;

/** How a convolution halves a shape so that its transposed one gives the same shape back. */
interface Halving {
  readonly strides: readonly number[];
  readonly padding: Padding;
  /** Lengths after the convolution. */
  readonly lengths: readonly number[];
}

/**
 * Convolutions of 3×3 (in a series, of 3 rows) that halve the sample each, and transposed ones that mirror them.
 *
 * @param shape of a sample: [height, width, channels] or [rows, columns]
 * @param filters of each convolution
 * @returns the layers of both halves, and the shape between them
 * @throws {ArgumentError} if the sample is too small
 */
export function convolutions(
  shape: readonly number[],
  filters: readonly number[],
  styles: ConvolutionStyles,
) {
  const channels = shape.at(-1)!;
  const halvings: Halving[] = [];
  let lengths = shape.slice(0, -1);
  for (const [index] of filters.entries()) {
    const halving = halved(lengths);
    if (!halving) {
      throw new ArgumentError(
        `--conv has ${filters.length} layers, but samples of ${timesText(shape)} can be halved only ${index} times`,
      );
    }
    halvings.push(halving);
    lengths = [...halving.lengths];
  }
  const encoder = filters.map((count, i) =>
    layerOf(count, halvings[i]!, styles.activation, styles.encoder, false),
  );
  const decoder = halvings
    .map(
      (halving, i): Layer =>
        i === 0
          ? layerOf(channels, halving, styles.output, styles.decoder, true)
          : layerOf(filters[i - 1]!, halving, styles.decoding, styles.decoder, true),
    )
    .toReversed();
  return { encoder, decoder, inner: [...lengths, filters.at(-1)!] };
}

/**
 * Even lengths are halved with padding, odd ones without: only so does the transposed convolution give them back. Where
 * there are both, the odd one stays.
 */
function halved(lengths: readonly number[]): Halving | undefined {
  if (lengths.every((length) => length % 2 === 1)) {
    if (lengths.some((length) => length < KERNEL)) return undefined;
    return {
      strides: lengths.map(() => 2),
      padding: "valid",
      lengths: lengths.map((length) => (length - KERNEL) / 2 + 1),
    };
  }
  const strides = lengths.map((length) => (length % 2 === 0 ? 2 : 1));
  return { strides, padding: "same", lengths: lengths.map((length, i) => length / strides[i]!) };
}

function layerOf(
  filters: number,
  { strides, padding }: Halving,
  activation: ActivationName,
  options: DenseOptions,
  transposed: boolean,
): Layer {
  if (strides.length === 1) {
    const make = transposed ? conv1dTranspose : conv1d;
    return make(filters, KERNEL, activation, { ...options, strides: strides[0]!, padding });
  }
  const make = transposed ? conv2dTranspose : conv2d;
  return make(filters, KERNEL, activation, { ...options, strides: strides as [number, number], padding });
}
