import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { afterEach, describe, expect, it, vi } from "vitest";
import { ArgumentError, EngineError, FormatError } from "../../src/errors.js";
import { gunzip, isGzip } from "../../src/formats/gzip.js";

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

afterEach(() => {
  vi.unstubAllGlobals();
});

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
    await expect(tooMuch).rejects.toThrow("bytes decompresses to more than maximumBytes, 4999 bytes");
  });

  it("stops early in what expands a thousandfold", async () => {
    const bomb = gzipSync(new Uint8Array(1 << 27));
    const before = process.memoryUsage().rss;
    await expect(gunzip(bomb, { maximumBytes: 1000 })).rejects.toThrow("more than maximumBytes");
    expect(process.memoryUsage().rss - before).toBeLessThan(1 << 26);
  });

  it("refuses what is not gzip, cut short or corrupt", async () => {
    const flip = (position: number) => compressed.map((byte, i) => (i === position ? byte ^ 0xff : byte));
    const magic = "bytes is not gzip data: it does not begin with the bytes 1f 8b";
    const corrupt = "bytes is not gzip data: it is cut short or corrupt";
    const cases: [bytes: Uint8Array, message: string][] = [
      [new Uint8Array(), magic],
      [original, magic],
      [compressed.subarray(0, 2), corrupt],
      [compressed.subarray(0, 9), corrupt],
      [compressed.subarray(0, 100), corrupt],
      [compressed.subarray(0, -1), corrupt],
      [flip(2), corrupt],
      [flip(compressed.length - 1), corrupt],
      [flip(compressed.length - 8), corrupt],
      [Uint8Array.from([...compressed, 1, 2, 3]), corrupt],
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

  it("refuses wrong arguments and runtimes without DecompressionStream", async () => {
    await expect(gunzip("x" as unknown as Uint8Array)).rejects.toThrow(ArgumentError);
    for (const maximumBytes of [-1, 1.5, Number.NaN, "9" as unknown as number]) {
      await expect(gunzip(compressed, { maximumBytes })).rejects.toThrow(ArgumentError);
    }
    vi.stubGlobal("DecompressionStream", undefined);
    await expect(gunzip(compressed)).rejects.toThrow(EngineError);
  });
});
