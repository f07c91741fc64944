// Products of patches that are read where they are, through a table of pointers: one for each run of neighbouring
// floats of each patch. Only runs that reach past the edge of the image are copied.

import {
  down2x16, down4x16, down4x8, down6x16, down6x8, runs2x16, runs4x16, runs4x8, runs6x16, runs6x8,
} from "../build/generated/tiles";
import { TILE_2X16, TILE_4X16, TILE_4X8, TILE_6X16, TILE_6X8 } from "./abi";
import { copyTile, tileColumns, tileRows } from "./gemm";
import { addAll } from "./gradientBlock";

@inline
function runTiles(
  tile: i32, runs: i32, k: i32, rows: i32, pointers: usize, runStep: usize, b: usize, seed: usize, targets: usize,
  offset: usize, least: usize,
): void {
  switch (tile) {
    case TILE_4X8: { runs4x8(runs, k, rows, pointers, runStep, b, seed, targets, offset, least); return; }
    case TILE_6X8: { runs6x8(runs, k, rows, pointers, runStep, b, seed, targets, offset, least); return; }
    case TILE_2X16: { runs2x16(runs, k, rows, pointers, runStep, b, seed, targets, offset, least); return; }
    case TILE_4X16: { runs4x16(runs, k, rows, pointers, runStep, b, seed, targets, offset, least); return; }
    case TILE_6X16: { runs6x16(runs, k, rows, pointers, runStep, b, seed, targets, offset, least); return; }
    default: unreachable();
  }
}

@inline
function downTiles(
  tile: i32, k: i32, rows: i32, pointers: usize, offset: usize, b: usize, bStep: usize, c: usize, cRow: usize,
): void {
  switch (tile) {
    case TILE_4X8: { down4x8(k, rows, pointers, offset, b, bStep, c, cRow); return; }
    case TILE_6X8: { down6x8(k, rows, pointers, offset, b, bStep, c, cRow); return; }
    case TILE_2X16: { down2x16(k, rows, pointers, offset, b, bStep, c, cRow); return; }
    case TILE_4X16: { down4x16(k, rows, pointers, offset, b, bStep, c, cRow); return; }
    case TILE_6X16: { down6x16(k, rows, pointers, offset, b, bStep, c, cRow); return; }
    default: unreachable();
  }
}

/** Adds the part of a tile that belongs to C. */
@inline
function addTile(from: usize, width: usize, to: usize, cRow: usize, rows: i32, columns: i32): void {
  for (let row = 0; row < rows; row++) {
    addAll(to, from, columns);
    from += width;
    to += cRow;
  }
}

/** Bytes of scratch memory before the targets of a tile's rows: those of the largest tile. */
const TILE_BYTES: usize = 384;

/**
 * C[rows, n] = max(seed + A·B, the float at `least`), where each row of A consists of `runs` runs of `run` floats: those of
 * row i start at the addresses table[·][i], `runStep` bytes apart. Row i of C starts at the address targets[i].
 *
 * @param b packed B[runs·run, n]
 * @param scratch space for one tile, and for the addresses of its rows
 */
export function productOfRuns(
  tile: i32, rows: i32, n: i32, runs: i32, run: i32, table: usize, runStep: usize, b: usize, seed: usize, targets: usize,
  least: usize, scratch: usize,
): void {
  const width = tileColumns(tile);
  const whole = n - n % width;
  for (let column = 0; column < whole; column += width) {
    const panel = b + <usize>(column * runs * run << 2);
    const offset = <usize>(column << 2);
    runTiles(tile, runs, run, rows, table, runStep, panel, seed + offset, targets, offset, least);
  }
  if (whole == n) return;
  // The last panel's tiles are wider than what is left of C.
  const height = tileRows(tile);
  const panel = b + <usize>(whole * runs * run << 2);
  const offset = <usize>(whole << 2);
  const own = scratch + TILE_BYTES;
  for (let r = 0; r < height; r++) store<usize>(own + <usize>(r << 2), scratch + <usize>(r * width << 2));
  for (let row = 0; row < rows; row += height) {
    const count = min(height, rows - row);
    const at = <usize>row << 2;
    runTiles(tile, runs, run, count, table + at, runStep, panel, seed + offset, own, 0, least);
    for (let r: usize = 0; r < <usize>count; r++) {
      const to = load<usize>(targets + at + (r << 2)) + offset;
      copyTile(load<usize>(own + (r << 2)), 0, to, 0, 1, n - whole);
    }
  }
}

/**
 * Adds Aᵀ·B to rows `first` to `last` of C[runs·run, n], with A as for `productOfRuns`; `c` is the address of row `first`.
 *
 * @param count number of rows of A
 * @param b B[count, n], not packed
 */
export function gradientOfRuns(
  tile: i32, first: i32, last: i32, n: i32, run: i32, count: i32, table: usize, runStep: usize, b: usize, c: usize,
  cRow: usize, scratch: usize,
): void {
  const width = tileColumns(tile);
  const height = tileRows(tile);
  const bStep = <usize>(n << 2);
  for (let row = first; row < last;) {
    const index = row / run;
    const rows = min((index + 1) * run, last) - row;
    const pointers = table + <usize>index * runStep;
    const offset = <usize>(row - index * run << 2);
    for (let column = 0; column < n; column += width) {
      const from = b + <usize>(column << 2);
      const to = c + <usize>(row - first) * cRow + <usize>(column << 2);
      const whole = n - column >= width ? rows - rows % height : 0;
      if (whole > 0) downTiles(tile, count, whole, pointers, offset, from, bStep, to, cRow);
      for (let rest = whole; rest < rows; rest += height) {
        const at = <usize>rest;
        const tileRow = <usize>(width << 2);
        memory.fill(scratch, 0, <usize>height * tileRow);
        downTiles(tile, count, height, pointers, offset + (at << 2), from, bStep, scratch, tileRow);
        addTile(scratch, tileRow, to + at * cRow, cRow, min(height, rows - rest), min(width, n - column));
      }
    }
    row += rows;
  }
}
