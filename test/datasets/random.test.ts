import { expect, test } from "vitest";
import { philox4x32, SampleRandom } from "../../src/datasets/sampleRandom.js";

/** The known answers of Random123 for philox4x32 with 10 rounds: counter, key, result. */
const KNOWN_ANSWERS = [
  ["00000000 00000000 00000000 00000000", "00000000 00000000", "6627e8d5 e169c58d bc57ac4c 9b00dbd8"],
  ["ffffffff ffffffff ffffffff ffffffff", "ffffffff ffffffff", "408f276d 41c83b0e a20bc7c6 6d5451fd"],
  ["243f6a88 85a308d3 13198a2e 03707344", "a4093822 299f31d0", "d16cfe09 94fdcceb 5001e420 24126ea1"],
] as const;

function words(text: string): Uint32Array {
  return Uint32Array.from(text.split(" "), (word) => Number.parseInt(word, 16));
}

function draw(count: number, next: () => number): number[] {
  return Array.from({ length: count }, next);
}

test.each(KNOWN_ANSWERS)("philox4x32 of counter %s and key %s is %s", (counter, key, answer) => {
  const out = new Uint32Array(4);
  philox4x32(words(counter), words(key), out);
  expect(out).toEqual(words(answer));
});

test("seed, stream, index and block number are words of their own", () => {
  const seed = 0x12345 * 2 ** 32 + 0x9abcdef0;
  const index = 0x1f * 2 ** 32 + 7;
  const random = new SampleRandom(seed, 99).at(index);
  const out = new Uint32Array(4);
  for (const block of [0, 1, 2]) {
    philox4x32(Uint32Array.of(block, 99, 7, 0x1f), Uint32Array.of(0x9abcdef0, 0x12345), out);
    expect(draw(4, () => random.uint32())).toEqual([...out]);
  }
});

test("a sample's numbers do not depend on what was drawn before", () => {
  const fresh = new SampleRandom(3, 1).at(10);
  const wanted = draw(9, () => fresh.normal());
  const used = new SampleRandom(3, 1).at(4);
  draw(7, () => used.normal());
  used.at(10);
  expect(draw(9, () => used.normal())).toEqual(wanted);
});

test("uniform numbers fill [0, 1) evenly", () => {
  const random = new SampleRandom(1, 0).at(0);
  const bins = new Array<number>(20).fill(0);
  for (const value of draw(100_000, () => random.uniform())) {
    expect(value >= 0 && value < 1).toBe(true);
    bins[Math.floor(value * 20)]!++;
  }
  const chiSquare = bins.reduce((sum, count) => sum + (count - 5000) ** 2 / 5000, 0);
  expect(chiSquare).toBeLessThan(43.8); // 19 degrees of freedom, p = 0.001
});

test("normal numbers have the moments of the standard normal distribution", () => {
  const random = new SampleRandom(2, 0).at(0);
  const values = draw(200_000, () => random.normal());
  const moment = (power: number) => values.reduce((sum, value) => sum + value ** power, 0) / values.length;
  // Five standard errors of each moment.
  expect(Math.abs(moment(1))).toBeLessThan(5 * Math.sqrt(1 / values.length));
  expect(Math.abs(moment(2) - 1)).toBeLessThan(5 * Math.sqrt(2 / values.length));
  expect(Math.abs(moment(3))).toBeLessThan(5 * Math.sqrt(15 / values.length));
  expect(Math.abs(moment(4) - 3)).toBeLessThan(5 * Math.sqrt(96 / values.length));
  const within = values.filter((value) => Math.abs(value) < 1).length / values.length;
  expect(within).toBeCloseTo(0.6827, 2);
});

test("the two normal numbers of a pair and neighbouring samples are uncorrelated", () => {
  const random = new SampleRandom(5, 0);
  const pairs = draw(50_000, () => 0).map((_, i) => {
    random.at(i);
    return [random.normal(), random.normal()] as const;
  });
  const within = pairs.reduce((sum, [a, b]) => sum + a * b, 0) / pairs.length;
  const across = pairs.reduce((sum, [a], i) => sum + a * pairs[(i + 1) % pairs.length]![0], 0) / pairs.length;
  expect(Math.abs(within)).toBeLessThan(5 / Math.sqrt(pairs.length));
  expect(Math.abs(across)).toBeLessThan(5 / Math.sqrt(pairs.length));
});
