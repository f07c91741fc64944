// `isthmus`: all that runs in any runtime. Each part is also an entry of its own, for pages that load no more than they use.
export * from "./anomaly/index.js";
export * from "./core.js";
export * from "./datasets/index.js";
export * from "./formats/index.js";
export * from "./latent/index.js";
