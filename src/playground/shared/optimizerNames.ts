import type { OptimizerName } from "../../index.js";

/** The optimizers, in the order in which the pages list them. */
export const OPTIMIZERS = [
  "adam",
  "adamw",
  "nadam",
  "lion",
  "rmsprop",
  "adagrad",
  "adadelta",
  "sgd",
] as const satisfies readonly OptimizerName[];
