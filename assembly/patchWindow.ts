// The window block of a convolution: how patches lie in the images. The words are listed in abi.ts.

import {
  WINDOW_CHANNELS, WINDOW_COLUMN_STEP, WINDOW_GRID_COLUMNS, WINDOW_GRID_ROWS, WINDOW_PICTURE_COLUMNS,
  WINDOW_PICTURE_ROWS, WINDOW_ROW_STEP, WINDOW_RUN, WINDOW_RUNS, WINDOW_TAP_COLUMNS, WINDOW_TAP_ROWS, WINDOW_WORDS,
} from "./abi";
import { areFloats } from "./checks";

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
  if (windowWord(window, WINDOW_RUN) * windowWord(window, WINDOW_RUNS) != patchSize(window)) return false;
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
