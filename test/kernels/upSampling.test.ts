import { describe, test } from "vitest";
import { type Enlargement, enlarged, enlargedBackward } from "../support/float64Pictures.js";
import { BUILDS } from "../support/kernels.js";
import { inShares, Sandbox } from "./sandbox.js";
import { distinct, expectWithin } from "./values.js";

const SAMPLES = 5;
const CHANNELS = [1, 2, 3, 4, 5, 8, 9, 15] as const;

const SHAPES: readonly Pick<Enlargement, "height" | "width" | "size">[] = [
  { height: 3, width: 4, size: [2, 2] },
  { height: 4, width: 3, size: [3, 2] },
  { height: 1, width: 7, size: [1, 3] },
  { height: 2, width: 2, size: [1, 4] },
  { height: 1, width: 1, size: [5, 1] },
  { height: 5, width: 1, size: [4, 3] },
  { height: 2, width: 3, size: [1, 1] },
];

describe.each(BUILDS)("%s", (build) => {
  const box = new Sandbox(build);

  test.each(SHAPES)("$height × $width by $size, repeated and interpolated", (shape) => {
    for (const interpolation of ["nearest", "bilinear"] as const) {
      CHANNELS.forEach((channels, index) => {
        const how = { ...shape, channels, interpolation };
        const size = shape.height * shape.width * channels;
        const large = size * shape.size[0] * shape.size[1];
        const [values, slopes] = [distinct(SAMPLES * size, index, 3), distinct(SAMPLES * large, 50 + index)];
        const [x, dx] = [box.floats(SAMPLES, size).set(values), box.floats(SAMPLES, size)];
        const [y, dy] = [box.floats(SAMPLES, large), box.floats(SAMPLES, large).set(slopes)];
        const sizes = [shape.height, shape.width, channels, ...shape.size];
        const { kernels } = box;
        const [ahead, back] =
          interpolation === "nearest"
            ? [kernels.upSamplingNearest, kernels.upSamplingNearestBackward]
            : [kernels.upSamplingBilinear, kernels.upSamplingBilinearBackward];
        inShares(SAMPLES, [1, 3], (begin, end) => {
          ahead(begin, end, ...sizes, x.at(), y.at());
          back(begin, end, ...sizes, dy.at(), dx.at());
        });
        box.check(JSON.stringify(how));
        const exact = interpolation === "nearest";
        expectWithin(y.get(), enlarged(values, how), () => (exact ? 0 : 1e-6), `${channels} channels`);
        expectWithin(dx.get(), enlargedBackward(slopes, how), () => 3e-6, `slopes, ${channels} channels`);
        box.clear();
      });
    }
  });
});
