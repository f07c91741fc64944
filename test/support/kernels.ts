import { readFileSync } from "node:fs";
import type { KernelExports } from "#embedded/records";
import { instantiateKernels } from "../../src/engine/kernels.js";
import { EngineMemory } from "../../src/engine/memory.js";

/** Every kernel, called with plain numbers. */
export type AllKernels = Record<keyof KernelExports, (...args: number[]) => number>;

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
