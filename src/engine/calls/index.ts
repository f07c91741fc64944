// The kernels as calls to write into a plan. The second argument is always how many items (rows of the output) there are
// to divide among threads.

export * from "./activations.js";
export * from "./draws.js";
export * from "./gradients.js";
export * from "./losses.js";
export * from "./optimizers.js";
export * from "./penalties.js";
export * from "./products.js";
export * from "./samples.js";
