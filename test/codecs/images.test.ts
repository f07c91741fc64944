// PNG and JPEG: what Pillow reads of its own files, PNG files of every kind made here, and what is refused.
import { readFileSync } from "node:fs";
import { crc32, deflateSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodeImage } from "../../src/codecs/decodeImage.js";
import { imageSamples } from "../../src/codecs/imageSamples.js";
import { encodePng } from "../../src/codecs/pngFile.js";
import { ArgumentError, FormatError, ShapeError } from "../../src/common/errors.js";
import { damaged, damages } from "../formats/helpers.js";

const folder = new URL("golden/", import.meta.url);
const golden = (name: string) => new Uint8Array(readFileSync(new URL(name, folder)));
interface Read {
  width: number;
  height: number;
  mode: string;
  data: string;
}
const pillow: Record<string, Read> = JSON.parse(readFileSync(new URL("images.json", folder), "utf8"));
const bytesOf = ({ data }: Read) => Uint8Array.from(Buffer.from(data, "hex"));
const CHANNELS: Record<string, number> = { L: 1, LA: 2, RGB: 3, RGBA: 4 };

/** Pixels over white. */
function overWhite({ mode, ...read }: Read): number[] {
  const values = bytesOf({ mode, ...read });
  const channels = CHANNELS[mode]!;
  if (channels % 2 === 1) return [...values];
  const colours = channels - 1;
  return Array.from({ length: (values.length / channels) * colours }, (_, i) => {
    const pixel = Math.floor(i / colours) * channels;
    const alpha = values[pixel + colours]! / 255;
    return Math.round(values[pixel + (i % colours)]! * alpha + 255 * (1 - alpha));
  });
}

test.each(Object.keys(pillow).filter((name) => name.endsWith(".png") && name !== "deep.png"))(
  "reads Pillow's %s to the same pixels",
  async (name) => {
    const wanted = pillow[name]!;
    const image = await decodeImage(golden(name));
    expect([image.width, image.height]).toEqual([wanted.width, wanted.height]);
    expect([...image.data]).toEqual(overWhite(wanted));
    expect(image.channels).toBe(wanted.mode.startsWith("L") ? 1 : 3);
  },
);

test("rounds 16 bits to 8", async () => {
  const wide = bytesOf(pillow["deep.png"]!);
  const wanted = Array.from({ length: 143 }, (_, i) =>
    Math.round((wide[2 * i]! * 256 + wide[2 * i + 1]!) / 257),
  );
  expect([...(await decodeImage(golden("deep.png"))).data]).toEqual(wanted);
});

test("makes grey as Pillow makes it, and RGB of grey", async () => {
  expect((await decodeImage(golden("RGB.png"), { channels: 1 })).data).toEqual(
    bytesOf(pillow["RGB.png as L"]!),
  );
  const { data, channels } = await decodeImage(golden("L.png"), { channels: 3 });
  expect(channels).toBe(3);
  expect([...data]).toEqual([...bytesOf(pillow["L.png"]!)].flatMap((value) => [value, value, value]));
});

test.each(Object.keys(pillow).filter((name) => name.endsWith(".jpg")))(
  "reads %s as Pillow does",
  async (name) => {
    const wanted = pillow[name]!;
    const image = await decodeImage(golden(name));
    expect([image.width, image.height, image.channels]).toEqual([
      wanted.width,
      wanted.height,
      CHANNELS[wanted.mode],
    ]);
    const pixels = bytesOf(wanted);
    const differences = pixels.map((value, i) => Math.abs(value - image.data[i]!));
    // Decoders round differently; where colours are stored at half the size, they also spread them differently.
    const [mean, most] = name === "subsampled.jpg" ? [8, 100] : name === "cmyk.jpg" ? [3, 20] : [0.6, 4];
    expect(differences.reduce((sum, value) => sum + value, 0) / pixels.length).toBeLessThan(mean);
    expect(Math.max(...differences)).toBeLessThanOrEqual(most);
  },
);

test("a JPEG whose components are called R, G and B is one of them, without Adobe's word for it too", async () => {
  const named = golden("rgb.jpg");
  expect(named.slice(2, 4)).toEqual(Uint8Array.of(0xff, 0xee));
  const unsaid = Uint8Array.from([...named.slice(0, 2), ...named.slice(4 + ((named[4]! << 8) | named[5]!))]);
  expect((await decodeImage(unsaid)).data).toEqual((await decodeImage(named)).data);
});

describe("PNG of every kind", () => {
  const KINDS = [
    { colour: 0, samples: 1, depths: [1, 2, 4, 8, 16] },
    { colour: 2, samples: 3, depths: [8, 16] },
    { colour: 4, samples: 2, depths: [8, 16] },
    { colour: 6, samples: 4, depths: [8, 16] },
  ].flatMap(({ depths, ...kind }) =>
    depths.flatMap((depth) => [true, false].map((interlaced) => ({ ...kind, depth, interlaced }))),
  );

  test.each(KINDS)(
    "colour $colour, $depth bits, interlaced: $interlaced",
    async ({ colour, samples, depth, interlaced }) => {
      for (const [width, height] of [
        [1, 1],
        [9, 5],
        [3, 17],
      ] as const) {
        const most = 2 ** depth - 1;
        const values = Array.from(
          { length: width * height * samples },
          (_, i) => (i * 40503 + (i >> 3) * 97) & most,
        );
        const image = await decodeImage(pngOf(values, width, height, { colour, samples, depth, interlaced }));
        const eight = (value: number) => Math.round((value * 255) / most);
        const colours = samples % 2 === 0 ? samples - 1 : samples;
        const wanted = Array.from({ length: width * height * colours }, (_, i) => {
          const pixel = Math.floor(i / colours) * samples;
          const value = eight(values[pixel + (i % colours)]!);
          if (colours === samples) return value;
          const alpha = eight(values[pixel + colours]!);
          return Math.round((value * alpha + 255 * (255 - alpha)) / 255);
        });
        expect([...image.data]).toEqual(wanted);
      }
    },
  );
});

test("comes back from PNG to the same bytes, of any size and any channels", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 9 }),
      fc.integer({ min: 1, max: 9 }),
      fc.constantFrom(1, 3),
      fc.infiniteStream(fc.nat(255)),
      async (width, height, channels, stream) => {
        const data = Uint8Array.from(
          { length: width * height * channels },
          () => stream.next().value as number,
        );
        const image = { width, height, channels: channels as 1 | 3, data };
        expect(await decodeImage(await encodePng(image))).toEqual(image);
      },
    ),
    { numRuns: 60 },
  );
  // A canvas's pixels, opaque.
  const canvas = { width: 2, height: 1, data: Uint8ClampedArray.of(1, 2, 3, 255, 4, 5, 6, 255) };
  expect((await decodeImage(await encodePng(canvas))).data).toEqual(Uint8Array.of(1, 2, 3, 4, 5, 6));
});

test("lays what is transparent over a background", async () => {
  const clear = await encodePng({ width: 1, height: 1, data: Uint8Array.of(10, 20, 30, 0) });
  const half = await encodePng({ width: 1, height: 1, data: Uint8Array.of(100, 128) });
  expect([...(await decodeImage(clear)).data]).toEqual([255, 255, 255]);
  expect([...(await decodeImage(clear, { background: [1, 2, 3] })).data]).toEqual([1, 2, 3]);
  expect([...(await decodeImage(half, { background: 0 })).data]).toEqual([Math.round((100 * 128) / 255)]);
  for (const background of [-1, 256, 0.5, "white", [1, 2]]) {
    await expect(decodeImage(clear, { background } as object)).rejects.toThrow(/background must be/);
  }
});

describe("resizing", () => {
  test("takes the mean of the area of each pixel", async () => {
    const file = await encodePng({
      width: 4,
      height: 2,
      data: Uint8Array.of(0, 10, 100, 200, 20, 30, 0, 100),
    });
    expect((await decodeImage(file, { width: 2, height: 1 })).data).toEqual(Uint8Array.of(15, 100));
    // A third of 4 pixels: 1 and a third of the next.
    const thirds = [
      (0 + 10 / 3) / (4 / 3),
      ((10 * 2) / 3 + (100 * 2) / 3) / (4 / 3),
      (100 / 3 + 200) / (4 / 3),
    ];
    const narrow = (await decodeImage(file, { width: 3, height: 2 })).data;
    expect([...narrow.subarray(0, 3)]).toEqual(thirds.map(Math.round));
    expect([...(await decodeImage(file, { width: 8, height: 2 })).data.subarray(0, 4)]).toEqual([
      0, 0, 10, 10,
    ]);
  });

  test("keeps the proportions where one side is given, and the mean of the image", async () => {
    const image = await decodeImage(golden("colour.jpg"), { width: 8 });
    expect([image.width, image.height]).toEqual([8, 6]);
    expect([(await decodeImage(golden("colour.jpg"), { height: 3 })).width]).toEqual([4]);
    const mean = (data: Uint8Array) => data.reduce((sum, value) => sum + value, 0) / data.length;
    expect(mean(image.data)).toBeCloseTo(mean((await decodeImage(golden("colour.jpg"))).data), 0);
    for (const width of [0, -1, 1.5, 70_000, "8"]) {
      await expect(decodeImage(golden("L.png"), { width } as object)).rejects.toThrow(ArgumentError);
    }
    await expect(decodeImage(golden("L.png"), { channels: 4 } as object)).rejects.toThrow(
      "channels must be 1 (grey) or 3",
    );
  });
});

describe("samples of images", () => {
  const canvas = { width: 2, height: 1, data: Uint8ClampedArray.of(1, 1, 1, 255, 2, 2, 2, 255) };
  const grey = { width: 2, height: 1, channels: 1 as const, data: Uint8Array.of(7, 8) };

  test("have a row each, and channels last", () => {
    expect(imageSamples([canvas, grey])).toEqual({
      data: Uint8Array.of(1, 1, 1, 2, 2, 2, 7, 7, 7, 8, 8, 8),
      rows: 2,
      columns: 6,
      shape: [2, 1, 2, 3],
    });
    expect(imageSamples([grey, grey]).shape).toEqual([2, 1, 2, 1]);
    expect(imageSamples([canvas, grey], { channels: 1 }).data).toEqual(Uint8Array.of(1, 2, 7, 8));
  });

  test("have one size", () => {
    const tall = { width: 1, height: 2, data: Uint8Array.of(1, 2) };
    expect(() => imageSamples([grey, tall])).toThrow(ShapeError);
    expect(() => imageSamples([grey, tall])).toThrow("image 1 has 1 × 2 pixels, but image 0 has 2 × 1");
    expect(imageSamples([grey, tall], { width: 1, height: 1 }).data).toEqual(Uint8Array.of(8, 2));
  });

  test("are refused where they are none", () => {
    expect(() => imageSamples([])).toThrow("images is empty");
    expect(() => imageSamples(canvas as never)).toThrow("images must be an array of images");
    expect(() => imageSamples([{ width: 2, height: 2, data: [1, 2, 3, 4] } as never])).toThrow(ArgumentError);
    expect(() => imageSamples([{ width: 2, height: 2, data: new Uint8Array(5) }])).toThrow(ShapeError);
  });
});

describe("files that are refused", () => {
  test("foreign ones are named", async () => {
    await expect(decodeImage(golden("snappy-1.0.parquet"))).rejects.toThrow(
      "bytes is a Parquet file, not a PNG or JPEG image",
    );
    await expect(decodeImage(Buffer.from("GIF89a"))).rejects.toThrow(
      "bytes is a GIF image, not a PNG or JPEG image",
    );
  });

  test("those that unpack to more than allowed, before any memory is taken", async () => {
    const header = Buffer.alloc(13);
    header.writeUInt32BE(60_000, 0);
    header.writeUInt32BE(60_000, 4);
    header.set([8, 6, 0, 0, 0], 8);
    const bomb = pngFile([
      ["IHDR", header],
      ["IDAT", deflateSync(Buffer.alloc(1000))],
      ["IEND", Buffer.alloc(0)],
    ]);
    await expect(decodeImage(bomb)).rejects.toThrow(
      "60000 × 60000 pixels, which takes more than maximumBytes",
    );
    await expect(decodeImage(bomb, { maximumBytes: Number.POSITIVE_INFINITY })).rejects.toThrow(
      "its data is cut short",
    );
    await expect(decodeImage(golden("colour.jpg"), { maximumBytes: 1000 })).rejects.toThrow(FormatError);
    // More pixels in the data than the header has.
    const small = Buffer.from(header);
    small.writeUInt32BE(2, 0);
    small.writeUInt32BE(2, 4);
    const image = await decodeImage(
      pngFile([
        ["IHDR", small],
        ["IDAT", deflateSync(Buffer.alloc(1 << 20))],
        ["IEND", Buffer.alloc(0)],
      ]),
    );
    expect(image.data).toHaveLength(12);
  });

  test.each(["RGBA.png", "palette4.png", "bits.png", "colour.jpg", "progressive.jpg", "turned6.jpg"])(
    "any damage of %s",
    async (name) => {
      const file = golden(name);
      let refused = 0;
      await fc.assert(
        fc.asyncProperty(damages, async (list) => {
          const image = await decodeImage(damaged(file, list), { maximumBytes: 1 << 24 }).catch(
            (error: unknown) => {
              expect(error).toBeInstanceOf(FormatError);
              return undefined;
            },
          );
          if (image === undefined) refused++;
          else expect(image.data).toHaveLength(image.width * image.height * image.channels);
        }),
        { numRuns: 120 },
      );
      expect(refused).toBeGreaterThan(10);
    },
  );
});

/** A PNG file of its parts. */
function pngFile(parts: [string, Uint8Array][]): Buffer {
  const chunks = parts.map(([name, data]) => {
    const body = Buffer.concat([Buffer.from(name), data]);
    const frame = Buffer.alloc(8);
    frame.writeUInt32BE(data.length, 0);
    frame.writeUInt32BE(crc32(body), 4);
    return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
  });
  return Buffer.concat([Uint8Array.of(137, 80, 78, 71, 13, 10, 26, 10), ...chunks]);
}

interface Kind {
  colour: number;
  samples: number;
  depth: number;
  interlaced: boolean;
}

/** A PNG file of values, written by the standard's words: with every filter in turn, and Adam7's passes by their pattern. */
function pngOf(
  values: number[],
  width: number,
  height: number,
  { colour, samples, depth, interlaced }: Kind,
): Buffer {
  // The pass of each pixel of an 8 × 8 square, from the picture in section 8.2.
  const PASSES = [
    "16462646",
    "77777777",
    "56565656",
    "77777777",
    "36463646",
    "77777777",
    "56565656",
    "77777777",
  ];
  const lines: Buffer[] = [];
  for (const pass of interlaced ? ["1", "2", "3", "4", "5", "6", "7"] : ["any"]) {
    let above: number[] = [];
    for (let y = 0; y < height; y++) {
      const columns = Array.from({ length: width }, (_, x) => x).filter(
        (x) => pass === "any" || PASSES[y % 8]![x % 8] === pass,
      );
      if (columns.length === 0) continue;
      const bits = columns
        .flatMap((x) => values.slice((y * width + x) * samples, (y * width + x + 1) * samples))
        .map((value) => value.toString(2).padStart(depth, "0"))
        .join("");
      const bytes = bits.match(/.{1,8}/g)!.map((byte) => Number.parseInt(byte.padEnd(8, "0"), 2));
      const step = Math.max(1, (samples * depth) / 8);
      const filter = y % 5;
      const filtered = bytes.map((byte, i) => {
        const [a, b, c] = [bytes[i - step] ?? 0, above[i] ?? 0, i < step ? 0 : (above[i - step] ?? 0)];
        const nearest = [a, b, c].reduce((best, one) =>
          Math.abs(a + b - c - one) < Math.abs(a + b - c - best) ? one : best,
        );
        return (byte - [0, a, b, Math.floor((a + b) / 2), nearest][filter]!) & 255;
      });
      lines.push(Buffer.from([filter, ...filtered]));
      above = bytes;
    }
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([depth, colour, 0, 0, interlaced ? 1 : 0], 8);
  const data = deflateSync(Buffer.concat(lines));
  const half = Math.floor(data.length / 2);
  return pngFile([
    ["IHDR", header],
    ["tEXt", Buffer.from("a\0b")],
    ["IDAT", data.subarray(0, half)],
    ["IDAT", data.subarray(half)],
    ["IEND", Buffer.alloc(0)],
  ]);
}
