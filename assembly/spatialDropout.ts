// Dropout of whole channels (J. Tompson et al., "Efficient object localization using convolutional networks", 2015).
// Samples are [positions, channels], and `mask` has a factor for each channel of each sample.

import { SCRATCH_BYTES, STEP_WORDS } from "./abi";
import { areFloats, arePictures, areSamplesApart, areVectors, isShare } from "./checks";
import { replaceRow } from "./noise";
import { splat, storeUpTo } from "./simd";

/** target = source·mask for one sample; 0 wherever the mask is 0, even for NaN or infinity. */
@inline
function maskSample(positions: i32, channels: i32, source: usize, mask: usize, target: usize): void {
  const pixel = <usize>channels << 2;
  let at: usize = 0;
  for (let position = 0; position < positions; position++) {
    for (let c: usize = 0; c < pixel; c += 16) {
      const factor = v128.load(mask + c);
      const kept = f32x4.ne(factor, splat(0));
      const value = v128.and(f32x4.mul(v128.load(source + at + c), factor), kept);
      storeUpTo(target + at + c, value, (pixel - c) >> 2);
    }
    at += pixel;
  }
}

/**
 * target = source·mask over samples `begin` to `end`, with a mask that is `scale` if a 32-bit hash is at least
 * `threshold`, otherwise 0. Writes the mask.
 */
export function spatialDropout(
  begin: i32, end: i32, positions: i32, channels: i32, source: usize, target: usize, mask: usize, step: usize,
  stream: u32, seedLow: u32, seedHigh: u32, threshold: u32, scale: f32, scratch: usize,
): void {
  assert(isShare(begin, end) && positions > 0 && channels > 0, "spatialDropout: sizes");
  assert(
    arePictures(source, end, 1, positions, channels) && arePictures(target, end, 1, positions, channels) &&
      areFloats(mask, end, channels),
    "spatialDropout: source, target and mask are floats in memory",
  );
  const size = positions * channels;
  assert(
    areSamplesApart(source, size, target, size, begin, end) && areSamplesApart(source, size, mask, channels, begin, end) &&
      areSamplesApart(target, size, mask, channels, begin, end),
    "spatialDropout: source, target and mask do not overlap",
  );
  assert(
    areFloats(step, STEP_WORDS) && areVectors(scratch, SCRATCH_BYTES >> 2),
    "spatialDropout: step block and scratch are in memory",
  );
  for (let row = begin; row < end; row++) {
    const factors = mask + <usize>row * <usize>(channels << 2);
    for (let c = 0; c < channels; c++) store<f32>(factors + <usize>(c << 2), 1);
    replaceRow(
      row, channels, factors, factors, step, stream, seedLow, seedHigh, threshold, threshold, scale, scratch,
    );
    const offset = <usize>row * <usize>size << 2;
    maskSample(positions, channels, source + offset, factors, target + offset);
  }
}

/** dx = dy·mask over samples `begin` to `end`; 0 wherever the mask is 0. */
export function spatialDropoutBackward(
  begin: i32, end: i32, positions: i32, channels: i32, dy: usize, mask: usize, dx: usize,
): void {
  assert(isShare(begin, end) && positions > 0 && channels > 0, "spatialDropoutBackward: sizes");
  assert(
    arePictures(dy, end, 1, positions, channels) && arePictures(dx, end, 1, positions, channels) &&
      areFloats(mask, end, channels),
    "spatialDropoutBackward: dy, dx and mask are floats in memory",
  );
  const size = positions * channels;
  assert(
    areSamplesApart(dy, size, dx, size, begin, end) && areSamplesApart(dx, size, mask, channels, begin, end),
    "spatialDropoutBackward: dx does not overlap dy and mask",
  );
  for (let row = begin; row < end; row++) {
    const offset = <usize>row * <usize>size << 2;
    maskSample(positions, channels, dy + offset, mask + <usize>row * <usize>(channels << 2), dx + offset);
  }
}
