/**
 * What every model needs: layers, losses, optimizers, training and saving.
 *
 * @module isthmus/core
 */
export { Autoencoder, type AutoencoderOptions } from "./autoencoder/autoencoder.js";
export type { Half } from "./autoencoder/half.js";
export type { ActivationOptions } from "./autoencoder/innerLayers.js";
export type { ErrorUnits } from "./autoencoder/reconstructionErrors.js";
export type { CodeDistribution } from "./autoencoder/variational.js";
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
} from "./common/errors.js";
export type { ExampleOptions, Examples } from "./data/examples.js";
export { type AnyMatrix, Matrix } from "./data/matrix.js";
export type { SampleRow, Samples } from "./data/samples.js";
export type { ScalingName, ScalingParameters } from "./data/scaling.js";
export type { ByteArray, SampleArray } from "./data/values.js";
export { Engine } from "./engine/engine.js";
export type { EngineInfo, EngineOptions } from "./engine/engineOptions.js";
export { type ActivationLayer, activation } from "./layers/activation.js";
export type { ActivationAlias, ActivationName } from "./layers/activations.js";
export { type AveragePooling1dLayer, averagePooling1d } from "./layers/averagePooling1d.js";
export { type AveragePooling2dLayer, averagePooling2d } from "./layers/averagePooling2d.js";
export {
  type BatchNormalizationLayer,
  type BatchNormalizationOptions,
  batchNormalization,
} from "./layers/batchNormalization.js";
export { type Conv1dLayer, conv1d } from "./layers/conv1d.js";
export { type Conv1dTransposeLayer, conv1dTranspose } from "./layers/conv1dTranspose.js";
export { type Conv2dLayer, conv2d } from "./layers/conv2d.js";
export { type Conv2dTransposeLayer, conv2dTranspose } from "./layers/conv2dTranspose.js";
export type { ConvolutionFields, ConvolutionOptions } from "./layers/convolutionOptions.js";
export {
  type Corruption,
  type MaskingNoise,
  maskingNoise,
  type SaltAndPepper,
  saltAndPepper,
} from "./layers/corruption.js";
export { type DenseLayer, type DenseOptions, dense } from "./layers/dense.js";
export { type DropoutLayer, dropout } from "./layers/dropout.js";
export { type FlattenLayer, flatten } from "./layers/flatten.js";
export { type GaussianLatent, gaussian } from "./layers/gaussian.js";
export { type GaussianNoise, gaussianNoise } from "./layers/gaussianNoise.js";
export {
  type GlobalAveragePooling2dLayer,
  globalAveragePooling2d,
} from "./layers/globalAveragePooling2d.js";
export { type GruLayer, gru } from "./layers/gru.js";
export type { InitializerName } from "./layers/initializers.js";
export {
  type LayerNormalizationLayer,
  type LayerNormalizationOptions,
  layerNormalization,
} from "./layers/layerNormalization.js";
export type { Layer } from "./layers/layers.js";
export { type LstmLayer, type LstmOptions, lstm } from "./layers/lstm.js";
export { type MaxPooling1dLayer, maxPooling1d } from "./layers/maxPooling1d.js";
export { type MaxPooling2dLayer, maxPooling2d } from "./layers/maxPooling2d.js";
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
} from "./layers/penalties.js";
export type { Lengths, Pooling1dOptions, Pooling2dOptions } from "./layers/pooling.js";
export type { RecurrentFields, RecurrentOptions } from "./layers/recurrentOptions.js";
export { type RepeatVectorLayer, repeatVector } from "./layers/repeatVector.js";
export { type ReshapeLayer, reshape } from "./layers/reshape.js";
export type { Shape } from "./layers/shape.js";
export { type SpatialDropoutLayer, spatialDropout } from "./layers/spatialDropout.js";
export { timeDistributed } from "./layers/timeDistributed.js";
export type { Interpolation } from "./layers/upSampling.js";
export {
  type UpSampling1dLayer,
  type UpSampling1dOptions,
  upSampling1d,
} from "./layers/upSampling1d.js";
export {
  type UpSampling2dLayer,
  type UpSampling2dOptions,
  upSampling2d,
} from "./layers/upSampling2d.js";
export type { Padding } from "./layers/window.js";
export { type Huber, huber, type Loss, type LossAlias, type LossName } from "./network/losses.js";
export type { NamedWeight } from "./network/namedWeights.js";
export type { MetricName } from "./network/stepMetrics.js";
export type { LayerSummary, Summary, SummaryRow } from "./network/summary.js";
export * from "./optimizers/index.js";
export { inspectModel, type ModelSummary } from "./saving/inspectModel.js";
export type { ModelFileOptions, SafetensorsFile } from "./saving/modelFile.js";
export type { Preprocessor, PreprocessorJson } from "./saving/preprocessorText.js";
export type { Callback, TrainedModel, TrainingRun } from "./training/callbacks.js";
export { type EarlyStoppingOptions, earlyStopping } from "./training/earlyStopping.js";
export type { EvaluateOptions, Evaluation } from "./training/evaluation.js";
export type { FitOptions, FitSyncOptions } from "./training/fitOptions.js";
export type { History, MonitorName } from "./training/history.js";
export type { BatchLog, BatchPlace, EpochLog, EpochPlace } from "./training/logs.js";
export {
  type CheckpointingOptions,
  type ModelCheckpointOptions,
  modelCheckpoint,
} from "./training/modelCheckpoint.js";
export type { MonitorOptions } from "./training/monitor.js";
export type { TrainingOptions } from "./training/progress.js";
export type { ExampleStream, SampleStream } from "./training/sampleStream.js";
