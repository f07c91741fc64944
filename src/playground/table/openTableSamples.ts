import { type DetectionTable, detectionTable } from "../../anomaly/detectionTable.js";
import type { TableDetector } from "../../anomaly/tableDetector.js";
import { ArgumentError } from "../../index.js";
import { columnOptions, oddLabelsHint } from "./columnChoices.js";
import type { OpenTable } from "./tableReport.js";
import type { TrainingSettings } from "./tableSettings.js";

/** A detector from a file. */
export interface OpenDetector extends TableDetector {
  readonly name: string;
}

/**
 * Samples of a table, by the detector from a file if there is one.
 *
 * @param settings whose windows to use; default: rows
 * @throws {ArgumentError} for a table that is not of the kind that the detector was trained on
 */
export function tableSamples(
  { title, table, choices, timeColumn }: OpenTable,
  saved: OpenDetector | undefined,
  settings?: TrainingSettings,
): DetectionTable {
  const { window = 0, stride = 1 } = settings ?? {};
  // Without times the page offers no windows.
  const size = timeColumn === undefined ? 0 : window;
  const options = {
    columns: columnOptions(table, choices),
    window: size > 0 ? { size, stride } : undefined,
  };
  try {
    return detectionTable(table, options, saved);
  } catch (error) {
    if (saved && error instanceof ArgumentError) {
      throw new ArgumentError(`${saved.name} was trained on another table than ${title}: ${error.message}`);
    }
    throw oddLabelsHint(error);
  }
}
