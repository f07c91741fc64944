import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { encodeIdx } from "../../src/formats/index.js";
import { digits, FormatError, gaussianNoise, Matrix, maskingNoise, saltAndPepper } from "../../src/index.js";
import { paintStroke } from "../../src/playground/digits/brush.js";
import { fitted } from "../../src/playground/digits/fitting.js";
import { corrupted } from "../../src/playground/digits/noise.js";
import { oddPictures } from "../../src/playground/digits/odd.js";
import { readPictures } from "../../src/playground/digits/pictureFile.js";
import { makeDigits, showcaseRows, takePictures } from "../../src/playground/digits/pictureSet.js";
import { PIXELS, pick, SIDE, toInk, toUnit } from "../../src/playground/digits/pictures.js";
import { largest, rangesOf } from "../../src/playground/digits/ranges.js";
import { Random } from "../../src/playground/digits/seededRandom.js";
import { failure } from "../support/models.js";

const { images, labels } = digits({ samples: 100, seed: 3 });

const blank = () => new Float32Array(PIXELS);
const at = (picture: Float32Array, x: number, y: number) => picture[y * SIDE + x]!;

/** Where a picture's ink is, on the whole. */
function centreOf(picture: Float32Array): { x: number; y: number } {
  let [mass, x, y] = [0, 0, 0];
  picture.forEach((value, place) => {
    mass += value;
    x += value * ((place % SIDE) + 0.5);
    y += value * (Math.floor(place / SIDE) + 0.5);
  });
  return { x: x / mass, y: y / mass };
}

describe("brush", () => {
  test("a stroke leaves ink along its way and nowhere else", () => {
    const picture = blank();
    paintStroke(picture, { x: 5.5, y: 10.5 }, { x: 20.5, y: 10.5 }, 1);
    for (let x = 5; x <= 20; x++) expect(at(picture, x, 10)).toBe(1);
    expect([at(picture, 3, 10), at(picture, 23, 10), at(picture, 12, 8), at(picture, 12, 13)]).toEqual([
      0, 0, 0, 0,
    ]);
    expect(at(picture, 12, 11)).toBeGreaterThan(0);
  });

  test("a wider brush leaves more ink, and erasing takes it away", () => {
    const [thin, wide] = [blank(), blank()];
    const middle = { x: 14, y: 14 };
    paintStroke(thin, middle, middle, 1);
    paintStroke(wide, middle, middle, 2.5);
    const ink = (picture: Float32Array) => picture.reduce((a, b) => a + b);
    expect(ink(wide)).toBeGreaterThan(3 * ink(thin));
    // The soft edge leaves ink where the eraser's own edge is.
    paintStroke(wide, middle, middle, 4, true);
    expect(ink(wide)).toBe(0);
  });

  test("what goes beyond the edge is cut off", () => {
    const picture = blank();
    paintStroke(picture, { x: -30, y: -30 }, { x: 60, y: 60 }, 2);
    expect(at(picture, 0, 0)).toBe(1);
    expect(at(picture, 27, 27)).toBe(1);
  });
});

describe("fitting", () => {
  test("a small drawing in a corner is made as large as the digits, and centred", () => {
    const picture = blank();
    paintStroke(picture, { x: 3, y: 2 }, { x: 3, y: 9 }, 1);
    const result = fitted(picture);
    const centre = centreOf(result);
    expect(centre.x).toBeCloseTo(14, 0);
    expect(centre.y).toBeCloseTo(14, 0);
    const rows = Array.from({ length: SIDE }, (_, y) =>
      result.slice(y * SIDE, (y + 1) * SIDE).some((v) => v >= 0.1),
    );
    const height = rows.lastIndexOf(true) - rows.indexOf(true) + 1;
    expect(height).toBeGreaterThanOrEqual(19);
    expect(height).toBeLessThanOrEqual(22);
  });

  test("a built-in digit stays as it is, and an empty drawing empty", () => {
    for (let i = 0; i < 100; i++) {
      const digit = toUnit(pick(images, [i]));
      expect(fitted(digit)).toEqual(digit);
    }
    expect(fitted(blank())).toEqual(blank());
  });
});

describe("noise", () => {
  const grey = new Float32Array(20_000).fill(0.25);

  test("each kind has the moments that its name says", () => {
    const gaussian = corrupted(grey, gaussianNoise(0.5), 1);
    const mean = gaussian.reduce((a, b) => a + b) / gaussian.length;
    const deviation = Math.sqrt(gaussian.reduce((a, b) => a + (b - mean) ** 2, 0) / gaussian.length);
    expect(mean).toBeCloseTo(0.25, 1);
    expect(deviation).toBeCloseTo(0.5, 1);
    const share = (values: Float32Array, of: number) => values.filter((v) => v === of).length / values.length;
    expect(share(corrupted(grey, maskingNoise(0.3), 1), 0)).toBeCloseTo(0.3, 1);
    const salted = corrupted(grey, saltAndPepper(0.4), 1);
    expect([share(salted, 0), share(salted, 1)].map((part) => part.toFixed(1))).toEqual(["0.2", "0.2"]);
  });

  test("a seed gives the same noise, another one another", () => {
    expect(corrupted(grey, gaussianNoise(1), 5)).toEqual(corrupted(grey, gaussianNoise(1), 5));
    expect(corrupted(grey, gaussianNoise(1), 5)).not.toEqual(corrupted(grey, gaussianNoise(1), 6));
  });

  test("uniform numbers fill [0, 1) evenly", () => {
    const random = new Random(0);
    const counts = new Array<number>(10).fill(0);
    for (let i = 0; i < 10_000; i++) counts[random.below(10)]!++;
    for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(150);
  });
});

test("odd pictures are inverted, shuffled and noise, in turn, and leave the others as they are", () => {
  const before = images.slice();
  const odd = oddPictures(images, 6, 1);
  expect(images).toEqual(before);
  expect(odd).toEqual(oddPictures(images, 6, 1));
  const mean = (i: number) => odd.subarray(i * PIXELS, (i + 1) * PIXELS).reduce((a, b) => a + b, 0) / PIXELS;
  for (const inverted of [0, 3]) expect(mean(inverted)).toBeGreaterThan(190);
  for (const shuffled of [1, 4]) expect(mean(shuffled)).toBeLessThan(70);
  for (const noise of [2, 5]) expect(mean(noise)).toBeCloseTo(127, -1);
});

test("bytes and their shares of ink are turned into each other, and what is beyond is cut off", () => {
  expect(toInk(toUnit(images))).toEqual(images);
  expect(toInk(Float32Array.of(-1, 0, 0.5, 1, 3))).toEqual(Uint8Array.of(0, 0, 128, 255, 255));
});

test("ranges go from the least to the greatest of each component; one that never changes gets a range, too", () => {
  const codes = new Matrix(Float32Array.of(1, 5, -2, 5, 4, 5), 3, 2);
  expect(rangesOf(codes)).toEqual([
    { low: -2, high: 4 },
    { low: 4, high: 6 },
  ]);
  expect(largest(Float32Array.of(1, 9, 3, 9), 3)).toEqual([1, 3, 2]);
});

describe("data", () => {
  test("a tenth is held out, and one of each label is shown first", () => {
    const set = makeDigits(100, 3);
    expect(set.training).toEqual(images.subarray(0, 90 * PIXELS));
    expect(set.heldOut).toEqual(images.subarray(90 * PIXELS));
    expect(set.labels).toEqual(labels.subarray(90));
    const large = makeDigits(2000, 3);
    const shown = showcaseRows(large, 12);
    expect(shown.slice(0, 10).map((row) => large.labels![row])).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(new Set(shown).size).toBe(12);
    expect(showcaseRows({ title: "", training: set.training, heldOut: set.heldOut }, 3)).toEqual([0, 1, 2]);
  });

  test("no more pictures of a file are taken than are wanted", () => {
    const { training, heldOut, title } = takePictures("a.idx", images, 20);
    expect([training.length, heldOut.length]).toEqual([18 * PIXELS, 2 * PIXELS]);
    expect(title).toBe("the first 20 of 100 pictures of a.idx");
    expect(takePictures("a.idx", images.subarray(0, 2 * PIXELS), 20).training).toHaveLength(PIXELS);
  });
});

describe("files of pictures", () => {
  const idx = encodeIdx({ shape: [100, 28, 28], data: images });

  test("bytes, gzipped or not, and numbers from 0 to 1 or 0 to 255 are read", async () => {
    expect(await readPictures("a", idx)).toEqual(images);
    expect(await readPictures("a", new Uint8Array(gzipSync(idx)))).toEqual(images);
    const floats = encodeIdx({ shape: [100, 28, 28], data: toUnit(images) });
    expect(await readPictures("a", floats)).toEqual(images);
    const words = encodeIdx({ shape: [100, 784], data: Int16Array.from(images) });
    expect(await readPictures("a", words)).toEqual(images);
  });

  test.each([
    ["an empty file", new Uint8Array(), /^a\.idx is not a valid IDX file: it has 0 bytes/],
    ["text", new TextEncoder().encode("hello, world"), /^a\.idx is text, not an IDX file$/],
    ["a file cut short", idx.slice(0, -1), /needs 78400 bytes of data, but only 78399/],
    [
      "broken gzip",
      Uint8Array.of(0x1f, 0x8b, 8, 0, 1, 2, 3),
      /^a\.idx is damaged gzip data: it is truncated/,
    ],
    ["labels", encodeIdx({ shape: [100], data: labels }), /^a\.idx has 100 single values, probably labels/],
    [
      "other sides",
      encodeIdx({ shape: [4, 14, 14], data: images.slice(0, 784) }),
      /samples of 14×14, .* 28×28/,
    ],
    [
      "one picture",
      encodeIdx({ shape: [1, 28, 28], data: images.slice(0, 784) }),
      /one picture, but this page needs at least 2/,
    ],
    [
      "large numbers",
      encodeIdx({ shape: [2, 784], data: new Int16Array(2 * PIXELS).fill(300) }),
      /from 300 to 300/,
    ],
    [
      "NaN",
      encodeIdx({ shape: [2, 784], data: new Float32Array(2 * PIXELS).fill(Number.NaN) }),
      /has the value NaN/,
    ],
  ])("%s is refused", async (_, bytes, message) => {
    const error = await failure(() => readPictures("a.idx", bytes));
    expect(error).toBeInstanceOf(FormatError);
    expect((error as Error).message).toMatch(message);
  });
});
