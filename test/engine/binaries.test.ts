import { readFileSync } from "node:fs";
import { afterEach, expect, test, vi } from "vitest";
import { unpackBinary } from "../../src/engine/binaries.js";

afterEach(() => vi.unstubAllGlobals());

const built = (name: string) => readFileSync(new URL(`../../build/wasm/${name}.wasm`, import.meta.url));

test.each(["simd", "relaxed"] as const)("the packed kernels are those that were built: %s", async (build) => {
  expect(built(build).equals(await unpackBinary(build))).toBe(true);
});

test("so they are where Node's zlib is missing, as in a browser", async () => {
  vi.stubGlobal("process", { ...process, getBuiltinModule: undefined });
  expect(built("simd").equals(await unpackBinary("simd"))).toBe(true);
});
