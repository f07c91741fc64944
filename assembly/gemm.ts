// Matrix product C = seed + A·B for any sizes, from the micro-kernels that src/build/tiles.mjs writes, and a packed B.

import { tile2x16, tile4x16, tile4x8, tile6x16, tile6x8 } from "../build/generated/tiles";
import { ROW_COLUMNS, rowOf } from "./oneRow";
import { storeUpTo } from "./simd";
import { SCRATCH_BYTES, TILE_2X16, TILE_4X16, TILE_4X8, TILE_6X16, TILE_6X8 } from "./abi";
import { areApart, areFloats, areVectors, isStride } from "./checks";
import { Stride } from "./types";

/**
 * Block sizes in k and in rows of A (a multiple of every tile's height): the block stays in the level-2 cache while
 * panels of B stream past. Deep rather than high, because each block of k loads and stores all of C, which for large
 * matrices is outside the cache, while the processor is good at prefetching panels.
 */
const DEPTH: i32 = 1024;
const ROW_BLOCK: i32 = 48;
/** All rows use this many columns of B before the next ones; they stay in the level-2 cache next to A's block. */
const COLUMN_BLOCK: i32 = 128;
/** The same if A is read by columns: each k is on its own memory page, and the processor's TLB holds 128 of them. */
const COLUMN_DEPTH: i32 = 128;
const COLUMN_ROW_BLOCK: i32 = 192;

/** Number of columns of a tile, and so of a panel of packed B. */
export function tileColumns(tile: i32): i32 {
  assert(isTile(tile), "tileColumns: tile");
  return tile == TILE_4X8 || tile == TILE_6X8 ? 8 : 16;
}

/** Whether `tile` is one of the TILE_ constants. */
export function isTile(tile: i32): bool {
  if (ASC_NO_ASSERT) return true;
  return tile >= TILE_4X8 && tile <= TILE_6X16;
}

/** Bytes of a packed B[k, n]. */
export function panelBytes(tile: i32, k: i32, n: i32): i64 {
  if (ASC_NO_ASSERT) return 0;
  const width = tileColumns(tile);
  return <i64>((n + width - 1) / width * width) * <i64>k << 2;
}

/** `packed` has space for a packed B[k, n], aligned for vector loads. */
export function arePanels(tile: i32, k: i32, n: i32, packed: usize): bool {
  if (ASC_NO_ASSERT) return true;
  return areVectors(packed, <i32>(panelBytes(tile, k, n) >> 2));
}

/** Number of rows of a tile. */
@inline
export function tileRows(tile: i32): i32 {
  return tile == TILE_2X16 ? 2 : tile == TILE_6X8 || tile == TILE_6X16 ? 6 : 4;
}

@inline
function runTiles(
  tile: i32, k: i32, rows: i32, a: usize, aRow: usize, aStep: usize, b: usize,
  seed: usize, seedRow: usize, c: usize, cRow: usize,
): void {
  switch (tile) {
    case TILE_4X8: { tile4x8(k, rows, a, aRow, aStep, b, seed, seedRow, c, cRow); return; }
    case TILE_6X8: { tile6x8(k, rows, a, aRow, aStep, b, seed, seedRow, c, cRow); return; }
    case TILE_2X16: { tile2x16(k, rows, a, aRow, aStep, b, seed, seedRow, c, cRow); return; }
    case TILE_4X16: { tile4x16(k, rows, a, aRow, aStep, b, seed, seedRow, c, cRow); return; }
    case TILE_6X16: { tile6x16(k, rows, a, aRow, aStep, b, seed, seedRow, c, cRow); return; }
    default: unreachable();
  }
}

/** The lowest tile of the same width that has room for the rows that are left over when tiles are full. */
@inline
function tileForRest(tile: i32, rest: i32): i32 {
  if (tile == TILE_6X8) return rest > 4 ? tile : TILE_4X8;
  if (tile == TILE_4X8 || tile == TILE_2X16) return tile;
  return rest <= 2 ? TILE_2X16 : rest <= 4 ? TILE_4X16 : tile;
}

/** A column of tiles over all rows, the last of them by a lower tile if that is enough. */
function columnOfTiles(
  tile: i32, k: i32, rows: i32, a: usize, aRow: usize, aStep: usize, b: usize,
  seed: usize, seedRow: usize, c: usize, cRow: usize,
): void {
  const rest = rows % tileRows(tile);
  const lower = rest > 0 ? tileForRest(tile, rest) : tile;
  const whole = lower == tile ? rows : rows - rest;
  if (whole > 0) runTiles(tile, k, whole, a, aRow, aStep, b, seed, seedRow, c, cRow);
  if (whole == rows) return;
  const at = <usize>whole;
  runTiles(lower, k, rest, a + at * aRow, aRow, aStep, b, seed + at * seedRow, seedRow, c + at * cRow, cRow);
}

/** The last panel, in which only `columns` columns belong to C: each tile goes through `scratch`. */
function edge(
  tile: i32, k: i32, rows: i32, a: usize, aRow: usize, aStep: usize, b: usize,
  seed: usize, seedRow: usize, c: usize, cRow: usize, columns: i32, scratch: usize,
): void {
  const height = tileRows(tile);
  const width = <usize>(tileColumns(tile) << 2);
  for (let row = 0; row < rows; row += height) {
    const count = min(height, rows - row);
    const at = <usize>row;
    columnOfTiles(tile, k, count, a + at * aRow, aRow, aStep, b, seed + at * seedRow, seedRow, scratch, width);
    copyTile(scratch, width, c + at * cRow, cRow, count, columns);
  }
}

/** Copies the part of a tile that belongs to C. */
export function copyTile(from: usize, width: usize, to: usize, cRow: usize, rows: i32, columns: i32): void {
  for (let row = 0; row < rows; row++) {
    // Not memory.copy: it calls out of the module, which takes longer than a small tile.
    for (let j = 0; j < columns; j += 4) {
      const offset = <usize>(j << 2);
      storeUpTo(to + offset, v128.load(from + offset), <usize>(columns - j));
    }
    from += width;
    to += cRow;
  }
}

/** Bytes from the start of the first row to the end of the last. */
function extentOf(rows: i32, stride: usize, width: i64): i64 {
  if (ASC_NO_ASSERT) return 0;
  return rows > 0 ? <i64>(rows - 1) * <i64>stride + width : 0;
}

/** Rows `first` to `last` of A, C and the seed are floats in memory, and C overlaps nothing except its own seed. */
export function isProduct(
  first: i32, last: i32, n: i32, k: i32, a: usize, aRow: usize, aStep: usize, packed: usize, panels: i64,
  seed: usize, seedRow: usize, c: usize, cRow: usize,
): bool {
  if (ASC_NO_ASSERT) return true;
  const rows = last - first;
  const width = <i64>n << 2;
  const from = a + <usize>first * aRow;
  const start = seed + <usize>first * seedRow;
  const to = c + <usize>first * cRow;
  const aSize = extentOf(rows, aRow, <i64>(k - 1) * <i64>aStep + 4);
  const startSize = extentOf(rows, seedRow, width);
  const size = extentOf(rows, cRow, width);
  return isStride(aRow, 1, 0) && isStride(aStep, 1, 0) && isStride(cRow, rows, width) &&
    isStride(seedRow, seedRow ? rows : 1, width) &&
    areFloats(from, <i32>(aSize >> 2)) && areFloats(start, <i32>(startSize >> 2)) && areFloats(to, <i32>(size >> 2)) &&
    areApart(to, size, from, aSize) && areApart(to, size, packed, panels) &&
    ((seed == c && seedRow == cRow) || areApart(to, size, start, startSize));
}

/**
 * Rows `begin` to `end` of C[·, n] = seed + A[·, k]·B[k, n].
 *
 * @param tile one of the TILE_ constants; B is packed for its width
 * @param a address of A[0, 0]; `aRow` and `aStep` are the bytes from one row and from one k to the next
 * @param b packed B: panels of tileColumns(tile) columns and k groups each; the last panel is padded
 * @param seed initial values of C's rows; `seedRow` = 0 repeats one row (a bias), `seed` = `c` with `seedRow` = `cRow`
 *   adds to the existing C
 * @param c address of C[0, 0]; `cRow` is the bytes from one row to the next
 * @param scratch space for one tile (384 bytes), private to this thread
 */
export function gemm(
  tile: i32, begin: i32, end: i32, n: i32, k: i32, a: usize, aRow: Stride, aStep: Stride, b: usize,
  seed: usize, seedRow: Stride, c: usize, cRow: Stride, scratch: usize,
): void {
  assert(begin >= 0 && begin <= end && n > 0 && k > 0, "gemm: sizes");
  assert((b & 15) == 0 && (scratch & 15) == 0, "gemm: packed B and scratch are aligned");
  assert(isTile(tile), "gemm: tile");
  assert(arePanels(tile, k, n, b) && areVectors(scratch, SCRATCH_BYTES >> 2), "gemm: packed B and scratch in memory");
  assert(
    isProduct(begin, end, n, k, a, aRow, aStep, b, panelBytes(tile, k, n), seed, seedRow, c, cRow),
    "gemm: A, C and what C starts from are in memory, and C overlaps nothing else",
  );
  const byColumns = aStep > aRow;
  const depth = byColumns ? COLUMN_DEPTH : DEPTH;
  const height = byColumns ? COLUMN_ROW_BLOCK : ROW_BLOCK;
  for (let k0 = 0; k0 < k; k0 += depth) {
    const kc = min(depth, k - k0);
    for (let n0 = 0; n0 < n; n0 += COLUMN_BLOCK) {
      const n1 = min(n0 + COLUMN_BLOCK, n);
      for (let block = begin; block < end; block += height) {
        const rows = min(height, end - block);
        const at = a + <usize>block * aRow + <usize>k0 * aStep;
        const from = seed + <usize>block * seedRow;
        const to = c + <usize>block * cRow;
        gemmBlock(tile, rows, n0, n1, n, k, k0, kc, at, aRow, aStep, b, from, seedRow, to, cRow, scratch);
      }
    }
    // From the second block of k on, continue with the C that earlier blocks have computed.
    seed = c;
    seedRow = cRow;
  }
}

/**
 * Columns `n0` to `n1` of a block of rows of C, over kc groups of each panel from k0 on. A, the seed and C are those of
 * the block.
 */
@inline
export function gemmBlock(
  tile: i32, rows: i32, n0: i32, n1: i32, n: i32, k: i32, k0: i32, kc: i32, a: usize, aRow: usize, aStep: usize,
  b: usize, seed: usize, seedRow: usize, c: usize, cRow: usize, scratch: usize,
): void {
  const width = tileColumns(tile);
  let column = n0;
  if (rows == 1) {
    // From one panel of B to the next.
    const panel = <usize>(k * width << 2);
    const eighth = width == 8 ? panel : <usize>32;
    const half = width == 8 ? panel << 1 : panel;
    for (; column + ROW_COLUMNS <= n1; column += ROW_COLUMNS) {
      const at = <usize>(column << 2);
      const first = b + <usize>((column * k + k0 * width) << 2);
      rowOf(kc, a, aStep, first, eighth, half, <usize>(width << 2), seed + at, c + at);
    }
  }
  for (; column < n1; column += width) {
    const panel = b + <usize>((column * k + k0 * width) << 2);
    const from = seed + <usize>(column << 2);
    const to = c + <usize>(column << 2);
    if (n - column >= width) {
      columnOfTiles(tile, kc, rows, a, aRow, aStep, panel, from, seedRow, to, cRow);
    } else {
      edge(tile, kc, rows, a, aRow, aStep, panel, from, seedRow, to, cRow, n - column, scratch);
    }
  }
}
