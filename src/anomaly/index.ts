// `isthmus/anomaly`: a model that tells what is unlike its training data.
export { AnomalyDetector } from "./detector.js";
export type { AnomalyEvaluation, Labels } from "./ranking.js";
export type { ThresholdOptions } from "./threshold.js";
