import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { ArgumentError } from "../../src/common/errors.js";
import { digits } from "../../src/datasets/digits.js";

const PIXELS = 28 * 28;
const REAL = new URL("../../../shared/data/mnist/", import.meta.url);

const LARGE = digits({ samples: 12_000, seed: 11 });

function image(images: Uint8Array, index: number): Uint8Array {
  return images.subarray(index * PIXELS, (index + 1) * PIXELS);
}

function mean(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  return sum / values.length;
}

function squaredDistance(a: Uint8Array, b: Uint8Array): number {
  let sum = 0;
  for (let i = 0; i < PIXELS; i++) {
    const difference = a[i]! - b[i]!;
    sum += difference * difference;
  }
  return sum;
}

/** Share of the tested images whose nearest neighbour among the known ones has their label. */
function nearestNeighbourAccuracy(
  known: { images: Uint8Array; labels: Uint8Array },
  tested: { images: Uint8Array; labels: Uint8Array },
): number {
  let right = 0;
  for (let i = 0; i < tested.labels.length; i++) {
    const pixels = image(tested.images, i);
    let best = 0;
    let least = Infinity;
    for (let k = 0; k < known.labels.length; k++) {
      const distance = squaredDistance(pixels, image(known.images, k));
      if (distance < least) {
        least = distance;
        best = k;
      }
    }
    if (known.labels[best] === tested.labels[i]) right++;
  }
  return right / tested.labels.length;
}

function slice(set: { images: Uint8Array; labels: Uint8Array }, from: number, to: number) {
  return { images: set.images.subarray(from * PIXELS, to * PIXELS), labels: set.labels.subarray(from, to) };
}

function chiSquare(counts: readonly number[], expected: number): number {
  return counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
}

describe("the same seed gives the same bytes", () => {
  test("in every runtime", () => {
    const { images, labels } = digits({ samples: 200, seed: 0 });
    const hash = createHash("sha256").update(images).update(labels).digest("hex");
    expect(hash).toBe("df8b8a19917694f300a083c36ba8a3d546be0aa35b2623a39f54d4b3efb450e7");
  });

  test("for sample i, however many samples there are", () => {
    const few = digits({ samples: 40, seed: 5 });
    const many = digits({ samples: 300, seed: 5 });
    expect(many.images.subarray(0, few.images.length)).toEqual(few.images);
    expect(many.labels.subarray(0, 40)).toEqual(few.labels);
  });

  test("and another seed other ones, also where only its high bits differ", () => {
    const [a, b, c] = [1, 2, 1 + 2 ** 40].map((seed) => digits({ samples: 20, seed }).images);
    expect(a).not.toEqual(b);
    expect(a).not.toEqual(c);
  });
});

describe("labels", () => {
  test("are uniformly distributed", () => {
    const counts = new Array<number>(10).fill(0);
    for (const label of LARGE.labels) counts[label]!++;
    expect(chiSquare(counts, 1200)).toBeLessThan(27.9); // 9 degrees of freedom, p = 0.001
  });

  test("do not depend on the label before", () => {
    const counts = new Array<number>(100).fill(0);
    for (let i = 0; i + 1 < 12_000; i++) counts[10 * LARGE.labels[i]! + LARGE.labels[i + 1]!]!++;
    expect(chiSquare(counts, 120)).toBeLessThan(148.2); // 99 degrees of freedom, p = 0.001
  });
});

describe("images", () => {
  test("have the promised shape", () => {
    const { images, labels, width, height } = digits({ samples: 3 });
    expect([images.length, labels.length, width, height]).toEqual([3 * PIXELS, 3, 28, 28]);
  });

  test("hold a digit of about 20×20 pixels inside a margin of one", () => {
    for (let i = 0; i < 3000; i++) {
      const pixels = image(LARGE.images, i);
      let [left, right, top, bottom, onEdge] = [28, -1, 28, -1, 0];
      pixels.forEach((value, p) => {
        const [x, y] = [p % 28, Math.floor(p / 28)];
        if (x === 0 || x === 27 || y === 0 || y === 27) onEdge += value;
        if (value <= 64) return;
        left = Math.min(left, x);
        right = Math.max(right, x);
        top = Math.min(top, y);
        bottom = Math.max(bottom, y);
      });
      expect(onEdge).toBe(0);
      const longer = Math.max(right - left, bottom - top) + 1;
      expect(longer).toBeGreaterThanOrEqual(17);
      expect(longer).toBeLessThanOrEqual(23);
    }
  });

  test("have their centre of mass in the middle", () => {
    let [sumX, sumY, worst] = [0, 0, 0];
    for (let i = 0; i < 3000; i++) {
      let [mass, x, y] = [0, 0, 0];
      image(LARGE.images, i).forEach((value, p) => {
        mass += value;
        x += value * (p % 28);
        y += value * Math.floor(p / 28);
      });
      sumX += x / mass;
      sumY += y / mass;
      worst = Math.max(worst, Math.abs(x / mass - 14), Math.abs(y / mass - 14));
    }
    expect(Math.abs(sumX / 3000 - 14)).toBeLessThan(0.25);
    expect(Math.abs(sumY / 3000 - 14)).toBeLessThan(0.25);
    expect(worst).toBeLessThan(4);
  });

  test("have as much ink and grey as scanned digits", () => {
    // MNIST: mean 0.131 of 255; 19 % of the pixels have ink, 40 % of these full ink.
    expect(mean(LARGE.images) / 255).toBeGreaterThan(0.12);
    expect(mean(LARGE.images) / 255).toBeLessThan(0.145);
    const ink = LARGE.images.filter((value) => value > 0);
    expect(ink.length / LARGE.images.length).toBeGreaterThan(0.17);
    expect(ink.length / LARGE.images.length).toBeLessThan(0.22);
    const full = ink.filter((value) => value >= 250).length / ink.length;
    expect(full).toBeGreaterThan(0.3);
    expect(full).toBeLessThan(0.5);
    expect(LARGE.images.reduce((most, value) => Math.max(most, value), 0)).toBe(255);
  });

  test("differ in thickness as pens do", () => {
    const inks = Array.from({ length: 3000 }, (_, i) => mean(image(LARGE.images, i)) / 255);
    inks.sort((a, b) => a - b);
    expect(inks[0]).toBeGreaterThan(0.015);
    expect(inks[300]).toBeLessThan(0.09);
    expect(inks[2700]).toBeGreaterThan(0.17);
  });

  test("vary within each class, and are never the same twice", () => {
    const seen = new Set<string>();
    for (let i = 0; i < 12_000; i++) {
      seen.add(createHash("sha256").update(image(LARGE.images, i)).digest("base64"));
    }
    expect(seen.size).toBe(12_000);
    for (let label = 0; label < 10; label++) {
      const members = [...LARGE.labels.keys()].filter((i) => LARGE.labels[i] === label).slice(0, 500);
      let variance = 0;
      for (let p = 0; p < PIXELS; p++) {
        const values = members.map((i) => LARGE.images[i * PIXELS + p]! / 255);
        const centre = mean(values);
        variance += mean(values.map((value) => (value - centre) ** 2));
      }
      // Sum over the pixels; MNIST has 22 for the ones and 37 to 50 for the others.
      expect(variance).toBeGreaterThan(label === 1 ? 15 : 28);
    }
  });
});

describe("digits can be recognized", () => {
  test("by the nearest of 2,000 others", () => {
    const accuracy = nearestNeighbourAccuracy(slice(LARGE, 0, 2000), slice(LARGE, 2000, 2500));
    expect(accuracy).toBeGreaterThanOrEqual(0.9);
  });

  test("and teach to recognize scanned ones", (context) => {
    const file = (name: string) => new URL(name, REAL);
    if (!existsSync(file("t10k-images-idx3-ubyte.gz"))) context.skip("../shared/data/mnist is missing");
    const real = {
      images: gunzipSync(readFileSync(file("t10k-images-idx3-ubyte.gz"))).subarray(16),
      labels: gunzipSync(readFileSync(file("t10k-labels-idx1-ubyte.gz"))).subarray(8),
    };
    const accuracy = nearestNeighbourAccuracy(slice(LARGE, 0, 3000), slice(real, 0, 1000));
    expect(accuracy).toBeGreaterThanOrEqual(0.8);
  });
});

describe("options", () => {
  test.each([
    [{ samples: 0 }, /samples must be an integer from 1 to 2739137, not 0$/],
    [{ samples: 1.5 }, /samples .* not 1\.5/],
    [{ samples: 3_000_000 }, /samples .* not 3000000/],
    [{ samples: "10" }, /samples .* not "10"/],
    [{ seed: -1 }, /seed must be an integer from 0 .* not -1/],
    [{ seed: 0.5 }, /seed .* not 0\.5/],
    [{ seed: Number.NaN }, /seed .* not NaN/],
    [{ seed: 2 ** 53 }, /seed .* not 9007199254740992/],
    [{ count: 3 }, /^option of digits "count" is not known \(known: "samples", "seed"\)$/],
    [[], /^the options of digits must be an object, not an array of 0$/],
    ["x", /^the options of digits must be an object, not "x"$/],
  ])("refuses %j", (options, message) => {
    const call = () => digits(options as never);
    expect(call).toThrow(ArgumentError);
    expect(call).toThrow(message);
  });
});
