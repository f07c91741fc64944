// Damaged ONNX files: each is read or refused with an error of ours, soon, and without more memory than the file accounts for.
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { importOnnx } from "../../src/exchange/onnx/importOnnx.js";
import { damaged, damages, decodedOrRefused } from "../formats/helpers.js";

const golden = new URL("../exchange/onnx/golden/", import.meta.url);
const FILES = [
  ...["torch-dense", "torch-pictures", "torch-older-pictures", "torch-sequences", "torch-older-repeated"],
  ...["tf-images", "tf-sequences"],
].map((name) => readFileSync(new URL(`${name}.onnx`, golden)));
const { FUZZ_SECONDS, FUZZ_SEED } = process.env;
/** `npm run fuzz` wants many. */
const numRuns = FUZZ_SECONDS === undefined ? 400 : 20_000;
const seed = Number(FUZZ_SEED ?? 1);

/** Numbers that were read: no more than the file has, but for the zeros around kernels. */
function count(bytes: Uint8Array): number | undefined {
  const imported = decodedOrRefused(() => importOnnx(bytes));
  if (!imported) return undefined;
  const sizes = imported.layers.flatMap(({ weights }) =>
    [...weights.values()].map(({ data }) => data.length),
  );
  for (const { weights } of imported.layers)
    for (const { shape, data } of weights.values())
      expect(shape.reduce((a, b) => a * b, 1)).toBe(data.length);
  return sizes.reduce((a, b) => a + b, 0);
}

describe("damaged files", () => {
  test("one or two damages anywhere", () => {
    let read = 0;
    fc.assert(
      fc.property(fc.constantFrom(...FILES), damages, (file, list) => {
        const numbers = count(damaged(file, list));
        if (numbers === undefined) return;
        read++;
        expect(numbers).toBeLessThan(8 * file.length);
      }),
      { numRuns, seed },
    );
    expect(read).toBeGreaterThan(numRuns / 50);
    expect(read).toBeLessThan(numRuns);
  });

  test("every beginning of a file is refused", () => {
    for (const file of FILES) {
      for (let length = 0; length < file.length; length += 1 + (length >> 6)) {
        // What ends behind the graph lacks only the version of the operators.
        if (count(file.subarray(0, length)) !== undefined) expect(length).toBeGreaterThan(file.length - 64);
      }
    }
  });

  test("attributes of any size", () => {
    const file = FILES[1]!;
    const varint = fc.constantFrom(
      [0x7f],
      [0xff, 0x7f],
      [0xff, 0xff, 0xff, 0xff, 0x07],
      Array(9).fill(0xff).concat(1),
    );
    fc.assert(
      fc.property(varint, fc.nat({ max: file.length - 1 }), (number, at) => {
        const changed = Uint8Array.from(file);
        changed.set(number, Math.min(at, file.length - number.length));
        const numbers = count(changed);
        expect(numbers ?? 0).toBeLessThan(8 * file.length);
      }),
      { numRuns, seed },
    );
  });
});
