/**
 * Everything that runs in any runtime: models, training, data sets, anomalies, codes and formats.
 *
 * @module isthmus
 */
export * from "./anomaly/index.js";
export * from "./core.js";
export * from "./datasets/index.js";
export * from "./formats/index.js";
export * from "./latent/index.js";
