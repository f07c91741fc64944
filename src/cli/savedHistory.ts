import { inPath } from "../files/inPath.js";
import { type Autoencoder, type DecodedSafetensors, FormatError } from "../index.js";
import type { LossHistory } from "../report/drawReport.js";
import { readHistory } from "../saving/checkpoint.js";

/** The key in `__metadata__` under which the command saves the history of a model. */
export const HISTORY = "isthmus.history";

const SERIES = ["loss", "valLoss", "reconstructionLoss", "klLoss"] as const;

/** Metadata with the history, for a model's file. It has no times, so that the same training gives the same file. */
export function historyMetadata(history: LossHistory): { metadata: Record<string, string> } {
  const { loss, valLoss, reconstructionLoss, klLoss } = history;
  return { metadata: { [HISTORY]: JSON.stringify({ loss, valLoss, reconstructionLoss, klLoss }) } };
}

/**
 * The losses from training a model or a checkpoint; undefined if its file has none. This reads only the metadata, because
 * loading the model verifies the rest of the file.
 *
 * @param path the file's path, for messages
 * @param description the model's description
 * @throws {FormatError} if the history is damaged
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
    throw new FormatError(`${path}: the training history is not valid JSON`, { cause });
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
      throw new FormatError(`${path}: ${name} in the training history must have one finite number per epoch`);
    }
  }
  return history;
}
