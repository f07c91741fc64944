// Code shared by the upsampling layers.
import type { Picture } from "./channelsLast.js";
import type { BuiltLayer } from "./layer.js";

/** How new values are computed: by repeating the nearest one, or by bilinear interpolation. */
export type Interpolation = "nearest" | "bilinear";

/** The kernel calls of a layer that enlarges images by integer factors. */
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
