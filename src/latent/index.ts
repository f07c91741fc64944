/**
 * Tools to explore the codes of a model.
 *
 * @module isthmus/latent
 */

export { spearman } from "../statistics/spearman.js";
export { gridCodes, type LatentGridOptions, latentGrid, type PerDimension } from "./grid.js";
export { interpolate, type Sample } from "./interpolate.js";
export { type Neighbors, nearestNeighbors } from "./neighbors.js";
export { orderCorrelation } from "./order.js";
