export { Autoencoder, type AutoencoderOptions, type Evaluation } from "./autoencoder.js";
export { type Digits, type DigitsOptions, digits } from "./datasets/digits.js";
export { type Spiral, type SpiralOptions, spiral } from "./datasets/spiral.js";
export { Engine } from "./engine/engine.js";
export type { EngineInfo, EngineOptions } from "./engine/options.js";
export {
  ArgumentError,
  DivergedError,
  EngineError,
  FormatError,
  IsthmusError,
  NonFiniteError,
  OutOfMemoryError,
  ShapeError,
  StateError,
} from "./errors.js";
export type { Half } from "./half.js";
export { Matrix } from "./matrix.js";
export type { ActivationName } from "./model/activations.js";
export type { Clipping } from "./model/clipping.js";
export type { InitializerName } from "./model/initializers.js";
export { type DenseLayer, type DenseOptions, dense, type Layer } from "./model/layers.js";
export { type Huber, huber, type Loss, type LossName } from "./model/losses.js";
export {
  type Adadelta,
  type Adagrad,
  type Adam,
  type AdamW,
  adadelta,
  adagrad,
  adam,
  adamw,
  type Nadam,
  nadam,
  type Optimizer,
  type OptimizerName,
  type RmsProp,
  rmsprop,
  type Sgd,
  sgd,
} from "./model/optimizers.js";
export { l1, l1l2, l2, type Penalty } from "./model/penalties.js";
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
} from "./model/schedules.js";
export type { History } from "./training/history.js";
export type { BatchLog, EpochLog, FitOptions, FitSyncOptions } from "./training/options.js";
export type { Samples } from "./training/samples.js";
export type { NamedWeight } from "./weights.js";
