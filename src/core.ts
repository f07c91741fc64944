// What every model needs: `isthmus/core`.
export { Autoencoder, type AutoencoderOptions } from "./autoencoder.js";
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
export { type AnyMatrix, Matrix } from "./matrix.js";
export type { ActivationAlias, ActivationName } from "./model/activations.js";
export {
  type Corruption,
  type GaussianNoise,
  gaussianNoise,
  type MaskingNoise,
  maskingNoise,
  type SaltAndPepper,
  saltAndPepper,
} from "./model/corruption.js";
export type { InitializerName } from "./model/initializers.js";
export { type GaussianLatent, gaussian } from "./model/latent.js";
export {
  type DenseLayer,
  type DenseOptions,
  type DropoutLayer,
  dense,
  dropout,
  type Layer,
} from "./model/layers.js";
export { type Huber, huber, type Loss, type LossAlias, type LossName } from "./model/losses.js";
export type { MetricName } from "./model/metrics.js";
export type { NamedWeight } from "./model/namedWeights.js";
export {
  type ActivityPenalty,
  type KernelPenalty,
  type KlSparsity,
  klSparsity,
  type L1,
  type L1L2,
  type L2,
  l1,
  l1l2,
  l2,
} from "./model/penalties.js";
export type { ScalingName, ScalingParameters } from "./model/scaling.js";
export * from "./optimizers/index.js";
export type { CodeDistribution } from "./predictor.js";
export { inspectModel, type ModelSummary } from "./saving/inspectModel.js";
export type { ModelFileOptions, SafetensorsFile } from "./saving/modelFile.js";
export type { BatchPlace, Callback, EpochPlace, TrainedModel, TrainingRun } from "./training/callbacks.js";
export { type EarlyStoppingOptions, earlyStopping } from "./training/earlyStopping.js";
export type { ErrorUnits } from "./training/errors.js";
export type { History, MonitorName } from "./training/history.js";
export {
  type CheckpointingOptions,
  type ModelCheckpointOptions,
  modelCheckpoint,
} from "./training/modelCheckpoint.js";
export type { MonitorOptions } from "./training/monitor.js";
export type { BatchLog, EpochLog, FitOptions, FitSyncOptions } from "./training/options.js";
export type { Evaluation } from "./training/predict.js";
export type { TrainingOptions } from "./training/run.js";
export type { SampleRow, Samples } from "./training/samples.js";
export type { SampleStream } from "./training/stream.js";
export type { ByteArray, SampleArray } from "./values.js";
