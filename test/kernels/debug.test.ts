import { existsSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { instantiateKernels, type Kernels } from "../../src/engine/kernels.js";
import { EngineMemory } from "../../src/engine/memory.js";

const folder = new URL("../../build/debug/", import.meta.url);

test("the debug build says which assertion failed where, and has a source map", () => {
  const module = new WebAssembly.Module(readFileSync(new URL("debug.wasm", folder)));
  const memory = new EngineMemory();
  const kernels = instantiateKernels<Kernels>(module, memory.memory);
  memory.start(kernels.heapBase());
  const scratch = memory.allocate(512).at();
  const product = (n: number) =>
    kernels.gemm(0, 0, 1, n, 1, scratch, 4, 4, scratch, scratch, 0, scratch + 256, 4, scratch);
  expect(() => product(1)).not.toThrow();
  expect(() => product(0)).toThrow(/gemm: sizes.*assembly\/gemm\.ts/);
  expect(existsSync(new URL("debug.wasm.map", folder))).toBe(true);
});
