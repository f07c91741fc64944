import { endsOf } from "./links.js";
import type { Layout } from "./unitTiles.js";

/** A line of the drawn network. */
export interface Link {
  /** Of the layer that it comes from. */
  readonly layer: number;
  /** In the weights between this layer and the next, [units, inputs]. */
  readonly place: number;
  readonly weight: number;
}

/** How far from a line the pointer may be, in CSS pixels. */
const NEAR = 6;
/** Points of a line that are looked at. */
const POINTS = 32;

/** The line that is nearest to a point, if one is near: a cubic curve between two tiles. */
export function linkAt(
  { tiles }: Layout,
  weights: readonly Float32Array[],
  x: number,
  y: number,
): Link | undefined {
  let [found, nearest]: [Link | undefined, number] = [undefined, NEAR];
  weights.forEach((matrix, layer) => {
    const [inputs, outputs] = [tiles[layer]!, tiles[layer + 1]!];
    matrix.forEach((weight, place) => {
      const from = inputs[place % inputs.length]!;
      const to = outputs[Math.floor(place / inputs.length)]!;
      const [x0, x1] = endsOf(from, to);
      if (x < x0 || x > x1) return;
      for (let i = 0; i <= POINTS; i++) {
        const t = i / POINTS;
        // Both bends are in the middle between the ends.
        const along = 1.5 * t * (1 - t) + t ** 3;
        const down = t * t * (3 - 2 * t);
        const distance = Math.hypot(x0 + (x1 - x0) * along - x, from.y + (to.y - from.y) * down - y);
        if (distance >= nearest) continue;
        nearest = distance;
        found = { layer, place, weight };
      }
    });
  });
  return found;
}
