import { ArgumentError } from "../index.js";
import type { ScoredImageOptions } from "./imagesToScore.js";
import type { CalculationOptions } from "./options.js";
import { flagOf, type TableOptions } from "./tableOptions.js";

/** Options of `isthmus detect`. */
export interface DetectOptions extends TableOptions, CalculationOptions, ScoredImageOptions {
  out?: string;
  report?: string;
  fit?: string;
  model?: string;
  save?: string;
  contamination?: number;
  sigma?: number;
  threshold?: number | "fence" | "max" | "labels";
  members?: number;
  steps?: number;
  seed: number;
  json?: true;
}

/** How the threshold was chosen, in a few words. */
export function ruleText(
  { contamination, sigma, threshold = "fence" }: DetectOptions,
  noun: "row" | "image",
): string {
  if (contamination !== undefined) return `contamination ${contamination}`;
  if (sigma !== undefined) return `mean + ${sigma}·σ`;
  if (typeof threshold === "number") return "given";
  return {
    fence: `${noun}s that stand apart`,
    max: `largest of the ${noun}s learned from`,
    labels: "best F1",
  }[threshold];
}

/** Options that a saved detector has settled. */
export function assertNoTraining(options: DetectOptions): void {
  const { fit, contamination, sigma, threshold, members, steps, window, stride, splitGaps } = options;
  const { columns, drop, types, missing, decimal, resize, grey } = options;
  const given = { fit, contamination, sigma, threshold, members, steps, window, stride, splitGaps };
  const settled = { ...given, columns, drop, types, missing, decimal, resize, grey };
  const [one] = Object.entries(settled).filter(([, value]) => value !== undefined);
  if (one)
    throw new ArgumentError(
      `${flagOf(one[0])} and --model cannot be used together: the detector has settled it`,
    );
}

/** What `detectAnomalies` and `detectImages` take alike. */
export function detectionOptions({ contamination, sigma, threshold, steps, seed }: DetectOptions) {
  return {
    ...(contamination !== undefined && { contamination }),
    ...(sigma !== undefined && { sigma }),
    ...(threshold !== undefined && { threshold }),
    ...(steps !== undefined && { steps }),
    seed,
  };
}
