import type { AnomalyDetector } from "../../index.js";
import type { Picture } from "../figure.js";
import { drawStrips, type ImageShape, imageTile } from "../strips.js";
import type { DetectionSubject } from "./detectionSubject.js";
import { scoreText } from "./words.js";

/** Number of images in a row. */
const SHOWN = 10;
/** With fewer images, they are not drawn larger. */
const FEWEST = 5;
/** The error that is drawn black: differences of half the range are rare. */
const DARKEST = 0.5;

/** The oddest images above their reconstructions, and maps of where they differ. */
export async function oddImages(subject: DetectionSubject, listed: readonly number[]): Promise<Picture> {
  const { samples, results, names } = subject;
  const shape = subject.image!;
  const { model } = subject.detection.detector as AnomalyDetector;
  const rows = listed.slice(0, SHOWN);
  const bytes = samples.data instanceof Uint8Array;
  const originals = rows.map((row) => {
    const own = samples.data.subarray(row * samples.columns, (row + 1) * samples.columns);
    return Float32Array.from(own, (value) => (bytes ? value / 255 : value));
  });
  const rebuilt = await model.reconstruct(originals);
  const errors = originals.map((values, i) => errorMap(values, rebuilt.row(i), shape));
  const tiles = (images: readonly ArrayLike<number>[], as: ImageShape) =>
    images.map((values) => imageTile(values, as, [0, 1]));
  const grey: ImageShape = { ...shape, channels: 1 };
  const which = names
    ? `From left to right: ${rows.map((row) => names[row]).join(", ")}.`
    : `Images ${rows.map((row) => row + 1).join(", ")}.`;
  return {
    name: "images",
    title: "The oddest images",
    caption: `${which} The reconstruction shows what the detector expects; the darker the map, the more a pixel differs from it (black: by half the range from black to white, or more).`,
    drawing: await drawStrips(
      [
        { label: "as they are", tiles: tiles(originals, shape) },
        {
          label: "reconstructions",
          tiles: tiles(
            Array.from(rows, (_, i) => rebuilt.row(i)),
            shape,
          ),
        },
        {
          label: "where they differ, with the score",
          tiles: tiles(errors, grey),
          notes: rows.map((row) => scoreText(results.scores[row]!)),
        },
      ],
      Math.max(FEWEST, rows.length),
    ),
  };
}

/** White where a pixel is as expected, black where it differs by `DARKEST`: the root mean square over its channels. */
function errorMap(values: Float32Array, rebuilt: ArrayLike<number>, { channels }: ImageShape): Float32Array {
  return Float32Array.from({ length: values.length / channels }, (_, pixel) => {
    let sum = 0;
    for (let i = pixel * channels; i < (pixel + 1) * channels; i++) sum += (values[i]! - rebuilt[i]!) ** 2;
    return 1 - Math.min(1, Math.sqrt(sum / channels) / DARKEST);
  });
}
