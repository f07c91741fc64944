import { AnomalyDetector, type Autoencoder } from "../../index.js";
import type { Analysis } from "./digitsMessages.js";
import { oddPictures } from "./odd.js";
import type { PictureSet } from "./pictureSet.js";
import { PIXELS, pick, toInk } from "./pictures.js";
import { largest, rangesOf } from "./ranges.js";

/** Limits on the number of pictures, so that an analysis takes a fraction of a second. */
const MOST_FITTED = 2000;
const MOST_LOOKED_AT = 1000;
const MOST_ON_MAP = 500;

const ODD = 12;
const ODD_SEED = 7;
const SUSPECTS = 24;
/** Share of the training pictures above the threshold. */
const CONTAMINATION = 0.01;

/** Fits a detector to (some of) the training pictures. */
export async function fitDetector(model: Autoencoder, { training }: PictureSet): Promise<AnomalyDetector> {
  return AnomalyDetector.fit(model, training.subarray(0, MOST_FITTED * PIXELS), {
    contamination: CONTAMINATION,
  });
}

/** Finds unusual held-out pictures, and the ranges of their codes. */
export async function analyse(
  detector: AnomalyDetector,
  set: PictureSet,
  mixOdd: boolean,
): Promise<Analysis> {
  const { model, threshold } = detector;
  const normal = set.heldOut.subarray(0, MOST_LOOKED_AT * PIXELS);
  const odd = mixOdd ? oddPictures(normal, ODD, ODD_SEED) : new Uint8Array();
  const pool = new Uint8Array(normal.length + odd.length);
  pool.set(normal);
  pool.set(odd, normal.length);
  const scores = await detector.score(pool);
  const rows = normal.length / PIXELS;
  const isOdd = (row: number) => row >= rows;
  const flagged = Array.from(scores.keys()).filter((row) => scores[row]! > threshold);
  const top = largest(scores, SUSPECTS);
  const pictures = pick(pool, top);
  const codes = await model.encode(normal);
  return {
    meanError: scores.subarray(0, rows).reduce((sum, score) => sum + score, 0) / rows,
    threshold,
    looked: scores.length,
    flagged: flagged.length,
    odd: odd.length / PIXELS,
    oddFlagged: flagged.filter(isOdd).length,
    suspects: top.map((row) => ({ error: scores[row]!, odd: isOdd(row) })),
    pictures,
    reconstructions: toInk((await model.reconstruct(pictures)).data),
    ranges: rangesOf(codes),
    ...(codes.columns === 2 && { map: mapOf(codes.data, set.labels) }),
  };
}

function mapOf(codes: Float32Array, labels: Uint8Array | undefined) {
  return {
    codes: codes.slice(0, 2 * MOST_ON_MAP),
    ...(labels && { labels: labels.slice(0, MOST_ON_MAP) }),
  };
}
