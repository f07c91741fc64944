import type { Autoencoder, NamedWeight } from "../index.js";
import type { Picture } from "./figure.js";
import type { ImageSubject } from "./images.js";
import { plural, quantile, shown } from "./numberText.js";
import { drawStrips, signedLegend, signedTile } from "./strips.js";
import { stack } from "./svg.js";

/** The most units to draw. */
const MOST_UNITS = 64;
const COLUMNS = 8;
/** The colours cover this share of the weights. If they covered a few extreme ones too, all others would be pale. */
const COLOURED = 0.995;

/** The weights of each unit in the encoder's first layer. */
export function encoderWeights(subject: ImageSubject): Promise<Picture> {
  const { data, shape } = firstLayer(subject.model.getWeights());
  const [units, inputs] = shape as [number, number];
  const tiles = Array.from({ length: units }, (_, unit) => data.subarray(unit * inputs, (unit + 1) * inputs));
  return picture(subject, tiles, {
    name: "encoder",
    title: "Weights of the encoder",
    about: (which) =>
      `The weights of ${which} in the encoder's first layer: one image per unit, one pixel per weight.`,
  });
}

/** The weights of each input to the decoder's last layer. */
export function decoderWeights(subject: ImageSubject): Promise<Picture> {
  const weights = subject.model.getWeights();
  const tied = subject.model.description.tied === true;
  // The decoder's last layer uses the encoder's first weights, transposed.
  const { data, shape } = tied ? firstLayer(weights) : lastLayer(weights);
  const [units, pixels] = (tied ? shape : shape.toReversed()) as [number, number];
  const tiles = Array.from({ length: units }, (_, unit) =>
    tied
      ? data.subarray(unit * pixels, (unit + 1) * pixels)
      : Float32Array.from({ length: pixels }, (_, pixel) => data[pixel * units + unit]!),
  );
  return picture(subject, tiles, {
    name: "decoder",
    title: "Weights of the decoder",
    about: (which) =>
      `What ${which} before the decoder's last layer ${units === 1 ? "adds" : "add"} to the image.${tied ? " These are the encoder's weights, because the model is tied." : ""}`,
  });
}

const matrices = (weights: readonly NamedWeight[]) => weights.filter(({ shape }) => shape.length === 2);
const firstLayer = (weights: readonly NamedWeight[]) => matrices(weights)[0]!;
const lastLayer = (weights: readonly NamedWeight[]) => matrices(weights).at(-1)!;

/** The kinds of the first and of the last layer with weights. */
export function outerLayers(model: Autoencoder): { first: string | undefined; last: string | undefined } {
  const { encoder, decoder } = model.description;
  const summary = model.summary().rows;
  const weighted = [...encoder, ...decoder].filter((_, i) => {
    const place = i < encoder.length ? `encoder[${i}]` : `decoder[${i - encoder.length}]`;
    return summary.some(({ layer, parameters }) => parameters > 0 && layer.startsWith(`${place} `));
  });
  return { first: weighted[0]?.kind, last: weighted.at(-1)?.kind };
}

/** How to describe the picture. */
interface Wording {
  readonly name: string;
  readonly title: string;
  about(units: string): string;
}

async function picture(
  { image }: ImageSubject,
  units: readonly Float32Array[],
  { name, title, about }: Wording,
): Promise<Picture> {
  const drawn = units.slice(0, MOST_UNITS);
  const sizes = drawn.map((weights) => quantile(weights.map(Math.abs), COLOURED));
  const most = Math.max(...sizes) || 1;
  const tiles = drawn.map((weights) => signedTile(weights, image, most));
  const which =
    drawn.length < units.length
      ? `the first ${drawn.length} of ${units.length} units`
      : plural(units.length, "unit");
  return {
    name,
    title,
    caption: `${about(which)} 0 is white; weights beyond ±${shown(most)} have the full colour.`,
    drawing: stack([await signedLegend("weight", shown(most)), await drawStrips([{ tiles }], COLUMNS)], 4),
  };
}
