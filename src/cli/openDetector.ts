import { hasDetector } from "../anomaly/detectorFile.js";
import { inPath } from "../files/inPath.js";
import { AnomalyDetector, Autoencoder, type DecodedSafetensors, ShapeError } from "../index.js";
import { loadSamples } from "../node.js";
import { type CalculationOptions, engineOptions } from "./options.js";

/** How to learn the threshold, if the saved one is not wanted. */
export interface ThresholdFlags {
  contamination?: number;
  sigma?: number;
}

/**
 * Opens a model as a detector: with its saved threshold, or unfitted if it has none or the user chose another rule.
 *
 * @param path the file's path, for messages
 * @param file the decoded file
 */
export async function openDetector(
  path: string,
  file: DecodedSafetensors,
  options: CalculationOptions & ThresholdFlags,
) {
  const engine = engineOptions(options);
  const asked = options.contamination !== undefined || options.sigma !== undefined;
  return inPath(path, async () => {
    if (!asked && hasDetector(file.metadata)) {
      return { detector: await AnomalyDetector.fromSafetensors(file, { engine }), fitted: true };
    }
    const model = await Autoencoder.fromSafetensors(file, { engine });
    return { detector: new AnomalyDetector(model), fitted: false };
  });
}

/** Reads a file with one number per sample. */
export async function loadColumn(
  path: string,
  what: string,
): Promise<Uint8Array | Float32Array | Float64Array> {
  const { data, columns } = await loadSamples(path);
  if (columns !== 1) throw new ShapeError(`${path} must have one ${what} per sample, not ${columns}`);
  return data;
}
