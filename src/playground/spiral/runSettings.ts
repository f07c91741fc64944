import type { SpiralSettings } from "./spiralSettings.js";

/** What the points can be. */
export const DATA = ["spiral", "s-curve", "circle", "moons", "clusters", "drawing"] as const;
export type DataName = (typeof DATA)[number];

/** The settings of a run: those of the spiral page, and what the start page adds to them. */
export interface RunSettings extends SpiralSettings {
  /** A spiral, if nothing is said. */
  readonly data?: DataName;
  /** The visitor's points, as `drawnPoints` reads them. */
  readonly drawing?: string;
  /** Percentage of the points that training does not see; by default all are trained on. */
  readonly heldOutShare?: number;
  /** Units of the code; default 1. */
  readonly code?: number;
  /** Which penalty on the weights `weightPenalty` is the strength of; default L2. */
  readonly penalty?: "l1" | "l2";
}

/** Whether the points have an order that the code can be compared with. */
export function isOrdered({ data = "spiral", code = 1 }: Pick<RunSettings, "data" | "code">): boolean {
  return code === 1 && (data === "spiral" || data === "s-curve");
}
