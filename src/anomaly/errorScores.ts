import type { Autoencoder } from "../autoencoder/autoencoder.js";
import { concatenate } from "../common/concatenate.js";
import type { Samples } from "../data/samples.js";
import { isStream, type SampleStream } from "../training/sampleStream.js";

/** Turns errors into scores, in place: NaN becomes Infinity, which is larger than all others. */
export function toScores(errors: Float32Array): Float32Array {
  for (let i = 0; i < errors.length; i++) if (Number.isNaN(errors[i])) errors[i] = Infinity;
  return errors;
}

/** The scores of all samples, also of a stream. */
export async function allScores(model: Autoencoder, samples: Samples | SampleStream): Promise<Float32Array> {
  if (!isStream(samples)) return toScores(await model.reconstructionError(samples));
  const parts: Float32Array[] = [];
  for await (const part of model.reconstructionError(samples)) parts.push(part);
  return toScores(concatenate(Float32Array, parts));
}
