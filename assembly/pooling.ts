// Pooling of images, [height, width, channels] per sample: the maximum or mean of each window, channel by channel. A
// sequence is an image of height 1. The first window starts `top` rows above and `left` columns left of the image.
// Every window contains part of the image; elements outside are ignored. Items are samples.
//
// Sums run over the columns of a window's row, then over its rows; they do not depend on the number of threads or
// blocks.

import { arePictures, areSamplesApart, isShare } from "./checks";
import { splat, storeUpTo } from "./simd";

// What to do with each window.
const MAX = 0;
const MAX_BACKWARD = 1;
const AVERAGE = 2;
const AVERAGE_BACKWARD = 3;

/** All windows contain part of the image. */
function areWindows(size: i32, outputs: i32, pool: i32, stride: i32, before: i32): bool {
  if (ASC_NO_ASSERT) return true;
  if (size <= 0 || outputs <= 0 || pool <= 0 || stride <= 0 || before < 0 || before >= pool) return false;
  return <i64>(outputs - 1) * stride - before < size;
}

/** The maximum of a window, NaN if it has any. A mask for NaN takes half as long as `f32x4.max`. */
function maxWindow(corner: usize, line: usize, pixel: usize, rows: i32, columns: i32, to: usize): void {
  let c: usize = 0;
  for (; c + 32 <= pixel; c += 32) {
    let from = corner + c;
    let m0 = splat(-Infinity);
    let m1 = splat(-Infinity);
    let n0 = i32x4.splat(0);
    let n1 = i32x4.splat(0);
    for (let i = 0; i < rows; i++) {
      let at = from;
      for (let j = 0; j < columns; j++) {
        const v0 = v128.load(at);
        const v1 = v128.load(at, 16);
        m0 = f32x4.pmax(m0, v0);
        m1 = f32x4.pmax(m1, v1);
        n0 = v128.or(n0, f32x4.ne(v0, v0));
        n1 = v128.or(n1, f32x4.ne(v1, v1));
        at += pixel;
      }
      from += line;
    }
    v128.store(to + c, v128.or(m0, n0));
    v128.store(to + c, v128.or(m1, n1), 16);
  }
  for (; c < pixel; c += 16) {
    let from = corner + c;
    let m = splat(-Infinity);
    let n = i32x4.splat(0);
    for (let i = 0; i < rows; i++) {
      let at = from;
      for (let j = 0; j < columns; j++) {
        const v = v128.load(at);
        m = f32x4.pmax(m, v);
        n = v128.or(n, f32x4.ne(v, v));
        at += pixel;
      }
      from += line;
    }
    storeUpTo(to + c, v128.or(m, n), (pixel - c) >> 2);
  }
}

/** Whether elements are the window's largest, or NaN, where none was found before. */
@inline
function hits(v: v128, largest: v128, found: v128): v128 {
  return v128.andnot(v128.or(f32x4.eq(v, largest), f32x4.ne(v, v)), found);
}

/**
 * `maxWindowBackward` of the usual window of 2 × 2, without loops in the loop over the channels.
 *
 * @param alone whether no other window has these elements, so that their gradients are not in memory yet
 */
@inline
function maxOfFourBackward(
  alone: bool, corner: usize, line: usize, pixel: usize, largest: usize, slope: usize, target: usize,
): void {
  for (let c: usize = 0; c < pixel; c += 16) {
    const m = v128.load(largest + c);
    const g = v128.load(slope + c);
    const above = corner + c;
    const below = above + line;
    const h0 = hits(v128.load(above), m, i32x4.splat(0));
    const h1 = hits(v128.load(above + pixel), m, h0);
    const f1 = v128.or(h0, h1);
    const h2 = hits(v128.load(below), m, f1);
    const h3 = hits(v128.load(below + pixel), m, v128.or(f1, h2));
    const left = (pixel - c) >> 2;
    const to = target + c;
    const under = to + line;
    const none = splat(0);
    storeUpTo(to, f32x4.add(alone ? none : v128.load(to), v128.and(g, h0)), left);
    storeUpTo(to + pixel, f32x4.add(alone ? none : v128.load(to + pixel), v128.and(g, h1)), left);
    storeUpTo(under, f32x4.add(alone ? none : v128.load(under), v128.and(g, h2)), left);
    storeUpTo(under + pixel, f32x4.add(alone ? none : v128.load(under + pixel), v128.and(g, h3)), left);
  }
}

/** For windows that may overlap. */
function addMaxOfFour(corner: usize, line: usize, pixel: usize, largest: usize, slope: usize, target: usize): void {
  maxOfFourBackward(false, corner, line, pixel, largest, slope, target);
}

/** For windows that lie side by side, and leave nothing out. */
function setMaxOfFour(corner: usize, line: usize, pixel: usize, largest: usize, slope: usize, target: usize): void {
  maxOfFourBackward(true, corner, line, pixel, largest, slope, target);
}

/** Adds a window's gradient to that of its first largest element, or of the first NaN if there is any. */
function maxWindowBackward(
  corner: usize, line: usize, pixel: usize, rows: i32, columns: i32, largest: usize, slope: usize, target: usize,
): void {
  for (let c: usize = 0; c < pixel; c += 16) {
    const m = v128.load(largest + c);
    const g = v128.load(slope + c);
    const left = (pixel - c) >> 2;
    let found = i32x4.splat(0);
    for (let i = 0; i < rows; i++) {
      let at = <usize>i * line + c;
      for (let j = 0; j < columns; j++) {
        const hit = hits(v128.load(corner + at), m, found);
        found = v128.or(found, hit);
        storeUpTo(target + at, f32x4.add(v128.load(target + at), v128.and(g, hit)), left);
        at += pixel;
      }
    }
  }
}

/** The sum of a window's elements, divided by `count`. */
export function averageWindow(
  corner: usize, line: usize, pixel: usize, rows: i32, columns: i32, count: f32, to: usize,
): void {
  const divisor = splat(count);
  for (let c: usize = 0; c < pixel; c += 16) {
    let from = corner + c;
    let sum = splat(0);
    for (let i = 0; i < rows; i++) {
      let at = from;
      let part = v128.load(at);
      for (let j = 1; j < columns; j++) {
        at += pixel;
        part = f32x4.add(part, v128.load(at));
      }
      sum = i == 0 ? part : f32x4.add(sum, part);
      from += line;
    }
    storeUpTo(to + c, f32x4.div(sum, divisor), (pixel - c) >> 2);
  }
}

/** Adds a window's gradient, divided by `count`, to those of its elements. */
function averageWindowBackward(
  line: usize, pixel: usize, rows: i32, columns: i32, count: f32, slope: usize, target: usize,
): void {
  const divisor = splat(count);
  for (let c: usize = 0; c < pixel; c += 16) {
    const g = f32x4.div(v128.load(slope + c), divisor);
    const left = (pixel - c) >> 2;
    for (let i = 0; i < rows; i++) {
      let at = target + <usize>i * line + c;
      for (let j = 0; j < columns; j++) {
        storeUpTo(at, f32x4.add(v128.load(at), g), left);
        at += pixel;
      }
    }
  }
}

/**
 * Processes every window of samples `begin` to `end`, in order. `x` are the images; `y` has a float for each window and
 * channel. The backward kinds read `dy`, with the shape of `y`, and add to `dx`, with the shape of `x`.
 */
@inline
function overWindows(
  way: i32, begin: i32, end: i32, height: i32, width: i32, channels: i32, outputHeight: i32, outputWidth: i32,
  poolHeight: i32, poolWidth: i32, strideHeight: i32, strideWidth: i32, top: i32, left: i32, x: usize, y: usize,
  dy: usize, dx: usize,
): void {
  const pixel = <usize>channels << 2;
  const line = <usize>width * pixel;
  const size = <usize>height * line;
  // Whether windows of 2 × 2 lie side by side, and are all there is of the image.
  const quarters = way == MAX_BACKWARD && poolHeight == 2 && poolWidth == 2 && strideHeight == 2 && strideWidth == 2 &&
    top == 0 && left == 0 && height == 2 * outputHeight && width == 2 * outputWidth;
  let at = <usize>begin * <usize>outputHeight * <usize>outputWidth * pixel;
  for (let sample = begin; sample < end; sample++) {
    const offset = <usize>sample * size;
    if ((way == MAX_BACKWARD || way == AVERAGE_BACKWARD) && !quarters) memory.fill(dx + offset, 0, size);
    for (let i = 0; i < outputHeight; i++) {
      const above = i * strideHeight - top;
      const first = max(above, 0);
      const rows = min(above + poolHeight, height) - first;
      for (let j = 0; j < outputWidth; j++) {
        const before = j * strideWidth - left;
        const start = max(before, 0);
        const columns = min(before + poolWidth, width) - start;
        const corner = offset + <usize>first * line + <usize>start * pixel;
        const count = <f32>(rows * columns);
        if (way == MAX) maxWindow(x + corner, line, pixel, rows, columns, y + at);
        else if (way == AVERAGE) averageWindow(x + corner, line, pixel, rows, columns, count, y + at);
        else if (way == MAX_BACKWARD && quarters) setMaxOfFour(x + corner, line, pixel, y + at, dy + at, dx + corner);
        else if (way == MAX_BACKWARD && rows == 2 && columns == 2) {
          addMaxOfFour(x + corner, line, pixel, y + at, dy + at, dx + corner);
        } else if (way == MAX_BACKWARD) {
          maxWindowBackward(x + corner, line, pixel, rows, columns, y + at, dy + at, dx + corner);
        } else averageWindowBackward(line, pixel, rows, columns, count, dy + at, dx + corner);
        at += pixel;
      }
    }
  }
}

/** y = the maximum of each window, over samples `begin` to `end`; NaN if a window has any. */
export function maxPooling(
  begin: i32, end: i32, height: i32, width: i32, channels: i32, outputHeight: i32, outputWidth: i32, poolHeight: i32,
  poolWidth: i32, strideHeight: i32, strideWidth: i32, top: i32, left: i32, x: usize, y: usize,
): void {
  assert(
    isShare(begin, end) && channels > 0 && areWindows(height, outputHeight, poolHeight, strideHeight, top) &&
      areWindows(width, outputWidth, poolWidth, strideWidth, left),
    "maxPooling: sizes",
  );
  assert(
    arePictures(x, end, height, width, channels) && arePictures(y, end, outputHeight, outputWidth, channels),
    "maxPooling: x and y are floats in memory",
  );
  assert(
    areSamplesApart(x, height * width * channels, y, outputHeight * outputWidth * channels, begin, end),
    "maxPooling: y does not overlap x",
  );
  overWindows(
    MAX, begin, end, height, width, channels, outputHeight, outputWidth, poolHeight, poolWidth, strideHeight,
    strideWidth, top, left, x, y, 0, 0,
  );
}

/** dx from dy, over samples `begin` to `end`: a window's gradient goes to its first largest element. */
export function maxPoolingBackward(
  begin: i32, end: i32, height: i32, width: i32, channels: i32, outputHeight: i32, outputWidth: i32, poolHeight: i32,
  poolWidth: i32, strideHeight: i32, strideWidth: i32, top: i32, left: i32, x: usize, y: usize, dy: usize, dx: usize,
): void {
  assert(
    isShare(begin, end) && channels > 0 && areWindows(height, outputHeight, poolHeight, strideHeight, top) &&
      areWindows(width, outputWidth, poolWidth, strideWidth, left),
    "maxPoolingBackward: sizes",
  );
  assert(
    arePictures(x, end, height, width, channels) && arePictures(y, end, outputHeight, outputWidth, channels) &&
      arePictures(dx, end, height, width, channels) && arePictures(dy, end, outputHeight, outputWidth, channels),
    "maxPoolingBackward: x, y, dy and dx are floats in memory",
  );
  const size = height * width * channels;
  const outputSize = outputHeight * outputWidth * channels;
  assert(
    areSamplesApart(x, size, dx, size, begin, end) && areSamplesApart(y, outputSize, dx, size, begin, end) &&
      areSamplesApart(dy, outputSize, dx, size, begin, end),
    "maxPoolingBackward: dx does not overlap x, y and dy",
  );
  overWindows(
    MAX_BACKWARD, begin, end, height, width, channels, outputHeight, outputWidth, poolHeight, poolWidth, strideHeight,
    strideWidth, top, left, x, y, dy, dx,
  );
}

/** y = the mean of the elements in each window, over samples `begin` to `end`. */
export function averagePooling(
  begin: i32, end: i32, height: i32, width: i32, channels: i32, outputHeight: i32, outputWidth: i32, poolHeight: i32,
  poolWidth: i32, strideHeight: i32, strideWidth: i32, top: i32, left: i32, x: usize, y: usize,
): void {
  assert(
    isShare(begin, end) && channels > 0 && areWindows(height, outputHeight, poolHeight, strideHeight, top) &&
      areWindows(width, outputWidth, poolWidth, strideWidth, left),
    "averagePooling: sizes",
  );
  assert(
    arePictures(x, end, height, width, channels) && arePictures(y, end, outputHeight, outputWidth, channels),
    "averagePooling: x and y are floats in memory",
  );
  assert(
    areSamplesApart(x, height * width * channels, y, outputHeight * outputWidth * channels, begin, end),
    "averagePooling: y does not overlap x",
  );
  overWindows(
    AVERAGE, begin, end, height, width, channels, outputHeight, outputWidth, poolHeight, poolWidth, strideHeight,
    strideWidth, top, left, x, y, 0, 0,
  );
}

/** dx from dy, over samples `begin` to `end`: a window's gradient is divided equally among its elements. */
export function averagePoolingBackward(
  begin: i32, end: i32, height: i32, width: i32, channels: i32, outputHeight: i32, outputWidth: i32, poolHeight: i32,
  poolWidth: i32, strideHeight: i32, strideWidth: i32, top: i32, left: i32, dy: usize, dx: usize,
): void {
  assert(
    isShare(begin, end) && channels > 0 && areWindows(height, outputHeight, poolHeight, strideHeight, top) &&
      areWindows(width, outputWidth, poolWidth, strideWidth, left),
    "averagePoolingBackward: sizes",
  );
  assert(
    arePictures(dx, end, height, width, channels) && arePictures(dy, end, outputHeight, outputWidth, channels),
    "averagePoolingBackward: dy and dx are floats in memory",
  );
  assert(
    areSamplesApart(dy, outputHeight * outputWidth * channels, dx, height * width * channels, begin, end),
    "averagePoolingBackward: dx does not overlap dy",
  );
  overWindows(
    AVERAGE_BACKWARD, begin, end, height, width, channels, outputHeight, outputWidth, poolHeight, poolWidth,
    strideHeight, strideWidth, top, left, 0, 0, dy, dx,
  );
}
