// What is said to become samples does: a model trains on it, as on the same numbers in a Matrix.
import { describe, expect, test } from "vitest";
import { decodeAnySamples, imageSamples, nestedSamples } from "../../src/codecs/index.js";
import { encodeIdx } from "../../src/formats/idx.js";
import { Autoencoder, dense, flatten, Matrix, reshape, type Samples } from "../../src/index.js";

/** What a canvas's getImageData gives, which Node does not have. */
class ImageData {
  constructor(
    readonly data: Uint8ClampedArray,
    readonly width: number,
    readonly height: number,
  ) {}
}

const bytes = (length: number) => Uint8Array.from({ length }, (_, i) => (i * 37) % 256);

/** The losses of a short training. */
async function lossesOf(inputShape: readonly number[], samples: Samples) {
  const width = inputShape.reduce((product, length) => product * length, 1);
  const model = await Autoencoder.create({
    inputShape,
    encoder: [flatten(), dense(2)],
    decoder: [dense(width, "sigmoid"), reshape(inputShape)],
    loss: "binaryCrossentropy",
    engine: { math: "portable", threads: 1 },
  });
  const { loss } = await model.fit(samples, { epochs: 2, batchSize: 2 });
  await model.dispose();
  return loss;
}

/** The same bytes as numbers. */
function numbersOf(data: Uint8Array, rows: number): Matrix {
  return new Matrix(
    Float32Array.from(data, (byte) => Math.fround(byte / 255)),
    rows,
    data.length / rows,
  );
}

describe("a model trains on", () => {
  test("ImageData", async () => {
    const rgba = [0, 1, 2].map((i) =>
      Uint8ClampedArray.from(bytes(4 * 12 + i).subarray(i), (v, at) => (at % 4 === 3 ? 255 : v)),
    );
    const { data, shape } = imageSamples(rgba.map((each) => new ImageData(each, 4, 3)));
    expect(shape).toEqual([3, 3, 4, 3]);
    const rgb = Uint8Array.from(rgba.flatMap((each) => [...each.filter((_, at) => at % 4 !== 3)]));
    expect(await lossesOf([3, 4, 3], data)).toEqual(await lossesOf([3, 4, 3], numbersOf(rgb, 3)));
  });

  test("Uint8ClampedArray, as a whole and as rows", async () => {
    const wanted = await lossesOf([2, 3], numbersOf(bytes(24), 4));
    expect(await lossesOf([2, 3], new Uint8ClampedArray(bytes(24)))).toEqual(wanted);
    const rows = [0, 1, 2, 3].map((i) => new Uint8ClampedArray(bytes(24).subarray(6 * i, 6 * i + 6)));
    expect(await lossesOf([2, 3], rows)).toEqual(wanted);
  });

  test("nested arrays", async () => {
    const numbers = numbersOf(bytes(24), 4);
    const nested = [0, 1, 2, 3].map((i) => [0, 1].map((j) => [...numbers.row(i).subarray(3 * j, 3 * j + 3)]));
    expect(await lossesOf([2, 3], nestedSamples(nested).data)).toEqual(await lossesOf([2, 3], numbers));
  });

  test.each([[[24]], [[4, 6]], [[4, 2, 3]], [[4, 2, 1, 3]], [[4, 1, 2, 3, 1]]])(
    "IDX of shape %j",
    async (shape) => {
      const { data, shape: kept } = await decodeAnySamples(encodeIdx({ shape, data: bytes(24) }));
      expect(kept).toEqual(shape);
      const sample = shape.length === 1 ? [1] : shape.slice(1);
      expect(await lossesOf(sample, data)).toEqual(await lossesOf(sample, numbersOf(bytes(24), shape[0]!)));
    },
  );
});

test("what is no sample yet is told how it becomes one", async () => {
  const model = await Autoencoder.create({ inputSize: 4, encoder: [dense(2)], decoder: [dense(4)] });
  const wrong: [unknown, RegExp][] = [
    [
      [
        [
          [0, 1],
          [2, 3],
        ],
      ],
      /row 0 .* not of arrays; nestedSamples of isthmus\/codecs/,
    ],
    [[[Float32Array.of(0, 1), Float32Array.of(2, 3)]], /nestedSamples/],
    [[new ImageData(new Uint8ClampedArray(16), 2, 2)], /not an ImageData; imageSamples of isthmus\/codecs/],
    [new ImageData(new Uint8ClampedArray(16), 2, 2), /not an ImageData; imageSamples of isthmus\/codecs/],
    [{ rows: 2, columns: [] }, /TablePreprocessor of isthmus\/data/],
  ];
  for (const [samples, message] of wrong) await expect(model.fit(samples as never)).rejects.toThrow(message);
  await model.dispose();
});
