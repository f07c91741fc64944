export { Autoencoder, type AutoencoderOptions } from "./autoencoder.js";
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
export type { InitializerName } from "./model/initializers.js";
export { type DenseLayer, type DenseOptions, dense, type Layer } from "./model/layers.js";
export type { LossName } from "./model/losses.js";
export type { MetricName } from "./model/metrics.js";
export { type Adam, adam, type Optimizer, type OptimizerName, type Sgd, sgd } from "./model/optimizers.js";
export type { Evaluation } from "./predictor.js";
export type { BatchPlace, Callback, EpochPlace, TrainedModel, TrainingRun } from "./training/callbacks.js";
export { type EarlyStoppingOptions, earlyStopping } from "./training/earlyStopping.js";
export type { History, MonitorName } from "./training/history.js";
export {
  type CheckpointingOptions,
  type ModelCheckpointOptions,
  modelCheckpoint,
} from "./training/modelCheckpoint.js";
export type { MonitorOptions } from "./training/monitor.js";
export type { BatchLog, EpochLog, FitOptions, FitSyncOptions } from "./training/options.js";
export type { TrainingOptions } from "./training/run.js";
export type { Samples } from "./training/samples.js";
export type { SampleStream } from "./training/stream.js";
export type { NamedWeight } from "./weights.js";
