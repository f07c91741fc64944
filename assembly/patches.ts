// Patches of an image as rows of a matrix, for the products of a convolution. A patch consists of runs of neighbouring
// floats, which the micro-kernels read where they are, through a table of pointers. Only runs that reach past the sides of
// the image are copied, with zeros, to the thread's scratch memory.

import {
  WINDOW_CHANNELS, WINDOW_COLUMN_STEP, WINDOW_COLUMN_STRIDE, WINDOW_FIRST_COLUMN, WINDOW_FIRST_ROW, WINDOW_GRID_COLUMNS,
  WINDOW_GRID_ROWS, WINDOW_PICTURE_COLUMNS, WINDOW_PICTURE_ROWS, WINDOW_ROW_STEP, WINDOW_ROW_STRIDE, WINDOW_RUN,
  WINDOW_RUNS, WINDOW_TAP_COLUMNS, WINDOW_TAP_ROWS,
} from "./abi";
import { clear, pointAtEdge, slotSize } from "./patchEdge";
import { windowWord } from "./patchWindow";
import { Stride } from "./types";

/** Surplus pointers that a row of a table has room for: they are written four at a time. */
export const SURPLUS: i32 = 4;

/** Floats of scratch memory that `pointAtPatches` needs for `count` patches: copies of runs, and zeros. */
export function spareSize(window: usize, count: i32): i32 {
  return (count * windowWord(window, WINDOW_RUNS) + 1) * slotSize(windowWord(window, WINDOW_RUN));
}

/** Writes `count` addresses, `step` bytes apart, and up to three more. */
@inline
function pointAlong(to: usize, count: i32, address: usize, step: usize): void {
  let four = i32x4.add(i32x4.splat(<i32>address), i32x4.mul(i32x4.splat(<i32>step), i32x4(0, 1, 2, 3)));
  const next = i32x4.splat(<i32>(step << 2));
  for (; count > 0; count -= 4) {
    v128.store(to, four);
    four = i32x4.add(four, next);
    to += 16;
  }
}

/**
 * Writes where the runs of the patches of positions `first` to `last`, counted over all images, are: that of run r of
 * position p to table + r·runStep + 4·(p − first).
 *
 * @param table room for (last − first + SURPLUS) pointers of each run
 * @param spare room for `spareSize` floats
 */
export function pointAtPatches(
  window: usize, source: usize, first: i32, last: i32, table: usize, runStep: usize, spare: usize,
): void {
  const pictureRows = windowWord(window, WINDOW_PICTURE_ROWS);
  const channels = windowWord(window, WINDOW_CHANNELS);
  const gridRows = windowWord(window, WINDOW_GRID_ROWS);
  const gridColumns = windowWord(window, WINDOW_GRID_COLUMNS);
  const tapRows = windowWord(window, WINDOW_TAP_ROWS);
  const tapColumns = windowWord(window, WINDOW_TAP_COLUMNS);
  const rowStride = windowWord(window, WINDOW_ROW_STRIDE);
  const columnStride = windowWord(window, WINDOW_COLUMN_STRIDE) * channels;
  const rowStep = windowWord(window, WINDOW_ROW_STEP);
  const columnStep = windowWord(window, WINDOW_COLUMN_STEP) * channels;
  const firstRow = windowWord(window, WINDOW_FIRST_ROW);
  const firstColumn = windowWord(window, WINDOW_FIRST_COLUMN) * channels;
  const lineLength = windowWord(window, WINDOW_PICTURE_COLUMNS) * channels;
  const pictureSize = <usize>(pictureRows * lineLength << 2);
  const run = windowWord(window, WINDOW_RUN);
  // A run is all taps of a row where they lie side by side, otherwise one tap.
  const runsPerRow = windowWord(window, WINDOW_RUNS) / tapRows;
  // The columns of the grid whose patches lie within the sides of the image.
  const lastColumn = lineLength - (tapColumns - 1) * columnStep - channels;
  const left = firstColumn < 0 ? (columnStride - 1 - firstColumn) / columnStride : 0;
  const right = lastColumn < firstColumn ? 0 : (lastColumn - firstColumn) / columnStride + 1;
  clear(spare, run);
  let to = spare + (<usize>slotSize(run) << 2);
  let x = first % gridColumns;
  let y = first / gridColumns;
  let picture = source + <usize>(y / gridRows) * pictureSize;
  y %= gridRows;
  for (let place = first; place < last;) {
    const entry = table + <usize>(place - first << 2);
    const count = min(gridColumns - x, last - place);
    const from = min(max(left - x, 0), count);
    const until = max(min(right - x, count), from);
    const top = firstRow + y * rowStride;
    const start = firstColumn + (x + from) * columnStride;
    let along = entry + <usize>(from << 2);
    for (let i = 0; i < tapRows; i++) {
      const row = top + i * rowStep;
      const within = <u32>row < <u32>pictureRows;
      const line = picture + <usize>(row * lineLength + start << 2);
      for (let j = 0; j < runsPerRow; j++) {
        const address = within ? line + <usize>(j * columnStep << 2) : spare;
        pointAlong(along, until - from, address, within ? <usize>(columnStride << 2) : 0);
        along += runStep;
      }
    }
    for (let at = from > 0 ? 0 : until; at < count; at++) {
      if (at == from) at = until;
      if (at == count) break;
      const column = firstColumn + (x + at) * columnStride;
      to = pointAtEdge(window, picture, top, column, runsPerRow, run, entry + <usize>(at << 2), runStep, spare, to);
    }
    place += count;
    x = 0;
    if (++y == gridRows) {
      y = 0;
      picture += pictureSize;
    }
  }
}

/**
 * Writes where the results of positions `first` to `last` go: that of position (y, x) of image i is at
 * c + i·cPicture + y·cRow + x·cStep.
 *
 * @param targets room for last − first + SURPLUS pointers
 */
export function pointAtResults(
  window: usize, first: i32, last: i32, c: usize, cPicture: Stride, cRow: Stride, cStep: Stride, targets: usize,
): void {
  const gridRows = windowWord(window, WINDOW_GRID_ROWS);
  const gridColumns = windowWord(window, WINDOW_GRID_COLUMNS);
  for (let place = first; place < last;) {
    const x = place % gridColumns;
    const y = place / gridColumns;
    const count = min(gridColumns - x, last - place);
    const row = c + <usize>(y / gridRows) * cPicture + <usize>(y % gridRows) * cRow;
    pointAlong(targets + <usize>(place - first << 2), count, row + <usize>x * cStep, cStep);
    place += count;
  }
}
