import { type LearntTable, readLearntTable } from "../../anomaly/detectionTable.js";
import { inPath } from "../../files/inPath.js";
import { decodeSafetensors, type Engine, EnsembleDetector } from "../../index.js";

/** A detector from a file. */
export interface OpenDetector {
  readonly name: string;
  readonly detector: EnsembleDetector;
  readonly learnt: LearntTable;
}

/**
 * Reads a detector that this page or `isthmus detect --save` has written.
 *
 * @throws {FormatError} for any other file; the message names it
 */
export function openDetector(name: string, bytes: Uint8Array, engine: Engine): Promise<OpenDetector> {
  return inPath(name, async () => {
    const file = decodeSafetensors(bytes);
    const detector = await EnsembleDetector.fromSafetensors(file, { engine });
    try {
      return { name, detector, learnt: readLearntTable(file.metadata) };
    } catch (error) {
      await detector.dispose();
      throw error;
    }
  });
}
