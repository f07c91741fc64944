import { describe, expect, test } from "vitest";
import { pooled, pooledBackward, starts, type Windows } from "../support/float64Pictures.js";
import { BUILDS } from "../support/kernels.js";
import { inShares, Sandbox } from "./sandbox.js";
import { distinct, expectSameBits, expectWithin } from "./values.js";

const SAMPLES = 5;
const CHANNELS = [1, 2, 3, 4, 5, 7, 8, 9, 13, 16, 19] as const;

/** Windows of every kind: side by side, overlapping, with gaps, larger than what is left, across a whole picture. */
const SHAPES: readonly Omit<Windows, "channels">[] = [
  { height: 4, width: 6, poolSize: [2, 2], strides: [2, 2], padding: "valid" },
  { height: 5, width: 7, poolSize: [2, 2], strides: [2, 2], padding: "valid" },
  { height: 5, width: 7, poolSize: [2, 2], strides: [2, 2], padding: "same" },
  { height: 6, width: 5, poolSize: [3, 2], strides: [1, 2], padding: "same" },
  { height: 7, width: 4, poolSize: [3, 3], strides: [2, 1], padding: "valid" },
  { height: 5, width: 9, poolSize: [1, 2], strides: [3, 4], padding: "valid" },
  { height: 5, width: 9, poolSize: [2, 1], strides: [3, 4], padding: "same" },
  { height: 4, width: 4, poolSize: [2, 2], strides: [3, 3], padding: "same" },
  { height: 2, width: 3, poolSize: [5, 4], strides: [1, 1], padding: "same" },
  { height: 1, width: 11, poolSize: [1, 3], strides: [1, 2], padding: "same" },
  { height: 3, width: 4, poolSize: [3, 4], strides: [3, 4], padding: "valid" },
  { height: 1, width: 1, poolSize: [1, 1], strides: [1, 1], padding: "valid" },
];

/** The windows' part of a kernel's arguments, and how many values of a sample come out. */
function geometry({ height, width, channels, poolSize, strides, padding }: Windows) {
  const [down, across] = [
    starts(height, poolSize[0], strides[0], padding),
    starts(width, poolSize[1], strides[1], padding),
  ];
  const outputs = down.length * across.length * channels;
  const sizes = [height, width, channels, down.length, across.length, ...poolSize, ...strides];
  return { outputs, sizes: [...sizes, -down[0]!, -across[0]!] };
}

describe.each(BUILDS)("%s", (build) => {
  const box = new Sandbox(build);

  const run = (windows: Windows, values: Float32Array, slopes: Float32Array, way: "max" | "average") => {
    const { outputs, sizes } = geometry(windows);
    const size = windows.height * windows.width * windows.channels;
    const x = box.floats(SAMPLES, size).set(values);
    const [y, dx] = [box.floats(SAMPLES, outputs), box.floats(SAMPLES, size)];
    const dy = box.floats(SAMPLES, outputs).set(slopes);
    const { kernels } = box;
    inShares(SAMPLES, [1, 3], (begin, end) => {
      if (way === "max") {
        kernels.maxPooling(begin, end, ...sizes, x.at(), y.at());
        kernels.maxPoolingBackward(begin, end, ...sizes, x.at(), y.at(), dy.at(), dx.at());
      } else {
        kernels.averagePooling(begin, end, ...sizes, x.at(), y.at());
        kernels.averagePoolingBackward(begin, end, ...sizes, dy.at(), dx.at());
      }
    });
    box.check(`${way} of ${JSON.stringify(windows)}`);
    expectSameBits(x.bits(), new Uint8Array(values.buffer), "x");
    const found = { y: y.get(), dx: dx.get() };
    box.clear();
    return found;
  };

  test.each(SHAPES)("maxima and means of $height × $width by $poolSize, $strides, $padding", (shape) => {
    CHANNELS.forEach((channels, index) => {
      const windows = { ...shape, channels };
      const { outputs } = geometry(windows);
      const x = distinct(SAMPLES * shape.height * shape.width * channels, index, 3);
      const dy = distinct(SAMPLES * outputs, 50 + index);
      const largest = run(windows, x, dy, "max");
      const what = `${channels} channels`;
      expectWithin(largest.y, pooled(x, windows, "max"), () => 0, `maxima, ${what}`);
      expectWithin(
        largest.dx,
        pooledBackward(x, dy, windows, "max"),
        () => 2e-6,
        `slopes of maxima, ${what}`,
      );
      const mean = run(windows, x, dy, "average");
      expectWithin(mean.y, pooled(x, windows, "average"), () => 2e-6, `means, ${what}`);
      expectWithin(
        mean.dx,
        pooledBackward(x, dy, windows, "average"),
        () => 2e-6,
        `slopes of means, ${what}`,
      );
    });
  });

  test("the first of equal values gets the gradient, also of zeros of both signs and of infinities", () => {
    for (const channels of [1, 3, 4, 9]) {
      const windows: Windows = {
        height: 4,
        width: 4,
        channels,
        poolSize: [3, 3],
        strides: [1, 1],
        padding: "same",
      };
      const { outputs } = geometry(windows);
      const size = 16 * channels;
      const levels = [0, -0, 1, 1, Infinity, -Infinity, -Infinity];
      const x = distinct(SAMPLES * size, channels).map(
        (value) => levels[Math.floor((value + 1) * 3.49)] as number,
      );
      x.fill(-Infinity, 0, size);
      const dy = distinct(SAMPLES * outputs, 7);
      const { y, dx } = run(windows, x, dy, "max");
      const expected = pooled(x, windows, "max");
      expect(
        Array.from(y, (value) => value + 0),
        "maxima",
      ).toEqual(Array.from(expected, (value) => value + 0));
      expectWithin(dx, pooledBackward(x, dy, windows, "max"), () => 3e-6, "slopes");
    }
  });

  test("NaN shows: in every window that has it, and its gradient goes to the first", () => {
    for (const channels of [1, 4, 11]) {
      const windows: Windows = {
        height: 5,
        width: 4,
        channels,
        poolSize: [2, 3],
        strides: [1, 1],
        padding: "same",
      };
      const { outputs } = geometry(windows);
      const x = distinct(SAMPLES * 20 * channels, channels).map((value, i) => (i % 7 === 3 ? NaN : value));
      const dy = distinct(SAMPLES * outputs, 8);
      const { y, dx } = run(windows, x, dy, "max");
      const expected = pooled(x, windows, "max");
      expect(expected.some(Number.isNaN) && !expected.every(Number.isNaN)).toBe(true);
      expectWithin(y, expected, () => 0, "maxima");
      expectWithin(dx, pooledBackward(x, dy, windows, "max"), () => 2e-6, "slopes");
    }
  });
});
