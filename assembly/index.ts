// The whole ABI: TypeScript can call exactly what is exported here. Kernels are functions on linear memory without
// state or allocation; addresses are in bytes, sizes in elements. The debug build checks conditions that the release
// builds rely on TypeScript to meet.

export { activationBackward, activationForward } from "./activation";
export {
  batchNormalization, batchNormalizationBackward, batchNormalizationSums, columnMoments, follow,
} from "./batchNormalization";
export { convolutionGradient, convolve, packTaps, placeSums, turn } from "./convolution";
export { gatherBytes, gatherFloats } from "./gather";
export { gemm, tileColumns } from "./gemm";
export { gemmTransposed } from "./gemmTransposed";
export { clipNorm, clipValues, penalize, sumSquares } from "./gradient";
export { gru } from "./gru";
export { gruBackward } from "./gruBackward";
export { largest } from "./largest";
export { sampleLatent, sampleLatentBackward } from "./latent";
export { binaryCrossentropy, binaryCrossentropyLogits, huber, meanAbsoluteError, meanSquaredError } from "./loss";
export { lstm } from "./lstm";
export { lstmBackward } from "./lstmBackward";
export { narrowGradient, narrowProduct } from "./narrow";
export { gaussianNoise, replacementNoise } from "./noise";
export { adadelta, adagrad, adam, adamw, lion, nadam, rmsprop, sgd } from "./optimizer";
export { layerNormalization, layerNormalizationBackward } from "./normalization";
export { packRows, packTransposed } from "./pack";
export { activityL1, addToRows, klSparsity } from "./penalty";
export { runPhase } from "./plan";
export { averagePooling, averagePoolingBackward, maxPooling, maxPoolingBackward } from "./pooling";
export { randomNormal, randomUniform, randomWords, shuffle } from "./random";
export { recurrentGradient } from "./recurrent";
export { columnSums } from "./reduce";
export { weighRows } from "./sampleWeight";
export { spatialDropout, spatialDropoutBackward } from "./spatialDropout";
export { lead, serve, stop } from "./team";
export {
  upSamplingBilinear, upSamplingBilinearBackward, upSamplingNearest, upSamplingNearestBackward,
} from "./upSampling";
export { vectorExp, vectorLog, vectorSigmoid, vectorTanh } from "./vector";
export { areWithin } from "./within";

/** The first byte after the module's own data. */
export function heapBase(): usize {
  return __heap_base;
}
