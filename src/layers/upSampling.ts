// What the layers that enlarge have in common.
import type { Picture } from "./channelsLast.js";
import type { BuiltLayer } from "./layer.js";

/** How the values between those that are there are found: each repeated, or in a line from one to the next. */
export type Interpolation = "nearest" | "bilinear";

/** The calls of a layer that enlarges pictures by whole factors. */
export function builtUpSampling(
  [height, width, channels]: Picture,
  [sizeHeight, sizeWidth]: readonly [height: number, width: number],
  interpolation: Interpolation,
): BuiltLayer {
  const [ahead, back] =
    interpolation === "nearest"
      ? (["upSamplingNearest", "upSamplingNearestBackward"] as const)
      : (["upSamplingBilinear", "upSamplingBilinearBackward"] as const);
  const fields = { height, width, channels, sizeHeight, sizeWidth };
  return {
    forward: (plan, { rows, x, y }) => void plan.call(ahead, rows, { ...fields, x, y }),
    backward(plan, { rows, dy, dx }) {
      if (dx) plan.call(back, rows, { ...fields, dy, dx });
    },
    bound: (input) => input,
  };
}
