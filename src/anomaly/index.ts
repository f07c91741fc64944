// `isthmus/anomaly`: finds samples that differ from the training data.
export { AnomalyDetector } from "./detector.js";
export type { AnomalyEvaluation, Labels } from "./ranking.js";
export type { ThresholdOptions } from "./threshold.js";
