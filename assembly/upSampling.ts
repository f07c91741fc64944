// Enlarges images, [height, width, channels] per sample, by integer factors. A sequence is an image of height 1. Items
// are samples.

import { arePictures, areSamplesApart, isShare } from "./checks";
import { averageWindow } from "./pooling";
import { madd, splat, storeUpTo } from "./simd";

/** A share of the samples, and sizes above 0. */
function areSizes(
  begin: i32, end: i32, height: i32, width: i32, channels: i32, sizeHeight: i32, sizeWidth: i32,
): bool {
  if (ASC_NO_ASSERT) return true;
  return isShare(begin, end) && height > 0 && width > 0 && channels > 0 && sizeHeight > 0 && sizeWidth > 0;
}

/** The small images and the large ones are floats in memory. */
function areBoth(
  small: usize, large: usize, end: i32, height: i32, width: i32, channels: i32, sizeHeight: i32, sizeWidth: i32,
): bool {
  if (ASC_NO_ASSERT) return true;
  return arePictures(small, end, height, width, channels) &&
    arePictures(large, end, height * sizeHeight, width * sizeWidth, channels);
}

/** Small images of `count` elements do not overlap the large ones, which have `copies` of each. */
function areApartBoth(small: usize, large: usize, begin: i32, end: i32, count: i32, copies: i32): bool {
  if (ASC_NO_ASSERT) return true;
  return areSamplesApart(small, count, large, count * copies, begin, end);
}

/** y = x with each element repeated `sizeHeight` × `sizeWidth` times, over samples `begin` to `end`. */
export function upSamplingNearest(
  begin: i32, end: i32, height: i32, width: i32, channels: i32, sizeHeight: i32, sizeWidth: i32, x: usize, y: usize,
): void {
  assert(
    areSizes(begin, end, height, width, channels, sizeHeight, sizeWidth),
    "upSamplingNearest: sizes",
  );
  assert(
    areBoth(x, y, end, height, width, channels, sizeHeight, sizeWidth),
    "upSamplingNearest: x and y are floats in memory",
  );
  assert(
    areApartBoth(x, y, begin, end, height * width * channels, sizeHeight * sizeWidth),
    "upSamplingNearest: y does not overlap x",
  );
  const pixel = <usize>channels << 2;
  const line = <usize>(width * sizeWidth) * pixel;
  const last = x + <usize>end * <usize>(height * width) * pixel;
  let from = x + <usize>begin * <usize>(height * width) * pixel;
  let to = y + <usize>begin * <usize>(height * sizeHeight) * line;
  while (from < last) {
    const first = to;
    for (let j = 0; j < width; j++) {
      for (let s = 0; s < sizeWidth; s++) {
        for (let c: usize = 0; c < pixel; c += 16) storeUpTo(to + c, v128.load(from + c), (pixel - c) >> 2);
        to += pixel;
      }
      from += pixel;
    }
    for (let r = 1; r < sizeHeight; r++) {
      memory.copy(to, first, line);
      to += line;
    }
  }
}

/** dx = the sum of dy over all copies of each element, over samples `begin` to `end`. */
export function upSamplingNearestBackward(
  begin: i32, end: i32, height: i32, width: i32, channels: i32, sizeHeight: i32, sizeWidth: i32, dy: usize, dx: usize,
): void {
  assert(
    areSizes(begin, end, height, width, channels, sizeHeight, sizeWidth),
    "upSamplingNearestBackward: sizes",
  );
  assert(
    areBoth(dx, dy, end, height, width, channels, sizeHeight, sizeWidth),
    "upSamplingNearestBackward: dy and dx are floats in memory",
  );
  assert(
    areApartBoth(dx, dy, begin, end, height * width * channels, sizeHeight * sizeWidth),
    "upSamplingNearestBackward: dx does not overlap dy",
  );
  const pixel = <usize>channels << 2;
  const line = <usize>(width * sizeWidth) * pixel;
  const last = end * height;
  let to = dx + <usize>(begin * height * width) * pixel;
  for (let row = begin * height; row < last; row++) {
    let from = dy + <usize>row * <usize>sizeHeight * line;
    for (let j = 0; j < width; j++) {
      averageWindow(from, line, pixel, sizeHeight, sizeWidth, 1, to);
      from += <usize>sizeWidth * pixel;
      to += pixel;
    }
  }
}

// Bilinear: element o of the larger image is at (o + ½) / size − ½ in the smaller one. Positions beyond the outermost
// centers use the nearest center, as in Keras, TensorFlow, and PyTorch with align_corners=False. Measured in units of
// 1 / (2·size), positions are integers.

/** The last element at or before the position of o. */
@inline
function lowerOf(o: i32, size: i32): i32 {
  return max(2 * o + 1 - size, 0) / (2 * size);
}

/** Distance of the position from that element, in [0, 1). */
@inline
function beyond(o: i32, size: i32): f32 {
  const part = max(2 * o + 1 - size, 0) % (2 * size);
  return <f32>part / <f32>(size << 1);
}

/** y = x enlarged bilinearly, over samples `begin` to `end`. */
export function upSamplingBilinear(
  begin: i32, end: i32, height: i32, width: i32, channels: i32, sizeHeight: i32, sizeWidth: i32, x: usize, y: usize,
): void {
  assert(
    areSizes(begin, end, height, width, channels, sizeHeight, sizeWidth),
    "upSamplingBilinear: sizes",
  );
  assert(
    areBoth(x, y, end, height, width, channels, sizeHeight, sizeWidth),
    "upSamplingBilinear: x and y are floats in memory",
  );
  assert(
    areApartBoth(x, y, begin, end, height * width * channels, sizeHeight * sizeWidth),
    "upSamplingBilinear: y does not overlap x",
  );
  const pixel = <usize>channels << 2;
  const line = <usize>width * pixel;
  let to = y + <usize>begin * <usize>(height * sizeHeight * width * sizeWidth) * pixel;
  for (let sample = begin; sample < end; sample++) {
    const picture = x + <usize>sample * <usize>height * line;
    for (let i = 0; i < height * sizeHeight; i++) {
      const row = lowerOf(i, sizeHeight);
      const down = splat(beyond(i, sizeHeight));
      const up = f32x4.sub(splat(1), down);
      const upper = picture + <usize>row * line;
      const lower = picture + <usize>min(row + 1, height - 1) * line;
      for (let j = 0; j < width * sizeWidth; j++) {
        const column = lowerOf(j, sizeWidth);
        const right = splat(beyond(j, sizeWidth));
        const left = f32x4.sub(splat(1), right);
        const a = <usize>column * pixel;
        const b = <usize>min(column + 1, width - 1) * pixel;
        for (let c: usize = 0; c < pixel; c += 16) {
          const above = madd(v128.load(upper + a + c), left, f32x4.mul(v128.load(upper + b + c), right));
          const below = madd(v128.load(lower + a + c), left, f32x4.mul(v128.load(lower + b + c), right));
          storeUpTo(to + c, madd(above, up, f32x4.mul(below, down)), (pixel - c) >> 2);
        }
        to += pixel;
      }
    }
  }
}

/** Adds g·factor to up to `left` floats. */
@inline
function addTo(at: usize, g: v128, factor: v128, left: usize): void {
  storeUpTo(at, madd(g, factor, v128.load(at)), left);
}

/** dx from dy, over samples `begin` to `end`: each element of dy goes to the four elements it was computed from. */
export function upSamplingBilinearBackward(
  begin: i32, end: i32, height: i32, width: i32, channels: i32, sizeHeight: i32, sizeWidth: i32, dy: usize, dx: usize,
): void {
  assert(
    areSizes(begin, end, height, width, channels, sizeHeight, sizeWidth),
    "upSamplingBilinearBackward: sizes",
  );
  assert(
    areBoth(dx, dy, end, height, width, channels, sizeHeight, sizeWidth),
    "upSamplingBilinearBackward: dy and dx are floats in memory",
  );
  assert(
    areApartBoth(dx, dy, begin, end, height * width * channels, sizeHeight * sizeWidth),
    "upSamplingBilinearBackward: dx does not overlap dy",
  );
  const pixel = <usize>channels << 2;
  const line = <usize>width * pixel;
  let from = dy + <usize>begin * <usize>(height * sizeHeight * width * sizeWidth) * pixel;
  for (let sample = begin; sample < end; sample++) {
    const picture = dx + <usize>sample * <usize>height * line;
    memory.fill(picture, 0, <usize>height * line);
    for (let i = 0; i < height * sizeHeight; i++) {
      const row = lowerOf(i, sizeHeight);
      const down = splat(beyond(i, sizeHeight));
      const up = f32x4.sub(splat(1), down);
      const upper = picture + <usize>row * line;
      const lower = picture + <usize>min(row + 1, height - 1) * line;
      for (let j = 0; j < width * sizeWidth; j++) {
        const column = lowerOf(j, sizeWidth);
        const right = splat(beyond(j, sizeWidth));
        const left = f32x4.sub(splat(1), right);
        const a = <usize>column * pixel;
        const b = <usize>min(column + 1, width - 1) * pixel;
        for (let c: usize = 0; c < pixel; c += 16) {
          const g = v128.load(from + c);
          const above = f32x4.mul(g, up);
          const below = f32x4.mul(g, down);
          const rest = (pixel - c) >> 2;
          // At a border, both neighbours can be the same element, so each sum is stored before the next is read.
          addTo(upper + a + c, above, left, rest);
          addTo(upper + b + c, above, right, rest);
          addTo(lower + a + c, below, left, rest);
          addTo(lower + b + c, below, right, rest);
        }
        from += pixel;
      }
    }
  }
}
