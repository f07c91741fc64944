/**
 * What is unlike other data, by a model of your own or without one.
 *
 * @module isthmus/anomaly
 */
export type { DetectorColumn } from "./columns.js";
export { type DetectAnomaliesOptions, type Detection, detectAnomalies } from "./detectAnomalies.js";
export {
  type DetectImagesOptions,
  detectImages,
  type ImageDetection,
  type ImageDetectionProgress,
} from "./detectImages.js";
export type { DetectionRule, DetectionThreshold, GivenThreshold, NamedRule } from "./detectionThreshold.js";
export { AnomalyDetector } from "./detector.js";
export { EnsembleDetector } from "./ensembleDetector.js";
export type { DetectionHistory, DetectionProgress } from "./ensembleTraining.js";
export type { ErrorExplainOptions } from "./errorReasons.js";
export type { GivenShape, ImageInput, ShapedImages } from "./imageInput.js";
export type { ImageDimensions } from "./imageRegions.js";
export type { AnomalyEvaluation, Labels } from "./ranking.js";
export {
  describeReason,
  type ExplainOptions,
  type Reason,
  type RowReasons,
} from "./reasons.js";
export type { ContaminationRule, SigmaRule, ThresholdOptions, ThresholdRule } from "./threshold.js";
export type { ColumnValue } from "./valueTexts.js";
