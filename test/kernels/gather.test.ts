import { describe, test } from "vitest";
import { STEP_INDICES, STEP_WORDS } from "../../assembly/abi.js";
import { BUILDS } from "../support/kernels.js";
import { EPSILON } from "../support/reference.js";
import { Sandbox } from "./sandbox.js";
import { distinct, expectSameBits, expectWithin, SIZES } from "./values.js";

const SAMPLES = 23;
/** Rows of the data set in the order of a batch: not sorted, with repetitions, the first and the last among them. */
const INDICES = Uint32Array.of(7, 0, 22, 22, 3, 14, 1, 0, 9, 21, 5);

function setUp(box: Sandbox, columns: number) {
  const rows = INDICES.length;
  const indices = box.words(rows).set(INDICES);
  const step = box.words(STEP_WORDS);
  const words = new Uint32Array(STEP_WORDS);
  words[STEP_INDICES] = indices.at();
  step.set(words);
  return { rows, step, batch: box.floats(rows, columns) };
}

const SHARES = [
  [0, INDICES.length],
  [3, 8],
  [4, 4],
  [10, 11],
] as const;

describe.each(BUILDS)("%s", (build) => {
  const box = new Sandbox(build);

  test("gatherFloats copies the rows that the indices name", () => {
    for (const columns of [...SIZES, 100]) {
      const data = distinct(SAMPLES * columns, 8);
      for (const [begin, end] of SHARES) {
        const what = `gatherFloats of ${columns} columns, rows ${begin} to ${end}`;
        const source = box.floats(SAMPLES, columns).set(data);
        const { rows, step, batch } = setUp(box, columns);
        box.kernels.gatherFloats(begin, end, columns, source.at(), batch.at(), step.at());
        box.check(what);
        batch.check(what, [
          [0, begin],
          [end, rows],
        ]);
        const wanted = Float32Array.from({ length: (end - begin) * columns }, (_, i) => {
          const row = INDICES[begin + Math.floor(i / columns)]!;
          return data[row * columns + (i % columns)]!;
        });
        expectSameBits(batch.bits(begin, end), new Uint8Array(wanted.buffer), what);
        box.clear();
      }
    }
  });

  test("gatherBytes divides bytes by 255", () => {
    for (const columns of [...SIZES, 100, 256]) {
      // Every byte value comes up: 23 rows of as few as 12 columns are 276 bytes.
      const data = Uint8Array.from({ length: SAMPLES * columns }, (_, i) => (i * 37 + 255) & 255);
      for (const [begin, end] of SHARES) {
        const what = `gatherBytes of ${columns} columns, rows ${begin} to ${end}`;
        const source = box.bytes(SAMPLES, columns).set(data);
        const { rows, step, batch } = setUp(box, columns);
        box.kernels.gatherBytes(begin, end, columns, source.at(), batch.at(), step.at());
        box.check(what);
        batch.check(what, [
          [0, begin],
          [end, rows],
        ]);
        const bytes = Array.from({ length: (end - begin) * columns }, (_, i) => {
          const row = INDICES[begin + Math.floor(i / columns)]!;
          return data[row * columns + (i % columns)]!;
        });
        const wanted = Float32Array.from(bytes, (byte) => byte / 255);
        expectSameBits(batch.bits(begin, end), new Uint8Array(wanted.buffer), what);
        box.clear();
      }
    }
  });

  test("columnSums adds the rows of each column in order", () => {
    for (const columns of [...SIZES, 64, 100]) {
      for (const rows of [1, 2, 3, 7, 100]) {
        const data = distinct(rows * columns, rows);
        const source = box.floats(rows, columns).set(data);
        const middle = Math.min(columns, 16);
        for (const [begin, end] of [
          [0, columns],
          [0, middle],
          [middle, columns],
        ] as const) {
          const what = `columnSums of ${rows} × ${columns}, columns ${begin} to ${end}`;
          const sums = box.floats(columns, 1);
          box.kernels.columnSums(begin, end, rows, columns, source.at(), sums.at());
          box.check(what);
          sums.check(what, [
            [0, begin],
            [end, columns],
          ]);
          const wanted = new Float64Array(columns);
          const magnitude = new Float64Array(columns);
          const inFloats = new Float32Array(columns);
          data.forEach((x, i) => {
            wanted[i % columns]! += x;
            magnitude[i % columns]! += Math.abs(x);
            inFloats[i % columns]! += x;
          });
          const bound = (i: number) => rows * EPSILON * magnitude[begin + i]!;
          expectWithin(sums.get(begin, end), wanted.subarray(begin, end), bound, what);
          // No multiply-add is involved: the bits are the same in both builds.
          expectWithin(sums.get(begin, end), inFloats.subarray(begin, end), () => 0, `${what}, in floats`);
        }
        box.clear();
      }
    }
  });
});
