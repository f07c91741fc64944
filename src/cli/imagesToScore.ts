import { imageDimensions } from "../anomaly/imageRegions.js";
import { imageFiles } from "../files/imageFolder.js";
import { ArgumentError, type Autoencoder, ShapeError } from "../index.js";
import { type LoadedSamples, loadImages, loadSamples } from "../node.js";
import { plural } from "../report/numberText.js";
import { type DataShape, dataShapeOf } from "./fileFormat.js";
import { assertNoResizing, imagesOf } from "./readData.js";
import { timesText } from "./samplesSource.js";
import { unpackingLimit } from "./tableOptions.js";

/** Images to learn from or to score. */
export interface ScoredImages {
  readonly data: Uint8Array | Float32Array | Float64Array;
  /** `[images, height, width, channels]`. */
  readonly shape: readonly [number, number, number, 1 | 3];
  /** The file of each image; undefined for those of an array. */
  readonly names: readonly string[] | undefined;
  /** What was guessed, a sentence each. */
  readonly notes: readonly string[];
}

/** How to read images. */
export interface ScoredImageOptions {
  resize?: { width: number; height: number };
  grey?: true;
  maxUnpacked?: number;
}

/** Larger images are made as small as this unless `--resize` says otherwise: their details would be too many to learn. */
const LARGEST_SIDE = 64;

/**
 * Reads images.
 *
 * @param like the model that will score them, which has settled their size and colours
 * @param loaded the images, if they are an array that has been read
 * @throws {ArgumentError} {ShapeError} for images that do not fit each other or the model
 */
export async function imagesToScore(
  name: string,
  options: ScoredImageOptions,
  like?: Pick<Autoencoder, "inputShape">,
  loaded?: LoadedSamples,
): Promise<ScoredImages> {
  const shape = loaded ? "arrays" : await dataShapeOf(name);
  const images =
    shape === "images" ? await fromFiles(name, options, like) : await fromArray(name, shape, options, loaded);
  const own = images.shape.slice(1);
  if (like && timesText(own) !== timesText(like.inputShape)) {
    throw new ShapeError(
      `${name} has images of ${timesText(own)}, but the detector expects ${timesText(like.inputShape)}`,
    );
  }
  return images;
}

async function fromArray(
  name: string,
  shape: DataShape,
  options: ScoredImageOptions,
  given: LoadedSamples | undefined,
): Promise<ScoredImages> {
  assertNoResizing(options, name);
  const loaded = given ?? (shape === "arrays" ? await loadSamples(name, unpackingLimit(options)) : undefined);
  const dimensions = loaded && loaded.shape.length > 2 ? loaded.shape.slice(1) : [];
  const image = imageDimensions(dimensions.length === 2 ? [...dimensions, 1] : dimensions);
  if (!loaded || !image) {
    const what = loaded ? `an array of ${timesText(loaded.shape)}` : "a table";
    throw new ArgumentError(
      `${name} is ${what}, not images: PNG, JPEG, a folder of them, or an array of images`,
    );
  }
  const channels = image[2] as 1 | 3;
  return {
    data: loaded.data,
    shape: [loaded.rows, image[0], image[1], channels],
    names: undefined,
    notes: [],
  };
}

async function fromFiles(
  name: string,
  options: ScoredImageOptions,
  like: Pick<Autoencoder, "inputShape"> | undefined,
): Promise<ScoredImages> {
  const [height, width, channels] = like?.inputShape ?? [];
  const loaded = like
    ? await loadImages(name, {
        ...unpackingLimit(options),
        ...{ height: height!, width: width!, channels: channels as 1 | 3 },
      })
    : await imagesOf(name, { ...options, ...(await chosenSize(name, options)) });
  const [count, high, wide, deep] = loaded.shape as [number, number, number, 1 | 3];
  return {
    data: loaded.data,
    shape: [count, high, wide, deep],
    names: loaded.names,
    notes: options.resize ? [] : resizingNotes(loaded.sizes, high, wide, like !== undefined),
  };
}

/** As the user wants; a smaller size for images that are larger than `LARGEST_SIDE`, by the first of them. */
async function chosenSize(
  name: string,
  options: ScoredImageOptions,
): Promise<Pick<ScoredImageOptions, "resize">> {
  if (options.resize) return { resize: options.resize };
  const { files } = await imageFiles(name);
  const [height, width] = (await loadImages(files[0]!, { ...unpackingLimit(options), height: 1 })).sizes[0]!;
  const scale = LARGEST_SIDE / Math.max(height, width);
  if (scale >= 1) return {};
  const scaled = (side: number) => Math.max(1, Math.round(side * scale));
  return { resize: { height: scaled(height), width: scaled(width) } };
}

/** What resizing has changed. */
function resizingNotes(
  sizes: readonly (readonly [number, number])[],
  height: number,
  width: number,
  settled: boolean,
): string[] {
  const resized = sizes.filter(([high, wide]) => high !== height || wide !== width);
  if (resized.length === 0) return [];
  const how = settled ? "the size that the detector knows" : "--resize changes it";
  // A pixel more or less is due to rounding.
  const bent = resized.filter(
    ([high, wide]) =>
      Math.abs((wide * height) / high - width) > 1 && Math.abs((high * width) / wide - height) > 1,
  );
  return [
    `${plural(resized.length, "image")} ${resized.length === 1 ? "is" : "are"} resized to ${timesText([height, width])} (${how}).`,
    ...(bent.length > 0
      ? [
          `${plural(bent.length, "image")} of other proportions ${bent.length === 1 ? "is" : "are"} stretched.`,
        ]
      : []),
  ];
}
