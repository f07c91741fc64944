/** Seeded rows of bytes in a NumPy file that is larger than memory need be. */
import { open } from "node:fs/promises";
import { xorshift32 } from "./peers/workload.mjs";

/** Where the rows begin. */
export const HEADER_BYTES = 128;
/** Whole numbers of 32 bits that are written at a time. */
const BLOCK = 2 ** 20;

/** The header of a NumPy file of bytes, in version 1.0 of the format. */
function header(rows, columns) {
  const text = `{'descr': '|u1', 'fortran_order': False, 'shape': (${rows}, ${columns}), }`;
  const bytes = Buffer.from(`\x93NUMPY\x01\x00\x00\x00${text.padEnd(HEADER_BYTES - 11)}\n`, "latin1");
  bytes.writeUInt16LE(HEADER_BYTES - 10, 8);
  return bytes;
}

/**
 * Writes `rows` × `columns` uniform bytes; more rows begin with the same ones.
 *
 * @param {string} path
 * @param {number} rows
 * @param {number} columns
 */
export async function writeByteRows(path, rows, columns, seed = 1) {
  const file = await open(path, "w");
  try {
    await file.write(header(rows, columns));
    const random = xorshift32(seed);
    const block = new Uint32Array(BLOCK);
    for (let left = rows * columns; left > 0; left -= block.byteLength) {
      for (let i = 0; i < BLOCK; i++) block[i] = random();
      await file.write(new Uint8Array(block.buffer, 0, Math.min(left, block.byteLength)));
    }
  } finally {
    await file.close();
  }
}
