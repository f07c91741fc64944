import type { Autoencoder } from "../autoencoder/autoencoder.js";
import { ShapeError } from "../common/errors.js";
import { requireModel } from "../common/requireMethods.js";
import type { Samples } from "../data/samples.js";
import { spearman } from "../statistics/spearman.js";

/**
 * How well a code with one dimension keeps a known order: Spearman's ρ of the samples' codes and positions. Near 1 or −1,
 * the code follows the samples, forwards or backwards; the initial weights decide which. Near 0, it does not.
 *
 * @param positions one number per sample, in any unit
 * @returns from −1 to 1; NaN if all codes or all positions are equal
 * @throws {ShapeError} unless the model's code has one dimension and there is one position per sample
 * @throws {ArgumentError} {NonFiniteError} for invalid samples or positions
 */
export async function orderCorrelation(
  model: Autoencoder,
  samples: Samples,
  positions: ArrayLike<number>,
): Promise<number> {
  requireModel(model);
  if (model.latentSize !== 1) {
    throw new ShapeError(`the model's code has ${model.latentSize} dimensions, but only one has an order`);
  }
  return spearman((await model.encode(samples)).data, positions);
}
