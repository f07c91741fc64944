import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { afterEach, expect, test, vi } from "vitest";

afterEach(() => {
  vi.doUnmock("#embedded/kernels");
  vi.unstubAllGlobals();
  vi.resetModules();
});

const built = (name: string) =>
  new Uint8Array(readFileSync(new URL(`../../build/wasm/${name}.wasm`, import.meta.url)));

async function unpack() {
  vi.resetModules();
  const { unpackBinaries } = await import("../../src/engine/binaries.js");
  const { simd, relaxed } = await unpackBinaries();
  return { simd: Buffer.from(simd), relaxed: Buffer.from(relaxed) };
}

test("the packed kernels are those that were built", async () => {
  const { simd, relaxed } = await unpack();
  expect(simd.equals(built("simd"))).toBe(true);
  expect(relaxed.equals(built("relaxed"))).toBe(true);
});

test("so they are where Node's zlib is missing, as in a browser", async () => {
  vi.stubGlobal("process", { ...process, getBuiltinModule: undefined });
  const { simd, relaxed } = await unpack();
  expect(simd.equals(built("simd"))).toBe(true);
  expect(relaxed.equals(built("relaxed"))).toBe(true);
});

test.each([
  [10, 10],
  [9, 3],
  [3, 9],
  [8, 4],
  [1, 12],
])("builds of %i and %i bytes in pieces of 4", async (first, second) => {
  const simd = Buffer.from(Array.from({ length: first }, (_, i) => i));
  const relaxed = Buffer.from(Array.from({ length: second }, (_, i) => 100 + i));
  const pieces: Buffer[] = [];
  for (let at = 0; at < Math.max(first, second); at += 4)
    pieces.push(simd.subarray(at, at + 4), relaxed.subarray(at, at + 4));
  const packed = gzipSync(Buffer.concat(pieces)).toString("base64");
  vi.doMock("#embedded/kernels", () => ({ default: { simd: first, relaxed: second, piece: 4, packed } }));
  expect(await unpack()).toEqual({ simd, relaxed });
});
