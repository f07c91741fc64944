/**
 * Models as other tools read them.
 *
 * @module isthmus/export
 */
export { exportRay } from "./cluster/exportRay.js";
export { exportTorchrun } from "./cluster/exportTorchrun.js";
export type { ExportedFile } from "./exportedFile.js";
export { exportKeras } from "./keras/exportKeras.js";
export type { GraphSource } from "./modelGraph.js";
export { type ExportedModule, exportModule, type ModuleOptions } from "./module/exportModule.js";
export {
  exportOnnx,
  type OnnxExport,
  type OnnxExportOptions,
  type OnnxSubject,
  type OnnxTableDetector,
} from "./onnx/exportOnnx.js";
export type { WeightType } from "./onnx/storedWeights.js";
export type { PartOptions } from "./partOptions.js";
export {
  exportPyTorch,
  exportSafetensors,
  type SafetensorsExport,
  type WeightOptions,
} from "./pytorch/exportPyTorch.js";
export type { SeriesWindow } from "./seriesSource.js";
export { exportTfjs } from "./tfjs/exportTfjs.js";
