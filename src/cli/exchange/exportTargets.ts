import { rayTarget, torchrunTarget } from "./clusterTargets.js";
import type { ExportTarget } from "./exportTarget.js";
import { kerasTarget, tfjsTarget } from "./kerasTargets.js";
import { moduleTarget } from "./moduleTarget.js";
import { onnxTarget } from "./onnxTarget.js";
import { pytorchTarget, safetensorsTarget } from "./pytorchTarget.js";

/**
 * The tools that models can be written for, by the name after `--to`. To add one: its files in src/exchange/, its target
 * beside this file, and a line here.
 */
export const EXPORT_TARGETS: Readonly<Record<string, ExportTarget>> = {
  onnx: onnxTarget,
  pytorch: pytorchTarget,
  keras: kerasTarget,
  tfjs: tfjsTarget,
  module: moduleTarget,
  safetensors: safetensorsTarget,
  torchrun: torchrunTarget,
  ray: rayTarget,
};
