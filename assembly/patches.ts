// Patches of an image as rows of a matrix, for the products of a convolution. A patch consists of runs of neighbouring
// floats, which the micro-kernels read where they are, through a table of pointers. What reaches past the edge of the
// image is copied, with zeros, to the thread's scratch memory; so are patches whose runs are very short.

import {
  WINDOW_CHANNELS, WINDOW_COLUMN_STEP, WINDOW_COLUMN_STRIDE, WINDOW_COPIED, WINDOW_FIRST_COLUMN, WINDOW_FIRST_ROW,
  WINDOW_GRID_COLUMNS, WINDOW_GRID_ROWS, WINDOW_PICTURE_COLUMNS, WINDOW_PICTURE_ROWS, WINDOW_ROW_STEP, WINDOW_ROW_STRIDE,
  WINDOW_RUN, WINDOW_RUNS, WINDOW_TAP_COLUMNS, WINDOW_TAP_ROWS,
} from "./abi";
import { clear, copyAtEdge, pointAtEdge, slotSize } from "./patchEdge";
import { windowWord } from "./patchWindow";

/** Floats of scratch memory that `pointAtPatches` needs for `count` patches, and for zeros. */
export function spareSize(window: usize, count: i32): i32 {
  // The last vector of a copied patch may reach past its slot.
  return (count * windowWord(window, WINDOW_RUNS) + 1) * slotSize(windowWord(window, WINDOW_RUN)) + 4;
}

/** Copies a patch that lies within the image, with its runs one after another. Writes up to three floats more. */
@inline
function copyPatch(
  corner: usize, tapRows: i32, lineBytes: usize, runsPerRow: i32, stepBytes: usize, run: i32, to: usize,
): void {
  for (let i = 0; i < tapRows; i++) {
    let from = corner;
    for (let j = 0; j < runsPerRow; j++) {
      // Such runs are short: often one vector is enough.
      v128.store(to, v128.load(from));
      for (let at = 4; at < run; at += 4) v128.store(to + <usize>(at << 2), v128.load(from + <usize>(at << 2)));
      from += stepBytes;
      to += <usize>(run << 2);
    }
    corner += lineBytes;
  }
}

/** Writes the addresses of the runs of a patch that lies within the image. */
@inline
function pointInside(
  corner: usize, tapRows: i32, lineBytes: usize, runsPerRow: i32, stepBytes: usize, entry: usize, runStep: usize,
): void {
  for (let i = 0; i < tapRows; i++) {
    let from = corner;
    for (let j = 0; j < runsPerRow; j++) {
      store<usize>(entry, from);
      from += stepBytes;
      entry += runStep;
    }
    corner += lineBytes;
  }
}

/**
 * Writes where the runs of the patches of positions `first` to `last`, counted over all images, are: that of run r of
 * position p to table + r·runStep + 4·(p − first).
 *
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
  const copied = windowWord(window, WINDOW_COPIED) != 0;
  // What lies side by side in the image: all taps of a row, or the channels of one tap.
  const beside = columnStep == channels || tapColumns == 1;
  const run = beside ? tapColumns * channels : channels;
  const runsPerRow = beside ? 1 : tapColumns;
  // Limits of the region in which patches lie completely within the image.
  const lastTop = pictureRows - (tapRows - 1) * rowStep;
  const lastColumn = lineLength - (tapColumns - 1) * columnStep - channels;
  const lineBytes = <usize>(rowStep * lineLength << 2);
  clear(spare, run);
  let to = spare + (<usize>slotSize(run) << 2);
  let x = first % gridColumns;
  let y = first / gridColumns;
  let picture = source + <usize>(y / gridRows) * pictureSize;
  y %= gridRows;
  for (let place = first; place < last; place++) {
    const column = firstColumn + x * columnStride;
    const top = firstRow + y * rowStride;
    const corner = picture + <usize>(top * lineLength + column << 2);
    const entry = table + <usize>(place - first << 2);
    const inside = top >= 0 && top < lastTop && column >= 0 && column <= lastColumn;
    if (inside && copied) {
      copyPatch(corner, tapRows, lineBytes, runsPerRow, <usize>(columnStep << 2), run, to);
    } else if (inside) {
      pointInside(corner, tapRows, lineBytes, runsPerRow, <usize>(columnStep << 2), entry, runStep);
    } else if (copied) {
      copyAtEdge(window, picture, top, column, runsPerRow, run, to);
    } else {
      to = pointAtEdge(window, picture, top, column, runsPerRow, run, entry, runStep, spare, to);
    }
    if (copied) {
      store<usize>(entry, to);
      to += <usize>slotSize(tapRows * runsPerRow * run) << 2;
    }
    if (++x == gridColumns) {
      x = 0;
      if (++y == gridRows) {
        y = 0;
        picture += pictureSize;
      }
    }
  }
}
