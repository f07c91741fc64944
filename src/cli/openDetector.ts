import { hasDetector } from "../anomaly/detectorFile.js";
import { inPath } from "../files/inPath.js";
import { AnomalyDetector, Autoencoder, type DecodedSafetensors, ShapeError } from "../index.js";
import { loadSamples } from "../node.js";
import { type CalculationOptions, engineOptions } from "./options.js";

/** How the threshold is found, if not by what the model was saved with. */
export interface ThresholdFlags {
  contamination?: number;
  sigma?: number;
}

/**
 * The model with its own detector, if it has one and the user asks for no other threshold, or with one yet to be fitted.
 *
 * @param path for messages
 * @param file what was read from it
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

/** A file of one number a sample. */
export async function loadColumn(
  path: string,
  what: string,
): Promise<Uint8Array | Float32Array | Float64Array> {
  const { data, columns } = await loadSamples(path);
  if (columns !== 1) throw new ShapeError(`${path} must hold one ${what} a sample, not ${columns}`);
  return data;
}
