import { constants, gunzipSync, gzipSync, inflateRawSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { ArgumentError, FormatError } from "../../src/common/errors.js";
import { crc32 } from "../../src/formats/crc32.js";
import { Gunzipper } from "../../src/formats/gunzipper.js";
import { gunzip, isGzip } from "../../src/formats/gzip.js";
import { joined } from "../support/joined.js";

/** Bytes that do not compress: the high bytes of a linear congruential generator. */
function noise(size: number): Uint8Array {
  let state = 1;
  return Uint8Array.from({ length: size }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state >>> 24;
  });
}

const original = noise(5000);
const compressed = new Uint8Array(gzipSync(original));

describe("isGzip", () => {
  it("looks at the first two bytes", () => {
    expect(isGzip(compressed)).toBe(true);
    expect(isGzip(Uint8Array.of(0x1f, 0x8b))).toBe(true);
    expect(isGzip(Uint8Array.of(0x1f))).toBe(false);
    expect(isGzip(Uint8Array.of(0x8b, 0x1f))).toBe(false);
    expect(isGzip(new Uint8Array())).toBe(false);
  });
});

describe("gunzip", () => {
  it("restores bytes of any length and leaves its argument as it was", async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 1000 }), async (bytes) => {
        const before = Uint8Array.from(gzipSync(bytes));
        const argument = before.slice();
        expect(await gunzip(argument)).toEqual(bytes);
        expect(argument).toEqual(before);
      }),
      { numRuns: 50 },
    );
  });

  it("restores what takes several slices, from a view in the middle of a buffer", async () => {
    const large = noise(300_000);
    const packed = gzipSync(large);
    const around = new Uint8Array(packed.length + 20);
    around.set(packed, 10);
    expect(Buffer.compare(await gunzip(around.subarray(10, -10)), large)).toBe(0);
    expect(Buffer.compare(await gunzip(packed), large)).toBe(0);
  });

  it("allows exactly maximumBytes and refuses more", async () => {
    expect(await gunzip(compressed, { maximumBytes: 5000 })).toHaveLength(5000);
    expect(await gunzip(compressed, { maximumBytes: Number.POSITIVE_INFINITY })).toHaveLength(5000);
    const tooMuch = gunzip(compressed, { maximumBytes: 4999 });
    await expect(tooMuch).rejects.toThrow(FormatError);
    await expect(tooMuch).rejects.toThrow("bytes decompresses to more than maximumBytes (4999 bytes)");
  });

  it("stops early in what expands a thousandfold", async () => {
    const bomb = gzipSync(new Uint8Array(1 << 27));
    const before = process.memoryUsage().rss;
    await expect(gunzip(bomb, { maximumBytes: 1000 })).rejects.toThrow("more than maximumBytes");
    expect(process.memoryUsage().rss - before).toBeLessThan(1 << 26);
  });

  it("refuses what is not gzip, cut short or corrupt", async () => {
    const flip = (position: number) => compressed.map((byte, i) => (i === position ? byte ^ 0xff : byte));
    const cut = "bytes is damaged gzip data: it is truncated";
    const cases: [bytes: Uint8Array, message: string][] = [
      [new Uint8Array(), "bytes is not gzip data: it does not begin with the bytes 1f 8b"],
      [original, "bytes is not gzip data: it does not begin with the bytes 1f 8b"],
      [Uint8Array.from(Buffer.from("PK\x03\x04\0")), "bytes is a zip archive"],
      [compressed.subarray(0, 2), cut],
      [compressed.subarray(0, 9), cut],
      [compressed.subarray(0, 100), cut],
      [compressed.subarray(0, -1), cut],
      [flip(2), "its compression method is 247, but only 8 is supported"],
      [flip(3), "its header has unknown flags"],
      [flip(compressed.length - 1), "its length does not match its contents"],
      [flip(compressed.length - 8), "its checksum does not match its contents"],
      [joined(compressed, [1, 2, 3]), "gzip data followed by something that is neither gzip data nor zeros"],
      [joined(compressed, [0, 0, 3]), "gzip data followed by something that is neither gzip data nor zeros"],
      [joined(compressed, compressed.subarray(0, 50)), cut],
      [joined(compressed, [0x1f]), cut],
    ];
    for (const [bytes, message] of cases) {
      const result = gunzip(bytes);
      await expect(result).rejects.toThrow(FormatError);
      await expect(result).rejects.toThrow(message);
    }
  });

  it("refuses any flipped bit, or restores the same bytes", async () => {
    // The time stamp and the padding of deflate's blocks mean nothing; the checksum guards all that does.
    let refused = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: compressed.length - 1 }),
        fc.nat(7),
        async (position, bit) => {
          const bytes = compressed.slice();
          bytes[position] = bytes[position]! ^ (1 << bit);
          const result = await gunzip(bytes).catch((error: unknown) => error);
          if (result instanceof Uint8Array) {
            expect(result).toEqual(original);
          } else {
            expect(result).toBeInstanceOf(FormatError);
            refused++;
          }
        },
      ),
      { numRuns: 200 },
    );
    expect(refused).toBeGreaterThan(100);
  });

  it("refuses wrong arguments", async () => {
    await expect(gunzip("x" as unknown as Uint8Array)).rejects.toThrow(ArgumentError);
    for (const maximumBytes of [-1, 1.5, Number.NaN, "9" as unknown as number]) {
      await expect(gunzip(compressed, { maximumBytes })).rejects.toThrow(ArgumentError);
    }
    await expect(gunzip(compressed, { maximumByte: 1 } as object)).rejects.toThrow(
      'did you mean "maximumBytes"',
    );
  });
});

describe("members", () => {
  const others = [noise(70_000), new Uint8Array(), new Uint8Array(200_000), noise(1)];
  const members = [original, ...others];

  it("put end to end give what they hold, with zeros between and after them or not", async () => {
    for (const padding of [0, 1, 7, 8, 9, 512, 70_000]) {
      const file = joined(...members.flatMap((bytes) => [gzipSync(bytes), new Uint8Array(padding)]));
      expect(Buffer.compare(await gunzip(file), joined(...members)), `${padding} zeros`).toBe(0);
    }
  });

  it("are all counted against maximumBytes", async () => {
    const file = joined(...members.map((bytes) => gzipSync(bytes)));
    const total = joined(...members).length;
    expect(await gunzip(file, { maximumBytes: total })).toHaveLength(total);
    await expect(gunzip(file, { maximumBytes: total - 1 })).rejects.toThrow("more than maximumBytes");
  });

  it("may have a name, a comment, more fields and a checksum in their headers", async () => {
    for (let flags = 0; flags < 32; flags++) {
      const head = [0x1f, 0x8b, 8, flags, 1, 2, 3, 4, 0, 255];
      if (flags & 4) head.push(3, 0, 9, 0, 9);
      if (flags & 8) head.push(...Buffer.from("name\0"));
      if (flags & 16) head.push(...Buffer.from("a comment\0"));
      const sum = crc32(Uint8Array.from(head));
      if (flags & 2) head.push(sum & 255, (sum >> 8) & 255);
      const file = joined(head, compressed.subarray(10));
      expect(Buffer.compare(await gunzip(file), original)).toBe(0);
      // zlib takes it, too.
      expect(Buffer.compare(gunzipSync(file), original)).toBe(0);
      if (flags & 2) {
        file[4] = 0;
        await expect(gunzip(file)).rejects.toThrow("the checksum of its header is wrong");
      }
    }
  });
});

describe("deflate as other programs write it", () => {
  const text = Uint8Array.from(Buffer.from("the narrow code between two wide lands, ".repeat(3000)));
  const mixed = joined(text, original, new Uint8Array(100_000), text.subarray(5), noise(90_000));
  const { Z_FIXED, Z_HUFFMAN_ONLY, Z_RLE, Z_DEFAULT_STRATEGY } = constants;

  it.each([Z_DEFAULT_STRATEGY, Z_FIXED, Z_HUFFMAN_ONLY, Z_RLE])(
    "strategy %i, at all levels",
    async (strategy) => {
      for (let level = 0; level <= 9; level++) {
        for (const memLevel of [1, 9]) {
          const file = gzipSync(mixed, { level, strategy, memLevel });
          expect(Buffer.compare(await gunzip(file), mixed), `level ${level}`).toBe(0);
        }
      }
    },
  );

  it("is read in pieces of any length", () => {
    const file = gzipSync(mixed.subarray(0, 130_000), { memLevel: 1 });
    for (const length of [1, 2, 13, 1000, 65_535, file.length]) {
      const gunzipper = new Gunzipper();
      const pieces: Uint8Array[] = [];
      for (let at = 0; at < file.length; at += length)
        pieces.push(...gunzipper.push(file.subarray(at, at + length)));
      pieces.push(...gunzipper.end());
      expect(Buffer.compare(joined(...pieces), mixed.subarray(0, 130_000)), `pieces of ${length}`).toBe(0);
      expect(Math.max(...pieces.map((piece) => piece.length))).toBeLessThan(100_000);
    }
  });

  it("is accepted, and refused, just as zlib does", async () => {
    // Noise for deflate data: some of it is a code or a stored block, most of it is not.
    let accepted = 0;
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 200 }), async (deflated) => {
        const reference = raw(deflated);
        const file = joined([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255], deflated, new Uint8Array(8));
        const error = (await gunzip(file).catch((reason: unknown) => reason)) as Error;
        if (reference === undefined) expect(error).toBeInstanceOf(FormatError);
        else if (reference.length > 0) {
          // The data were whole, and the sum of the zeros after them is not theirs.
          expect(error.message).toMatch(/checksum does not match its contents|neither gzip data nor zeros/);
          accepted++;
        }
      }),
      { numRuns: 5000, seed: 3 },
    );
    expect(accepted).toBeGreaterThan(4);
  });
});

/** What zlib makes of deflate data; undefined where it refuses them. */
function raw(deflated: Uint8Array): Uint8Array | undefined {
  try {
    return inflateRawSync(deflated);
  } catch {
    return undefined;
  }
}

test("the memory taken is that of the result", async () => {
  const size = 1 << 28;
  const bomb = gzipSync(new Uint8Array(size), { level: 1 });
  const before = process.resourceUsage().maxRSS * 1024;
  expect((await gunzip(bomb)).length).toBe(size);
  expect(process.resourceUsage().maxRSS * 1024 - before).toBeLessThan(2 * size);
});
