import type { AutoencoderOptions } from "../autoencoder/autoencoder.js";
import type { DecodedSafetensors } from "../formats/safetensors.js";
import { EnsembleDetector } from "./index.js";
import { type LearntTable, readLearntTable } from "./learntTable.js";

/** A detector with all that is needed to score a table. */
export interface TableDetector extends LearntTable {
  readonly detector: EnsembleDetector;
}

/**
 * Reads a detector that was saved with the metadata of its table.
 *
 * @throws {FormatError} for any other file
 */
export async function openTableDetector(
  file: DecodedSafetensors,
  options: Pick<AutoencoderOptions, "engine">,
): Promise<TableDetector> {
  const detector = await EnsembleDetector.fromSafetensors(file, options);
  try {
    return { detector, ...readLearntTable(file.metadata) };
  } catch (error) {
    await detector.dispose();
    throw error;
  }
}
