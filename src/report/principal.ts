import { principalAxes } from "../statistics/principalAxes.js";

/** The first two principal components of codes. */
export interface Components {
  /** Coordinates of the codes along the two components. */
  readonly x: Float64Array;
  readonly y: Float64Array;
  /** Share of the codes' variance along each component. */
  readonly shares: readonly [number, number];
}

/** The two directions in which codes vary most, and the coordinates of each code along them. */
export function principalComponents(codes: Float32Array, width: number): Components {
  const { means, axes, variances, total } = principalAxes(codes, width, 2);
  const along = (axis: number) =>
    Float64Array.from({ length: codes.length / width }, (_, i) => {
      let sum = 0;
      for (let d = 0; d < width; d++) sum += (codes[i * width + d]! - means[d]!) * axes[axis * width + d]!;
      return sum;
    });
  const share = (variance: number) => (total > 0 ? Math.max(0, variance) / total : 0);
  return { x: along(0), y: along(1), shares: [share(variances[0]!), share(variances[1]!)] };
}
