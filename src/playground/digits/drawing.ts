import type { AnomalyDetector } from "../../index.js";
import type { Drawing, Drawn } from "./digitsMessages.js";
import { fitted } from "./fitting.js";
import { corruptionOf } from "./modelDescription.js";
import { corrupted } from "./noise.js";
import { toInk } from "./pictures.js";

/** A drawing as it is encoded: `seen` without noise, `given` with noise if the visitor wants it. */
export function prepared({ pixels, fit, noise }: Drawing): { seen: Float32Array; given: Float32Array } {
  const seen = fit ? fitted(pixels) : pixels;
  return { seen, given: noise ? corrupted(seen, corruptionOf(noise), noise.seed) : seen };
}

/** Encodes and rebuilds a drawing, with added noise if the visitor wants it. */
export async function examine(detector: AnomalyDetector, drawing: Drawing): Promise<Drawn> {
  const { model, threshold } = detector;
  const { noise } = drawing;
  const { seen, given } = prepared(drawing);
  const [code, [error]] = await Promise.all([model.encode(given), detector.score(seen)]);
  const rebuilt = await model.decode(code);
  return {
    seen: toInk(seen),
    reconstruction: toInk(rebuilt.data),
    code: code.data,
    error: error!,
    threshold,
    ...(noise && {
      corrupted: toInk(given),
      noiseError: meanSquare(given, seen),
      denoisedError: meanSquare(rebuilt.data, seen),
    }),
  };
}

function meanSquare(a: Float32Array, b: Float32Array): number {
  return a.reduce((sum, value, i) => sum + (value - b[i]!) ** 2, 0) / a.length;
}
