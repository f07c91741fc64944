import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { foreignFile } from "../../src/formats/foreignFile.js";
import { decodeIdx, encodeIdx } from "../../src/formats/idx.js";
import { decodeNpy, encodeNpy } from "../../src/formats/npy.js";
import { decodeSamples } from "../../src/formats/readSamples.js";
import { decodeSafetensors, encodeSafetensors } from "../../src/formats/safetensors.js";
import { Autoencoder, FormatError } from "../../src/index.js";

const latin = (text: string) => Uint8Array.from(Buffer.from(text, "latin1"));
const utf8 = (text: string) => Uint8Array.from(Buffer.from(text));
/** Followed by what any binary file may have. */
const binary = (text: string) => latin(`${text}\x01\0\xfe\x07 some more \0\0\x02`);

const kinds: [what: string, bytes: Uint8Array, name: RegExp][] = [
  ["a zip archive", binary("PK\x03\x04\x14\0\0\0\0\0"), /^a zip archive \(such as \.npz, \.keras/],
  ["an HDF5 file", binary("\x89HDF\r\n\x1a\n\0"), /^an HDF5 file \(such as Keras's \.h5\)$/],
  ["a pickle of protocol 2", binary("\x80\x02}q\0"), /^a Python pickle/],
  ["a pickle of protocol 4", binary("\x80\x04\x95\x1d\0\0\0"), /^a Python pickle/],
  ["a pickle of protocol 5", binary("\x80\x05\x95\x1d\0\0\0"), /^a Python pickle/],
  ["a JSON object", utf8('{"weights": [1, 2]}'), /^JSON text$/],
  ["a JSON array after a byte order mark", utf8("\ufeff \n[[0.5, 1],"), /^JSON text$/],
  ["a Parquet file", binary("PAR1\x15\x04"), /^a Parquet file$/],
  ["an Arrow file", binary("ARROW1\0\0"), /^an Arrow file$/],
  ["a PNG image", binary("\x89PNG\r\n\x1a\n"), /^a PNG image$/],
  ["a JPEG image", binary("\xff\xd8\xff\xe0\0\x10JFIF"), /^a JPEG image$/],
  ["a PDF document", binary("%PDF-1.7\n"), /^a PDF document$/],
  ["a tar archive", latin(`data.csv${"\0".repeat(249)}ustar\x0000`), /^a tar archive$/],
  ["a page", utf8("\n<!DOCTYPE html>\n<html>"), /^an HTML page/],
  ["an LFS pointer", utf8("version https://git-lfs.github.com/spec/v1\noid sha256:"), /^a Git LFS pointer/],
  ["numbers as text", utf8("sepal,petal\n1.5,2\n"), /^text$/],
  ["text whose last character is cut", utf8(`${"a".repeat(511)}é`), /^text$/],
];

test.each(kinds)("%s is named", (_, bytes, name) => {
  expect(foreignFile(bytes)).toMatch(name);
});

test("a format is foreign to the readers of the others only", () => {
  const data = new Float32Array(2);
  const own = {
    npy: encodeNpy({ shape: [2], data }),
    idx: encodeIdx({ shape: [2], data }),
    safetensors: encodeSafetensors([{ name: "a", shape: [2], data }]),
  };
  expect(foreignFile(own.npy)).toBe("a NumPy .npy file");
  expect(foreignFile(own.idx)).toBe("an IDX file");
  expect(foreignFile(own.safetensors)).toBe("a safetensors file");
  for (const [format, bytes] of Object.entries(own)) {
    expect(foreignFile(bytes, format as keyof typeof own)).toBeUndefined();
  }
});

test("a header's length that begins as other formats do does not mislead", () => {
  for (const length of [0x0280, 0x0480, 0x8b1f, 0x4b50]) {
    const json = `{"__metadata__":{"a":"${"x".repeat(length - 25)}"}}`;
    const file = latin(`${"\0".repeat(8)}${json}`);
    new DataView(file.buffer).setUint32(0, length, true);
    expect(json).toHaveLength(length);
    expect(foreignFile(file)).toBe("a safetensors file");
    expect(decodeSafetensors(file).metadata.a).toHaveLength(length - 25);
    for (const end of [8, 9, 20]) {
      expect(() => decodeSafetensors(file.subarray(0, end))).toThrow(/not a valid safetensors file/);
    }
  }
});

test.each([
  ["nothing", latin("")],
  ["white space", latin("  \n")],
  ["bytes of no known kind", latin("\x01\x02\x03\x04")],
  ["bytes that are no UTF-8", latin("caf\xe9 au lait")],
  ["zeros", new Uint8Array(600)],
])("%s has no name", (_, bytes) => {
  expect(foreignFile(bytes)).toBeUndefined();
});

describe.each(kinds)("%s is refused under its name", (_, bytes, name) => {
  const source = name.source.replace(/^\^|\$$/g, "");
  const refused = (end: string) =>
    new RegExp(`^bytes is ${source}.*, not ${end}(; decodeAnySamples of isthmus/codecs reads it)?$`);
  test("by every reader", async () => {
    for (const [read, end] of [
      [() => decodeNpy(bytes), "a \\.npy file"],
      [() => decodeIdx(bytes), "an IDX file"],
      [() => decodeSafetensors(bytes), "a safetensors file"],
      [() => decodeSamples(bytes), "an IDX or \\.npy file"],
      [() => decodeSamples(gzipSync(bytes)), "an IDX or \\.npy file"],
      [() => Autoencoder.fromSafetensors(bytes), "a safetensors file"],
      [() => Autoencoder.fromCheckpoint(bytes), "a safetensors file"],
    ] as const) {
      const error = await (async () => read())().catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(FormatError);
      expect((error as Error).message).toMatch(refused(end));
    }
  });
});
