import { describe, test } from "vitest";
import { STEP_INDICES, STEP_WORDS } from "../../assembly/abi.js";
import { BUILDS } from "../support/kernels.js";
import { inShares, Sandbox } from "./sandbox.js";
import { distinct, expectSameBits, SIZES } from "./values.js";

const INDICES = Uint32Array.of(7, 0, 22, 22, 3, 14, 1, 0, 9, 21, 5);

describe.each(BUILDS)("%s", (build) => {
  const box = new Sandbox(build);

  test("weighRows multiplies losses and gradients by the weights that the indices name", () => {
    const weights = distinct(23, 3);
    weights[22] = 0;
    const rows = INDICES.length;
    for (const columns of SIZES) {
      const words = new Uint32Array(STEP_WORDS);
      words[STEP_INDICES] = box.words(rows).set(INDICES).at();
      const step = box.words(STEP_WORDS).set(words);
      const given = box.floats(23).set(weights);
      const [slopes, values] = [distinct(rows * columns, 5), Float64Array.from(distinct(rows, 6))];
      const gradient = box.floats(rows, columns).set(slopes);
      const losses = box.doubles(rows).set(values);
      inShares(rows, [4, 5], (begin, end) => {
        const addresses = [given.at(), gradient.at(), losses.at(), step.at()] as const;
        box.kernels.weighRows(begin, end, columns, ...addresses);
      });
      box.check(`weighRows, ${columns} columns`);
      const weight = (row: number) => weights[INDICES[row]!]!;
      const expected = slopes.map((value, i) => value * weight(Math.floor(i / columns)));
      expectSameBits(gradient.bits(), new Uint8Array(expected.buffer), "gradient");
      const sums = values.map((value, row) => value * weight(row));
      expectSameBits(losses.bits(), new Uint8Array(sums.buffer), "losses");
      box.clear();
    }
  });
});
