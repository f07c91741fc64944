// The public API of the optimizers, one line each. optimizers.ts has the internal part.
export { type Adadelta, adadelta } from "./adadelta.js";
export { type Adagrad, adagrad } from "./adagrad.js";
export { type Adam, adam } from "./adam.js";
export { type AdamW, adamw } from "./adamw.js";
export type { Clipping } from "./clipping.js";
export { type Lion, lion } from "./lion.js";
export { type Nadam, nadam } from "./nadam.js";
export type { Optimizer, OptimizerName } from "./optimizers.js";
export { type RmsProp, rmsprop } from "./rmsprop.js";
export {
  type CosineDecay,
  cosineDecay,
  type ExponentialDecay,
  exponentialDecay,
  type ReduceOnPlateau,
  reduceOnPlateau,
  type Schedule,
  type StepDecay,
  stepDecay,
  type Warmup,
  warmup,
} from "./schedules.js";
export { type Sgd, sgd } from "./sgd.js";
