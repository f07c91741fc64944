import type { DetectorColumn } from "./columns.js";

/** Height, width and channels of an image, channels last; 1 channel for grey, 3 for red, green and blue. */
export type ImageDimensions = readonly [height: number, width: number, channels: number];

/** Ninths of an image, row by row. */
const NAMES = [
  ["the upper left", "the upper edge", "the upper right"],
  ["the left edge", "the centre", "the right edge"],
  ["the lower left", "the lower edge", "the lower right"],
] as const;

/** The shape of a model's samples if they are images. */
export function imageDimensions(shape: readonly number[]): ImageDimensions | undefined {
  const [height, width, channels] = shape;
  return shape.length === 3 && (channels === 1 || channels === 3) ? [height!, width!, channels] : undefined;
}

/**
 * The ninths of an image as columns, so that reasons say where an image is odd. Their values are the mean brightness
 * and its standard deviation. An image of fewer than three rows or columns has fewer regions.
 */
export function imageRegions([height, width, channels]: ImageDimensions): DetectorColumn[] {
  const regions = NAMES.map((row) => row.map((name) => ({ name: name as string, features: [] as number[] })));
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const { features } = regions[Math.floor((3 * y) / height)]![Math.floor((3 * x) / width)]!;
      for (let c = 0; c < channels; c++) features.push((y * width + x) * channels + c);
    }
  }
  return regions
    .flat()
    .filter(({ features }) => features.length > 0)
    .map((region) => ({ ...region, describe: brightness }));
}

function brightness(values: readonly number[]): string {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  return `${rounded(mean)} ± ${rounded(Math.sqrt(variance))}`;
}

/** Three digits of bytes and of numbers from 0 to 1 alike. */
function rounded(value: number): string {
  return String(Number(value.toPrecision(3)));
}
