import { type Autoencoder, Matrix, type Spiral, spearman } from "../../index.js";
import type { Picture } from "./spiralMessages.js";

/** Number of points on the decoder's curve. */
const CURVE_POINTS = 512;

/** A model's current results for a spiral. Call it between two training steps. */
export function pictureOf(model: Autoencoder, { points, positions }: Spiral): Picture {
  const encoded = model.encodeSync(points);
  const codes = encoded.data;
  const reconstructions = model.decodeSync(encoded).data;
  return {
    reconstructions,
    codes,
    curve: model.decodeSync(new Matrix(alongCodes(codes), CURVE_POINTS, 1)).data,
    mse: meanSquaredError(reconstructions, points.data),
    correlation: spearman(codes, positions),
  };
}

/**
 * Codes from the smallest to the largest. Half are evenly spaced; the others are as dense as the codes of the points, so
 * that the curve is smooth wherever there are points.
 */
function alongCodes(codes: Float32Array): Float32Array {
  const sorted = codes.toSorted();
  const last = sorted.length - 1;
  const [least, most] = [sorted[0]!, sorted[last]!];
  const half = CURVE_POINTS / 2;
  const along = new Float32Array(CURVE_POINTS);
  for (let i = 0; i < half; i++) {
    const part = i / (half - 1);
    along[2 * i] = least + (most - least) * part;
    along[2 * i + 1] = sorted[Math.round(last * part)]!;
  }
  return along.sort();
}

function meanSquaredError(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i]! - b[i]!) ** 2;
  return sum / a.length;
}
