// Patches that reach past the edge of their image, where there are zeros.

import {
  WINDOW_CHANNELS, WINDOW_COLUMN_STEP, WINDOW_PICTURE_COLUMNS, WINDOW_PICTURE_ROWS, WINDOW_ROW_STEP, WINDOW_TAP_ROWS,
} from "./abi";
import { windowWord } from "./patchWindow";
import { splat } from "./simd";

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

/** The same for a run of which one vector usually is enough. */
@inline
function copyShort(from: usize, to: usize, count: i32): void {
  v128.store(to, v128.load(from));
  for (let i = 4; i < count; i += 4) v128.store(to + <usize>(i << 2), v128.load(from + <usize>(i << 2)));
}

/** Writes `count` zeros, and up to three more. */
@inline
export function clear(to: usize, count: i32): void {
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

/** Floats that a copied run takes: whole vectors. */
@inline
export function slotSize(run: i32): i32 {
  return (run + 3) & ~3;
}

/**
 * Writes the addresses of the runs of a patch that reaches past the edge: runs above or below the image are zeros, and
 * those that reach past its sides are copied to `to`. Returns where the next copy goes.
 */
export function pointAtEdge(
  window: usize, picture: usize, top: i32, column: i32, runsPerRow: i32, run: i32, entry: usize, runStep: usize,
  zeros: usize, to: usize,
): usize {
  const pictureRows = windowWord(window, WINDOW_PICTURE_ROWS);
  const channels = windowWord(window, WINDOW_CHANNELS);
  const lineLength = windowWord(window, WINDOW_PICTURE_COLUMNS) * channels;
  const rowStep = windowWord(window, WINDOW_ROW_STEP);
  const columnStep = windowWord(window, WINDOW_COLUMN_STEP) * channels;
  for (let i = 0; i < windowWord(window, WINDOW_TAP_ROWS); i++) {
    const row = top + i * rowStep;
    const line = picture + <usize>(row * lineLength << 2);
    for (let j = 0; j < runsPerRow; j++) {
      const from = column + j * columnStep;
      let at = zeros;
      if (<u32>row < <u32>pictureRows) {
        at = line + <usize>(from << 2);
        if (from < 0 || from + run > lineLength) {
          copyClipped(line, lineLength, from, run, to);
          at = to;
          to += <usize>slotSize(run) << 2;
        }
      }
      store<usize>(entry, at);
      entry += runStep;
    }
  }
  return to;
}
