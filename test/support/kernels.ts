import { readFileSync } from "node:fs";
import { instantiateKernels } from "../../src/engine/kernels.js";
import { EngineMemory } from "../../src/engine/memory.js";

/** Every kernel, by the name under which assembly/index.ts exports it. */
type KernelName =
  | "activationBackward"
  | "activationForward"
  | "activityL1"
  | "adadelta"
  | "adagrad"
  | "adam"
  | "adamw"
  | "addToRows"
  | "binaryCrossentropy"
  | "binaryCrossentropyLogits"
  | "clipNorm"
  | "clipValues"
  | "columnSums"
  | "gatherBytes"
  | "gatherFloats"
  | "gaussianNoise"
  | "gemm"
  | "heapBase"
  | "huber"
  | "klSparsity"
  | "meanAbsoluteError"
  | "meanSquaredError"
  | "nadam"
  | "narrowGradient"
  | "narrowProduct"
  | "packRows"
  | "packTransposed"
  | "penalize"
  | "randomNormal"
  | "randomUniform"
  | "randomWords"
  | "replacementNoise"
  | "rmsprop"
  | "runPhase"
  | "sampleLatent"
  | "sampleLatentBackward"
  | "sgd"
  | "shuffle"
  | "sumSquares"
  | "tileColumns"
  | "vectorExp"
  | "vectorLog"
  | "vectorSigmoid"
  | "vectorTanh";
export type AllKernels = Record<KernelName, (...args: number[]) => number>;

/** The release builds; each kernel test runs on both. */
export const BUILDS = ["simd", "relaxed"] as const;
export type BuildName = (typeof BUILDS)[number];

/** A build's kernels over a fresh memory, straight from the `.wasm` file. */
export function loadKernels(build: BuildName): { kernels: AllKernels; memory: EngineMemory } {
  const module = new WebAssembly.Module(
    readFileSync(new URL(`../../build/wasm/${build}.wasm`, import.meta.url)),
  );
  const memory = new EngineMemory();
  const kernels = instantiateKernels<AllKernels>(module, memory.memory);
  memory.start(kernels.heapBase());
  return { kernels, memory };
}
