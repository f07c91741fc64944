import { readFileSync } from "node:fs";
import { gunzipSync, gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import packed from "#embedded/kernels";
import { gzipBest } from "../../src/build/gzipBest.mjs";

/** Bytes of a linear congruential generator, below `values`. */
function bytes(length: number, values: number): Uint8Array {
  let state = 1;
  return Uint8Array.from({ length }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state >>> 16) % values;
  });
}

const text = readFileSync(new URL("../../src/build/gzipBest.mjs", import.meta.url));
const CASES: [string, Uint8Array][] = [
  ["nothing", new Uint8Array()],
  ["one byte", Uint8Array.of(7)],
  ["every byte", Uint8Array.from({ length: 256 }, (_, i) => i)],
  ["a run longer than the longest match", new Uint8Array(1000).fill(3)],
  ["noise", bytes(3000, 256)],
  ["noise of three values", bytes(3000, 3)],
  [
    "matches at the window's end and beyond",
    Buffer.concat([
      text.subarray(0, 100),
      Buffer.alloc(32668, bytes(997, 256)),
      text.subarray(0, 100),
      text.subarray(0, 50),
    ]),
  ],
  ["text, then noise, then text", Buffer.concat([text, bytes(9000, 256), text])],
];

test.each(CASES)("unpacks to what was packed, and is no longer than zlib's: %s", (_, data) => {
  const result = gzipBest(data);
  expect(Buffer.compare(gunzipSync(result), data)).toBe(0);
  expect(result.length).toBeLessThanOrEqual(gzipSync(data, { level: 9 }).length);
});

test("the embedded kernels take a twentieth less than zlib's", () => {
  const kernels = readFileSync(new URL("../../build/wasm/relaxed.wasm", import.meta.url));
  expect(Buffer.from(packed, "base64").length).toBeLessThan(0.95 * gzipSync(kernels, { level: 9 }).length);
});
