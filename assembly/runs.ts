// Products of patches that are read where they are, through a table of pointers: one for each run of neighbouring
// floats of each patch. Only runs that reach past the edge of the image are copied.

import {
  down2x16, down4x16, down4x8, down6x16, down6x8, runs2x16, runs4x16, runs4x8, runs6x16, runs6x8,
} from "../build/generated/tiles";
import { TILE_2X16, TILE_4X16, TILE_4X8, TILE_6X16, TILE_6X8 } from "./abi";
import { copyTile, tileColumns, tileRows } from "./gemm";

@inline
function runTiles(
  tile: i32, runs: i32, k: i32, rows: i32, pointers: usize, runStep: usize, b: usize, seed: usize, c: usize, cRow: usize,
): void {
  switch (tile) {
    case TILE_4X8: { runs4x8(runs, k, rows, pointers, runStep, b, seed, c, cRow); return; }
    case TILE_6X8: { runs6x8(runs, k, rows, pointers, runStep, b, seed, c, cRow); return; }
    case TILE_2X16: { runs2x16(runs, k, rows, pointers, runStep, b, seed, c, cRow); return; }
    case TILE_4X16: { runs4x16(runs, k, rows, pointers, runStep, b, seed, c, cRow); return; }
    case TILE_6X16: { runs6x16(runs, k, rows, pointers, runStep, b, seed, c, cRow); return; }
    default: unreachable();
  }
}

@inline
function downTiles(tile: i32, k: i32, rows: i32, pointers: usize, offset: usize, b: usize, c: usize, cRow: usize): void {
  switch (tile) {
    case TILE_4X8: { down4x8(k, rows, pointers, offset, b, c, cRow); return; }
    case TILE_6X8: { down6x8(k, rows, pointers, offset, b, c, cRow); return; }
    case TILE_2X16: { down2x16(k, rows, pointers, offset, b, c, cRow); return; }
    case TILE_4X16: { down4x16(k, rows, pointers, offset, b, c, cRow); return; }
    case TILE_6X16: { down6x16(k, rows, pointers, offset, b, c, cRow); return; }
    default: unreachable();
  }
}

/**
 * C[rows, n] = seed + A·B, where each row of A consists of `runs` runs of `run` floats: those of row i start at the
 * addresses table[·][i], `runStep` bytes apart.
 *
 * @param b packed B[runs·run, n]
 * @param scratch space for one tile
 */
export function productOfRuns(
  tile: i32, rows: i32, n: i32, runs: i32, run: i32, table: usize, runStep: usize, b: usize, seed: usize, c: usize,
  cRow: usize, scratch: usize,
): void {
  const width = tileColumns(tile);
  const height = tileRows(tile);
  for (let column = 0; column < n; column += width) {
    const panel = b + <usize>(column * runs * run << 2);
    const from = seed + <usize>(column << 2);
    const to = c + <usize>(column << 2);
    if (n - column >= width) {
      runTiles(tile, runs, run, rows, table, runStep, panel, from, to, cRow);
      continue;
    }
    for (let row = 0; row < rows; row += height) {
      const count = min(height, rows - row);
      const at = <usize>row;
      runTiles(tile, runs, run, count, table + (at << 2), runStep, panel, from, scratch, <usize>(width << 2));
      copyTile(scratch, <usize>(width << 2), to + at * cRow, cRow, count, n - column);
    }
  }
}

/**
 * Rows `first` to `last` of C[runs·run, n] = Aᵀ·B, with A as for `productOfRuns`; `c` is the address of row `first`.
 *
 * @param count number of rows of A
 * @param b packed B[count, n]
 */
export function gradientOfRuns(
  tile: i32, first: i32, last: i32, n: i32, run: i32, count: i32, table: usize, runStep: usize, b: usize, c: usize,
  cRow: usize, scratch: usize,
): void {
  const width = tileColumns(tile);
  const height = tileRows(tile);
  for (let row = first; row < last;) {
    const index = row / run;
    const rows = min((index + 1) * run, last) - row;
    const pointers = table + <usize>index * runStep;
    const offset = <usize>(row - index * run << 2);
    for (let column = 0; column < n; column += width) {
      const panel = b + <usize>(column * count << 2);
      const to = c + <usize>(row - first) * cRow + <usize>(column << 2);
      const whole = n - column >= width ? rows - rows % height : 0;
      if (whole > 0) downTiles(tile, count, whole, pointers, offset, panel, to, cRow);
      for (let rest = whole; rest < rows; rest += height) {
        const at = <usize>rest;
        downTiles(tile, count, height, pointers, offset + (at << 2), panel, scratch, <usize>(width << 2));
        const columns = min(width, n - column);
        copyTile(scratch, <usize>(width << 2), to + at * cRow, cRow, min(height, rows - rest), columns);
      }
    }
    row += rows;
  }
}
