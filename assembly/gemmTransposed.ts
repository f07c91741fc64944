// Matrix product C = seed + Aᵀ·B of a wide Aᵀ, as of the gradients of wide layers. Read in place, each k of A would be on
// a memory page of its own, and only few of them at a time are quick to reach; then each small block of k loads and stores
// all of C. So blocks of A are turned around first, into the thread's own memory, and C is written less often.

import { SCRATCH_BYTES, TURNED_BYTES, TURNED_DEPTH, TURNED_ROWS } from "./abi";
import { areVectors } from "./checks";
import { arePanels, gemmBlock, isProduct, isTile, panelBytes } from "./gemm";
import { Stride } from "./types";

/**
 * Bytes of a row of the turned block. A little more than the longest row, so that rows do not all fall into the same
 * few lines of the level-1 cache.
 */
const ROW: usize = (TURNED_DEPTH + 16) << 2;

/** Writes a block of A, read from Aᵀ: `rows` rows of `depth` floats. */
function turn(rows: i32, depth: i32, a: usize, aStep: usize, to: usize): void {
  for (let i = 0; i < depth; i += 4) {
    // Past the last k, it is read again, and what is written there is not used.
    const a0 = a + <usize>i * aStep;
    const a1 = a0 + select<usize>(aStep, 0, i + 1 < depth);
    const a2 = a1 + select<usize>(aStep, 0, i + 2 < depth);
    const a3 = a2 + select<usize>(aStep, 0, i + 3 < depth);
    let target = to + <usize>(i << 2);
    // Past the last row, vectors are read from beyond it, as everywhere, and have rows of their own.
    for (let row = 0; row < rows; row += 4) {
      const at = <usize>(row << 2);
      const w = v128.load(a0 + at);
      const x = v128.load(a1 + at);
      const y = v128.load(a2 + at);
      const z = v128.load(a3 + at);
      const wx = i32x4.shuffle(w, x, 0, 4, 1, 5);
      const yz = i32x4.shuffle(y, z, 0, 4, 1, 5);
      const wxHigh = i32x4.shuffle(w, x, 2, 6, 3, 7);
      const yzHigh = i32x4.shuffle(y, z, 2, 6, 3, 7);
      v128.store(target, i64x2.shuffle(wx, yz, 0, 2));
      v128.store(target + ROW, i64x2.shuffle(wx, yz, 1, 3));
      v128.store(target + 2 * ROW, i64x2.shuffle(wxHigh, yzHigh, 0, 2));
      v128.store(target + 3 * ROW, i64x2.shuffle(wxHigh, yzHigh, 1, 3));
      target += 4 * ROW;
    }
  }
}

/**
 * Rows `begin` to `end` of C[·, n] = seed + A[·, k]·B[k, n], where A is stored as Aᵀ[k, ·]. The same bits as of `gemm`.
 *
 * @param a address of A[0, 0], and of Aᵀ[0, 0]; `aStep` is the bytes from one row of Aᵀ to the next
 * @param scratch space for a tile and, behind it, for the block of A: TURNED_BYTES, private to this thread
 */
export function gemmTransposed(
  tile: i32, begin: i32, end: i32, n: i32, k: i32, a: usize, aStep: Stride, b: usize,
  seed: usize, seedRow: Stride, c: usize, cRow: Stride, scratch: usize,
): void {
  assert(begin >= 0 && begin <= end && n > 0 && k > 0, "gemmTransposed: sizes");
  assert((b & 15) == 0 && (scratch & 15) == 0, "gemmTransposed: packed B and scratch are aligned");
  assert(isTile(tile), "gemmTransposed: tile");
  assert(
    arePanels(tile, k, n, b) && areVectors(scratch, TURNED_BYTES >> 2),
    "gemmTransposed: packed B and scratch in memory",
  );
  assert(
    isProduct(begin, end, n, k, a, 4, aStep, b, panelBytes(tile, k, n), seed, seedRow, c, cRow),
    "gemmTransposed: A, C and what C starts from are in memory, and C overlaps nothing else",
  );
  const turned = scratch + SCRATCH_BYTES;
  for (let k0 = 0; k0 < k; k0 += TURNED_DEPTH) {
    const kc = min(TURNED_DEPTH, k - k0);
    for (let block = begin; block < end; block += TURNED_ROWS) {
      const rows = min(TURNED_ROWS, end - block);
      turn(rows, kc, a + <usize>(block << 2) + <usize>k0 * aStep, aStep, turned);
      const from = seed + <usize>block * seedRow;
      const to = c + <usize>block * cRow;
      gemmBlock(tile, rows, 0, n, n, k, k0, kc, turned, ROW, 4, b, from, seedRow, to, cRow, scratch);
    }
    seed = c;
    seedRow = cRow;
  }
}
