/** How many floating-point operations the products of a training step have. */

/** Of an autoencoder of the given widths, input to code, and back: forward, weight gradients, and δ of all but the first layer. */
export function operations(widths, batch) {
  return stepOperations([...widths, ...widths.slice(0, -1).reverse()], batch);
}

/**
 * Of a network of dense layers; undefined where it has others.
 *
 * @param {{ inputShape: number[], encoder: any[], decoder: any[] }} network
 * @param {number} batch
 */
export function networkOperations({ inputShape, encoder, decoder }, batch) {
  const layers = [...encoder, ...decoder];
  if (layers.some(({ kind }) => kind !== "dense")) return undefined;
  return stepOperations([inputShape.at(-1), ...layers.map(({ units }) => units)], batch);
}

/** @param {number[]} sizes numbers of all layers, from the input to the output */
function stepOperations(sizes, batch) {
  const weights = sizes.slice(1).map((units, i) => sizes[i] * units);
  const all = weights.reduce((sum, count) => sum + count, 0);
  return 2 * batch * (3 * all - weights[0]);
}
