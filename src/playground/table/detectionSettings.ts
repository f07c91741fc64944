import type { DetectionTable } from "../../anomaly/detectionTable.js";
import { comparable } from "../../anomaly/ranking.js";
import { ArgumentError, type DetectAnomaliesOptions } from "../../index.js";
import type { TrainingSettings } from "./tableSettings.js";

/**
 * Options for the visitor's settings.
 *
 * @throws {ArgumentError} if they do not fit the table
 */
export function detectionOptions(
  { columns, labels, places }: Pick<DetectionTable, "columns" | "labels" | "places">,
  { seed, members, steps, rule, share, window, stride }: TrainingSettings,
): DetectAnomaliesOptions {
  if (places && stride > window) {
    throw new ArgumentError("The stride must be at most the window, so that each row is in a window.");
  }
  // Labels are of rows, not of windows.
  const known = places ? undefined : comparable(labels);
  if (rule === "labels" && !known) {
    throw new ArgumentError(
      "The best match with labels needs a column of labels with both kinds of rows, and no windows.",
    );
  }
  return {
    columns,
    ...(known && { labels: known }),
    ...(rule === "share" ? { contamination: share / 100 } : { threshold: rule }),
    members,
    ...(steps > 0 && { steps }),
    seed,
  };
}

/** How the threshold was chosen, in words. */
export function ruleText({ rule, share }: TrainingSettings): string {
  return { fence: "rows that stand apart", share: `${share} % of the rows`, labels: "best F1" }[rule];
}
