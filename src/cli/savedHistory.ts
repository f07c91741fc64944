import { inPath } from "../files/inPath.js";
import { type Autoencoder, type DecodedSafetensors, FormatError } from "../index.js";
import type { LossHistory } from "../report/drawReport.js";
import { readHistory } from "../saving/checkpoint.js";

/** Where the file of a model that was trained here keeps them. */
export const HISTORY = "isthmus.history";

const SERIES = ["loss", "valLoss", "reconstructionLoss", "klLoss"] as const;

/** The metadata of the file of a model with a history; without times, so that the same training gives the same file. */
export function historyMetadata(history: LossHistory): { metadata: Record<string, string> } {
  const { loss, valLoss, reconstructionLoss, klLoss } = history;
  return { metadata: { [HISTORY]: JSON.stringify({ loss, valLoss, reconstructionLoss, klLoss }) } };
}

/**
 * The losses of the training that a model or a checkpoint comes from; undefined where its file has none. Only the metadata
 * is read, since whoever loads the model verifies the rest of the file.
 *
 * @param path for messages
 * @param description the model's
 * @throws {FormatError} when the history is damaged
 */
export async function historyOf(
  path: string,
  { metadata }: Pick<DecodedSafetensors, "metadata">,
  description: Autoencoder["description"],
): Promise<LossHistory | undefined> {
  const { training, [HISTORY]: text } = metadata;
  if (training !== undefined) return inPath(path, () => readHistory(training, description));
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
