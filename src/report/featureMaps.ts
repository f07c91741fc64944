import { convolutions } from "./convolutionsOf.js";
import type { Picture } from "./figure.js";
import { type ImageSubject, imageRange, tilesOf, variousRows } from "./images.js";
import { extentOf, plural, quantile, shown } from "./numberText.js";
import { drawStrips, imageTile, type Strip, signedLegend, signedTile } from "./strips.js";
import { rowsOf, takeNumbers, takeRows } from "./subject.js";
import { stack } from "./svg.js";

/** The most filters to draw, and the most maps of a layer. */
const MOST_FILTERS = 64;
const MOST_MAPS = 16;
const COLUMNS = 8;
/** The colours cover this share of the weights, as for dense layers. */
const COLOURED = 0.995;

/** The filters of the first layer, a convolution. */
export async function firstFilters({ model, image }: ImageSubject): Promise<Picture> {
  const { data, shape } = model.getWeights().find(({ shape }) => shape.length === 4)!;
  const [filters, channels, height, width] = shape as [number, number, number, number];
  const drawn = Math.min(filters, MOST_FILTERS);
  const size = channels * height * width;
  const own = Array.from({ length: drawn }, (_, i) => data.subarray(i * size, (i + 1) * size));
  const most = Math.max(...own.map((weights) => quantile(weights.map(Math.abs), COLOURED))) || 1;
  const which = drawn < filters ? `The first ${drawn} of ${filters} filters` : plural(filters, "filter");
  const about = `${which} of the encoder's first layer, ${height} × ${width} pixels each`;
  const drawing = (tiles: Strip["tiles"]) => drawStrips([{ tiles }], COLUMNS);
  if (image.channels === 3) {
    const tiles = own.map((weights) =>
      imageTile(channelsLast(weights, height * width), { height, width, channels: 3 }, [-most, most]),
    );
    return {
      name: "filters",
      title: "Filters of the first convolution",
      caption: `${about}. Weights of red, green and blue are drawn in these colours: middle grey is 0, and what is brighter looks for more of the colour; weights beyond ±${shown(most)} have the full colour.`,
      drawing: await drawing(tiles),
    };
  }
  const tiles = own.map((weights) => signedTile(weights, { height, width }, most));
  return {
    name: "filters",
    title: "Filters of the first convolution",
    caption: `${about}. 0 is white; weights beyond ±${shown(most)} have the full colour.`,
    drawing: stack([await signedLegend("weight", shown(most)), await drawing(tiles)], 4),
  };
}

/** [3, pixels] as [pixels, 3]. */
function channelsLast(weights: Float32Array, pixels: number): Float32Array {
  return Float32Array.from({ length: 3 * pixels }, (_, i) => weights[(i % 3) * pixels + Math.floor(i / 3)]!);
}

/** What each convolution makes of one sample. */
export async function featureMaps(subject: ImageSubject): Promise<Picture> {
  const { model, image } = subject;
  const [row] = variousRows(subject, rowsOf(subject), 1);
  const sample = takeNumbers(subject, [row!]);
  const strips: Strip[] = [
    { label: "the sample", tiles: tilesOf(sample, model.inputSize, image, imageRange(sample)) },
  ];
  for (const { place, kind, height, width, maps } of convolutions(model)) {
    const { data } = await model.activations(takeRows(subject, [row!]), { layer: place });
    const range = extentOf(data);
    const drawn = Math.min(maps, MOST_MAPS);
    const which = drawn < maps ? `${drawn} of ${maps} maps` : plural(maps, "map");
    strips.push({
      label: `${place}, ${kind}: ${which} of ${height} × ${width}`,
      tiles: Array.from({ length: drawn }, (_, map) => {
        const values = Float32Array.from({ length: height * width }, (_, i) => data[i * maps + map]!);
        return imageTile(values, { height, width, channels: 1 }, range);
      }),
    });
  }
  return {
    name: "feature-maps",
    title: "Feature maps of a sample",
    caption: `What each convolution makes of row ${row} of the data, after its activation. Black is the smallest and white the largest value of the layer.`,
    drawing: await drawStrips(strips, COLUMNS),
  };
}
