// Patches of an image as rows of a matrix, for the products of a convolution. Never those of a whole batch, but one
// block at a time in the thread's scratch memory, where the micro-kernels read it while it is still in the cache.

import {
  WINDOW_CHANNELS, WINDOW_COLUMN_STEP, WINDOW_COLUMN_STRIDE, WINDOW_FIRST_COLUMN, WINDOW_FIRST_ROW, WINDOW_GRID_COLUMNS,
  WINDOW_GRID_ROWS, WINDOW_PICTURE_COLUMNS, WINDOW_PICTURE_ROWS, WINDOW_ROW_STEP, WINDOW_ROW_STRIDE, WINDOW_TAP_COLUMNS,
  WINDOW_TAP_ROWS, WINDOW_WORDS,
} from "./abi";
import { areFloats } from "./checks";
import { splat } from "./simd";

/** Up to this many floats past the end of a block of patches are overwritten by its last vector. */
export const PATCH_PADDING: i32 = 4;

@inline
export function windowWord(window: usize, index: i32): i32 {
  return load<i32>(window + <usize>(index << 2));
}

/** Number of floats in a patch. */
export function patchSize(window: usize): i32 {
  return windowWord(window, WINDOW_TAP_ROWS) * windowWord(window, WINDOW_TAP_COLUMNS) *
    windowWord(window, WINDOW_CHANNELS);
}

/** Number of grid positions of one image. */
export function gridSize(window: usize): i32 {
  return windowWord(window, WINDOW_GRID_ROWS) * windowWord(window, WINDOW_GRID_COLUMNS);
}

/** A window block with consistent sizes; there may be no taps. */
export function isWindow(window: usize): bool {
  if (ASC_NO_ASSERT) return true;
  if (!areFloats(window, WINDOW_WORDS)) return false;
  for (let index = WINDOW_PICTURE_ROWS; index <= WINDOW_GRID_COLUMNS; index++) {
    if (windowWord(window, index) <= 0) return false;
  }
  return windowWord(window, WINDOW_TAP_ROWS) >= 0 && windowWord(window, WINDOW_TAP_COLUMNS) >= 0 &&
    windowWord(window, WINDOW_ROW_STEP) >= 0 && windowWord(window, WINDOW_COLUMN_STEP) >= 0;
}

/** The number of images that positions up to `end` belong to. */
export function picturesOf(window: usize, end: i32): i32 {
  if (ASC_NO_ASSERT) return 0;
  return (end + gridSize(window) - 1) / gridSize(window);
}

/** Bytes of `pictures` images. */
export function pictureBytes(window: usize, pictures: i32): i64 {
  if (ASC_NO_ASSERT) return 0;
  return (<i64>pictures * windowWord(window, WINDOW_PICTURE_ROWS) * windowWord(window, WINDOW_PICTURE_COLUMNS) *
    windowWord(window, WINDOW_CHANNELS)) << 2;
}

/** `pictures` images are floats in memory. */
export function arePictures(window: usize, pictures: i32, source: usize): bool {
  if (ASC_NO_ASSERT) return true;
  const floats = pictureBytes(window, pictures) >> 2;
  return floats <= <i64>i32.MAX_VALUE && areFloats(source, <i32>floats);
}

/** Whether each patch is one pixel, at the same position as in the grid: then the image itself is the matrix. */
export function isIdentity(window: usize): bool {
  return windowWord(window, WINDOW_TAP_ROWS) == 1 && windowWord(window, WINDOW_TAP_COLUMNS) == 1 &&
    windowWord(window, WINDOW_FIRST_ROW) == 0 && windowWord(window, WINDOW_FIRST_COLUMN) == 0 &&
    windowWord(window, WINDOW_ROW_STRIDE) == 1 && windowWord(window, WINDOW_COLUMN_STRIDE) == 1 &&
    windowWord(window, WINDOW_GRID_ROWS) == windowWord(window, WINDOW_PICTURE_ROWS) &&
    windowWord(window, WINDOW_GRID_COLUMNS) == windowWord(window, WINDOW_PICTURE_COLUMNS);
}

/** Copies `count` floats, and up to three more. */
@inline
function copyRun(from: usize, to: usize, count: i32): void {
  let left = count;
  for (; left >= 16; left -= 16) {
    const a = v128.load(from);
    const b = v128.load(from, 16);
    const c = v128.load(from, 32);
    const d = v128.load(from, 48);
    v128.store(to, a);
    v128.store(to, b, 16);
    v128.store(to, c, 32);
    v128.store(to, d, 48);
    from += 64;
    to += 64;
  }
  for (; left > 0; left -= 4) {
    v128.store(to, v128.load(from));
    from += 16;
    to += 16;
  }
}

/** Writes `count` zeros, and up to three more. */
@inline
function clear(to: usize, count: i32): void {
  for (let i = 0; i < count; i += 4) v128.store(to + <usize>(i << 2), splat(0));
}

/**
 * Copies floats `from` to `from + count` of a line of `length` floats, with zeros outside of the line. Writes up to
 * three floats more, which the caller overwrites later.
 */
@inline
function copyClipped(line: usize, length: i32, from: i32, count: i32, to: usize): void {
  const before = min(max(-from, 0), count);
  const end = max(min(length - from, count), before);
  if (before > 0) clear(to, before);
  copyRun(line + <usize>(<isize>(from + before) << 2), to + <usize>(before << 2), end - before);
  if (end < count) clear(to + <usize>(end << 2), count - end);
}

/**
 * Columns `left` to `right` of the patches of positions `first` to `last`, counted over all images, as contiguous rows.
 * Writes up to PATCH_PADDING floats more.
 */
export function takePatches(
  window: usize, source: usize, first: i32, last: i32, left: i32, right: i32, to: usize,
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
  const columnStep = windowWord(window, WINDOW_COLUMN_STEP);
  const firstRow = windowWord(window, WINDOW_FIRST_ROW);
  const firstColumn = windowWord(window, WINDOW_FIRST_COLUMN) * channels;
  const lineLength = windowWord(window, WINDOW_PICTURE_COLUMNS) * channels;
  const pictureSize = <usize>(pictureRows * lineLength << 2);
  // Adjacent taps are copied together.
  const beside = columnStep == 1 || tapColumns == 1;
  const run = beside ? tapColumns * channels : channels;
  const runsPerRow = beside ? 1 : tapColumns;
  const runStep = columnStep * channels;
  const runBytes = <usize>(run << 2);
  const stepBytes = <usize>(runStep << 2);
  const lineBytes = <usize>(rowStep * lineLength << 2);
  const whole = left == 0 && right == tapRows * tapColumns * channels;
  const firstRun = left / run;
  const firstTapRow = firstRun / runsPerRow;
  const firstTap = firstRun - firstTapRow * runsPerRow;
  // Limits of the region in which patches lie completely within the image.
  const lastTop = pictureRows - (tapRows - 1) * rowStep;
  const lastColumn = lineLength - (tapColumns - 1) * runStep - channels;
  let x = first % gridColumns;
  let y = first / gridColumns;
  let picture = source + <usize>(y / gridRows) * pictureSize;
  y %= gridRows;
  for (let place = first; place < last; place++) {
    const column = firstColumn + x * columnStride;
    const top = firstRow + y * rowStride;
    if (whole && top >= 0 && top < lastTop && column >= 0 && column <= lastColumn) {
      let line = picture + <usize>(top * lineLength + column << 2);
      for (let i = 0; i < tapRows; i++) {
        let from = line;
        for (let j = 0; j < runsPerRow; j++) {
          copyRun(from, to, run);
          from += stepBytes;
          to += runBytes;
        }
        line += lineBytes;
      }
    } else {
      let tapRow = firstTapRow;
      let tap = firstTap;
      for (let at = firstRun * run; at < right; at += run) {
        const begin = max(at, left);
        const count = min(at + run, right) - begin;
        const row = top + tapRow * rowStep;
        if (<u32>row < <u32>pictureRows) {
          const line = picture + <usize>(row * lineLength << 2);
          copyClipped(line, lineLength, column + tap * runStep + begin - at, count, to);
        } else {
          clear(to, count);
        }
        to += <usize>(count << 2);
        if (++tap == runsPerRow) {
          tap = 0;
          tapRow++;
        }
      }
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
