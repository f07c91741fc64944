import { readFileSync } from "node:fs";
import type { KernelExports } from "#embedded/records";
import { instantiateKernels } from "../../src/engine/kernels.js";
import { EngineMemory } from "../../src/engine/memory.js";

/** Every kernel, called with plain numbers. */
export type AllKernels = Record<keyof KernelExports, (...args: number[]) => number>;

/** The builds that are packed into the library. */
export const RELEASES = ["simd", "relaxed"] as const;
/** All builds; each kernel test runs on every one. The debug build is `simd` with assertions, and gives the same bits. */
export const BUILDS = [...RELEASES, "debug"] as const;
export type BuildName = (typeof BUILDS)[number];

/** The bytes of a build. */
export function readKernels(build: BuildName): Uint8Array<ArrayBuffer> {
  const folder = build === "debug" ? "debug" : "wasm";
  return new Uint8Array(readFileSync(new URL(`../../build/${folder}/${build}.wasm`, import.meta.url)));
}

/** A build's kernels over a fresh memory, straight from the `.wasm` file. */
export function loadKernels(build: BuildName): { kernels: AllKernels; memory: EngineMemory } {
  const module = new WebAssembly.Module(readKernels(build));
  const memory = new EngineMemory();
  const kernels = instantiateKernels<AllKernels>(module, memory.memory);
  memory.start(kernels.heapBase());
  return { kernels, memory };
}
