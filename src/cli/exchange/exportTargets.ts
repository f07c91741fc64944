import { torchrunTarget } from "./clusterTargets.js";
import type { ExportTarget } from "./exportTarget.js";
import { kerasTarget, tfjsTarget } from "./kerasTargets.js";
import { onnxTarget } from "./onnxTarget.js";
import { pytorchTarget } from "./pytorchTarget.js";

/** By the name after `--to`. */
export const EXPORT_TARGETS: Readonly<Record<string, ExportTarget>> = {
  onnx: onnxTarget,
  pytorch: pytorchTarget,
  keras: kerasTarget,
  tfjs: tfjsTarget,
  torchrun: torchrunTarget,
};
