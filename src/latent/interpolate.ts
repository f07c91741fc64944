import type { Autoencoder } from "../autoencoder/autoencoder.js";
import { integer } from "../common/check.js";
import { ShapeError } from "../common/errors.js";
import { requireModel } from "../common/requireMethods.js";
import type { Matrix } from "../data/matrix.js";
import type { Samples } from "../data/samples.js";

/** One sample, in any form that samples may have. */
export type Sample = Samples;

/**
 * Goes from one sample to another: decodes evenly spaced points on the straight line between their codes.
 *
 * @param from a sample with `inputSize` values; the first row of the result is its reconstruction
 * @param to another sample; the last row is its reconstruction
 * @param steps number of rows, at least 2
 * @returns [steps, inputSize]
 * @throws {ArgumentError} {ShapeError} {NonFiniteError} for invalid samples or steps
 */
export async function interpolate(
  model: Autoencoder,
  from: Sample,
  to: Sample,
  steps: number,
): Promise<Matrix> {
  requireModel(model);
  integer("steps", steps, 2);
  const [start, end] = await Promise.all([codeOf(model, "from", from), codeOf(model, "to", to)]);
  const codes = new Float32Array(steps * model.latentSize);
  for (let i = 0; i < steps; i++) {
    const t = i / (steps - 1);
    for (let j = 0; j < start.length; j++) {
      codes[i * start.length + j] = (1 - t) * start[j]! + t * end[j]!;
    }
  }
  return model.decode(codes);
}

async function codeOf(model: Autoencoder, name: string, sample: Sample): Promise<Float32Array> {
  const { data, rows } = await model.encode(sample);
  if (rows !== 1) throw new ShapeError(`${name} must be one sample, not ${rows}`);
  return data;
}
