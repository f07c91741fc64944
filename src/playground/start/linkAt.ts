import type { ModelNumber } from "../spiral/spiralMessages.js";
import { endsOf } from "./links.js";
import type { Layout } from "./unitTiles.js";

/** How far from a line the pointer may be, in CSS pixels. */
const NEAR = 6;
/** Points of a line that are looked at. */
const POINTS = 32;

/** The weight whose line is nearest to a point, if one is near: a cubic curve between two tiles. */
export function linkAt(
  { tiles }: Layout,
  weights: readonly Float32Array[],
  x: number,
  y: number,
): ModelNumber | undefined {
  let [found, nearest]: [ModelNumber | undefined, number] = [undefined, NEAR];
  weights.forEach((matrix, layer) => {
    const [inputs, outputs] = [tiles[layer]!, tiles[layer + 1]!];
    matrix.forEach((_, place) => {
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
        found = { what: "weight", layer, place };
      }
    });
  });
  return found;
}
