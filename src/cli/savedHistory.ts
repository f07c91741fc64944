import { inPath } from "../files/inPath.js";
import { type DecodedSafetensors, FormatError, inspectModel } from "../index.js";
import { loadSafetensors } from "../node.js";
import type { LossHistory } from "../report/drawReport.js";

/** Where the file of a model that was trained here keeps them. */
export const HISTORY = "isthmus.history";

const SERIES = ["loss", "valLoss", "reconstructionLoss", "klLoss"] as const;

/** The metadata of the file of a model with a history; without times, so that the same training gives the same file. */
export function historyMetadata(history: LossHistory): { metadata: Record<string, string> } {
  const { loss, valLoss, reconstructionLoss, klLoss } = history;
  return { metadata: { [HISTORY]: JSON.stringify({ loss, valLoss, reconstructionLoss, klLoss }) } };
}

/**
 * The history in the file of a model or a checkpoint; undefined where there is none.
 *
 * @throws {FormatError} for one that is damaged
 */
export async function loadHistory(path: string): Promise<LossHistory | undefined> {
  return historyOf(path, await loadSafetensors(path));
}

/**
 * `loadHistory` of a file that has been read. It needs no model, and so no engine.
 *
 * @param path for messages
 */
export async function historyOf(path: string, file: DecodedSafetensors): Promise<LossHistory | undefined> {
  if (file.metadata.training !== undefined) {
    return inPath(path, () => inspectModel(file).history);
  }
  const text = file.metadata[HISTORY];
  return text === undefined ? undefined : parse(path, text);
}

function parse(path: string, text: string): LossHistory {
  let found: unknown;
  try {
    found = JSON.parse(text);
  } catch (cause) {
    throw new FormatError(`${path}: the history of its training is not JSON`, { cause });
  }
  const history = (found ?? {}) as LossHistory;
  const epochs = Array.isArray(history.loss) ? history.loss.length : 0;
  for (const name of SERIES) {
    const series: unknown = history[name];
    const fits =
      Array.isArray(series) &&
      series.every((value) => typeof value === "number" && Number.isFinite(value)) &&
      (series.length === epochs || (name !== "loss" && series.length === 0));
    if (!fits) {
      throw new FormatError(
        `${path}: ${name} of the history of its training must be as many finite numbers as epochs`,
      );
    }
  }
  return history;
}
