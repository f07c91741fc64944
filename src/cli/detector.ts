import { AnomalyDetector, ShapeError } from "../index.js";
import { loadDetector, loadModel, loadSafetensors, loadSamples } from "../node.js";
import { type CalculationOptions, engineOptions } from "./options.js";

/** How the threshold is found, if not by what the model was saved with. */
export interface ThresholdWishes {
  contamination?: number;
  sigma?: number;
}

/** Where a file of a model keeps its detector. */
const DETECTOR = "isthmus.anomalyDetector";

/** The model with its own detector, if it has one and no other threshold is asked for, or with one yet to be fitted. */
export async function openDetector(path: string, options: CalculationOptions & ThresholdWishes) {
  const engine = engineOptions(options);
  const asked = options.contamination !== undefined || options.sigma !== undefined;
  if (!asked && (await loadSafetensors(path)).metadata[DETECTOR] !== undefined) {
    return { detector: await loadDetector(path, { engine }), fitted: true };
  }
  return { detector: new AnomalyDetector(await loadModel(path, { engine })), fitted: false };
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
