import { type Autoencoder, Matrix, spearman } from "../../index.js";
import type { Points } from "./runPoints.js";
import type { Picture } from "./spiralMessages.js";

/** Number of points on the decoder's curve. */
const CURVE_POINTS = 512;
/** Lines of a net in each direction, and points of a line. */
const [NET_LINES, LINE_POINTS] = [9, 33];

/** A model's current results for points. Call it between two training steps. */
export function pictureOf(model: Autoencoder, { points, positions }: Points): Picture {
  const encoded = model.encodeSync(points);
  const codes = firstColumn(encoded);
  const reconstructions = model.decodeSync(encoded).data;
  return {
    reconstructions,
    codes,
    curve: encoded.columns === 1 ? curveOf(model, codes) : netOf(model, encoded),
    mse: meanSquaredError(reconstructions, points.data),
    correlation: positions && encoded.columns === 1 ? spearman(codes, positions) : Number.NaN,
  };
}

function firstColumn({ data, columns }: Matrix): Float32Array {
  return columns === 1 ? data : data.filter((_, index) => index % columns === 0);
}

/** What the decoder makes of every code from the smallest to the largest. */
function curveOf(model: Autoencoder, codes: Float32Array): Float32Array {
  return model.decodeSync(new Matrix(alongCodes(codes), CURVE_POINTS, 1)).data;
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

/** What the decoder makes of squared paper over all codes, line by line with NaN between them. */
function netOf(model: Autoencoder, { data, rows }: Matrix): Float32Array {
  const ranges = [0, 1].map((axis) => {
    let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (let row = 0; row < rows; row++) {
      least = Math.min(least, data[2 * row + axis]!);
      most = Math.max(most, data[2 * row + axis]!);
    }
    return (share: number) => least + (most - least) * share;
  });
  const lines = 2 * NET_LINES;
  const codes = new Float32Array(2 * lines * LINE_POINTS);
  for (let i = 0; i < lines * LINE_POINTS; i++) {
    const line = Math.floor(i / LINE_POINTS);
    const across = Math.floor(line / 2) / (NET_LINES - 1);
    const along = (i % LINE_POINTS) / (LINE_POINTS - 1);
    codes[2 * i + (line % 2)] = ranges[line % 2]!(across);
    codes[2 * i + (1 - (line % 2))] = ranges[1 - (line % 2)]!(along);
  }
  const decoded = model.decodeSync(new Matrix(codes, lines * LINE_POINTS, 2)).data;
  const net = new Float32Array(decoded.length + 2 * lines).fill(Number.NaN);
  for (let line = 0; line < lines; line++) {
    const own = decoded.subarray(2 * LINE_POINTS * line, 2 * LINE_POINTS * (line + 1));
    net.set(own, 2 * (LINE_POINTS + 1) * line);
  }
  return net;
}

function meanSquaredError(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i]! - b[i]!) ** 2;
  return sum / a.length;
}
