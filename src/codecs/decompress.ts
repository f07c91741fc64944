/// <reference path="./parquetCompressors.d.ts" />
import { decompress as unzstd } from "fzstd";
import { snappyUncompress } from "hyparquet";
import { gunzip } from "hyparquet-compressors/src/gzip.js";
import { decompressLz4, decompressLz4Raw } from "hyparquet-compressors/src/lz4.js";
import { allocated } from "../formats/typedArrays.js";

/** Unpacks bytes whose length is known, and throws any error where they are something else. */
export type Decompressor = (packed: Uint8Array, length: number) => Uint8Array;

/** Zstandard (RFC 8878). */
export const zstd: Decompressor = (packed, length) => unzstd(packed, allocated(length));

/** Parquet's codecs by their names; `BROTLI` is there once it is loaded. */
export const PARQUET_CODECS: Record<string, Decompressor> = {
  SNAPPY(packed, length) {
    const bytes = allocated(length);
    snappyUncompress(packed, bytes);
    return bytes;
  },
  GZIP: (packed, length) => gunzip(packed, allocated(length)),
  LZ4: decompressLz4,
  LZ4_RAW: decompressLz4Raw,
  ZSTD: zstd,
};

/** Loads Brotli, which is seldom used and whose dictionary takes more than all other codecs together. */
export async function loadBrotli(): Promise<void> {
  PARQUET_CODECS.BROTLI ??= (await import("hyparquet-compressors/src/brotli.js")).decompressBrotli;
}

/** An LZ4 frame (lz4_Frame_format.md 1.6.3) of blocks that may refer to those before them. Checksums are passed over. */
export const lz4Frame: Decompressor = (packed, length) => {
  const view = new DataView(packed.buffer, packed.byteOffset, packed.byteLength);
  if (view.getUint32(0, true) !== 0x184d2204) throw new Error("no LZ4 frame");
  const flags = packed[4]!;
  // Version, block independence, block checksums, size of the content, checksum of the content, dictionary.
  const [blockSums, contentSize, dictionary] = [flags & 0x10, flags & 0x08, flags & 0x01];
  if (flags >> 6 !== 1 || dictionary) throw new Error("an LZ4 frame of another kind");
  let at = 7 + (contentSize ? 8 : 0);
  const bytes = allocated(length);
  let filled = 0;
  for (;;) {
    const size = view.getUint32(at, true);
    at += 4;
    if (size === 0) break;
    const block = packed.subarray(at, at + (size & 0x7fffffff));
    if (size >>> 31) {
      bytes.set(block, filled);
      filled += block.length;
    } else filled = lz4Block(block, bytes, filled);
    at += (size & 0x7fffffff) + (blockSums ? 4 : 0);
  }
  if (filled !== length) throw new Error("an LZ4 frame of another length");
  return bytes;
};

/** Unpacks an LZ4 block (lz4_Block_format.md) behind what is there already; returns how much is there then. */
function lz4Block(block: Uint8Array, bytes: Uint8Array, filled: number): number {
  let at = 0;
  const extended = (nibble: number) => {
    let length = nibble;
    for (let byte = nibble === 15 ? 255 : 0; byte === 255; length += byte) {
      if (at >= block.length) throw new Error("an LZ4 block that is cut short");
      byte = block[at++]!;
    }
    return length;
  };
  for (;;) {
    const token = block[at++]!;
    const literals = extended(token >> 4);
    if (at + literals > block.length) throw new Error("an LZ4 block that is cut short");
    bytes.set(block.subarray(at, at + literals), filled);
    at += literals;
    filled += literals;
    if (at >= block.length) return filled;
    const distance = block[at]! | (block[at + 1]! << 8);
    at += 2;
    const end = filled + 4 + extended(token & 15);
    if (distance === 0 || distance > filled || end > bytes.length)
      throw new Error("an LZ4 match out of range");
    for (; filled < end; filled++) bytes[filled] = bytes[filled - distance]!;
  }
}
