// Convolutions as matrix products of patches: the products themselves, in both directions, and the gradient of the
// weights.
//
// The weights are one matrix W[taps·channels, features]: `channels` belong to the larger image, `features` to the
// smaller one. A convolution takes patches P of the larger image: P·W. A transposed convolution, which is also the
// gradient of a convolution's input, takes patches of the smaller image. Positions of the larger image that use the
// same taps form a phase, and each phase has its own product. So neither direction multiplies the zeros that a stride
// would insert. The gradient of W is Pᵀ·S in both cases, where S is the smaller image or its gradient.

import { areApart, areFloats, areVectors, isShare, isStride } from "./checks";
import { fewColumns, fewGradients } from "./few";
import { arePanels, copyTile, isTile, panelBytes, tileColumns } from "./gemm";
import { pointAtPatches, pointAtResults, spareSize, SURPLUS } from "./patches";
import { arePictures, isWindow, patchSize, pictureBytes, picturesOf, windowWord } from "./patchWindow";
import { gradientOfRuns, productOfRuns } from "./runs";
import { FEW_COLUMNS, SCRATCH_BYTES, WINDOW_GRID_COLUMNS, WINDOW_GRID_ROWS, WINDOW_RUN, WINDOW_RUNS } from "./abi";
import { storeUpTo } from "./simd";
import { Stride } from "./types";

/** Bytes of `rows` × `columns` floats, rounded up to whole vectors. */
@inline
function vectors(rows: i32, columns: i32): usize {
  return <usize>((rows * columns + 3) & ~3) << 2;
}

/** Copies a row without writing past its end. No value is written that is below `least`. */
@inline
function copyRaised(from: usize, to: usize, count: i32, least: f32): void {
  for (let j = 0; j < count; j += 4) {
    const at = <usize>(j << 2);
    storeUpTo(to + at, f32x4.pmax(v128.load(from + at), f32x4.splat(least)), <usize>(count - j));
  }
}

/** Bytes that `convolve` writes to, from the first position of the first image to the last position of the last. */
function targetBytes(window: usize, pictures: i32, n: i32, picture: Stride, row: Stride, step: Stride): i64 {
  if (ASC_NO_ASSERT) return 0;
  return <i64>(pictures - 1) * picture + <i64>(windowWord(window, WINDOW_GRID_ROWS) - 1) * row +
    <i64>(windowWord(window, WINDOW_GRID_COLUMNS) - 1) * step + (<i64>n << 2);
}

/** B[k, n] in the form that products with patches need: packed, or transposed if it has few columns. */
function isOperand(tile: i32, k: i32, n: i32, b: usize): bool {
  if (ASC_NO_ASSERT) return true;
  return n <= FEW_COLUMNS ? areFloats(b, n, k) : arePanels(tile, k, n, b);
}

/** Size of B in that form. */
function operandBytes(tile: i32, k: i32, n: i32): i64 {
  if (ASC_NO_ASSERT) return 0;
  return n <= FEW_COLUMNS ? <i64>n * k << 2 : panelBytes(tile, k, n);
}

/** The images do not overlap with what is written. */
function isApart(window: usize, source: usize, pictures: i32, target: usize, size: i64): bool {
  if (ASC_NO_ASSERT) return true;
  return areApart(source, pictureBytes(window, pictures), target, size);
}

/**
 * C = max(seed + P·B, least) for positions `begin` to `end`, counted over all images. Each row of P is a patch of
 * `source`. C's row for position (y, x) of image i is the `n` floats at c + i·cPicture + y·cRow + x·cStep. Without taps, C
 * is the larger of seed and least.
 *
 * @param b B[patch, n], packed, or its transpose if n is at most FEW_COLUMNS
 * @param seed initial value of every row of C
 * @param least -Infinity, or 0 for a ReLU; what is NaN stays NaN
 * @param block number of patches taken at a time
 * @param scratch SCRATCH_BYTES, then space for the pointers to a block's results and patches, and for copied runs
 */
export function convolve(
  begin: i32, end: i32, tile: i32, n: i32, window: usize, source: usize, b: usize, seed: usize,
  c: usize, cPicture: Stride, cRow: Stride, cStep: Stride, least: f32, block: i32, scratch: usize,
): void {
  assert(isShare(begin, end) && n > 0 && block > 0 && isTile(tile), "convolve: sizes and tile");
  assert(isWindow(window), "convolve: window");
  const depth = patchSize(window);
  const pictures = picturesOf(window, end);
  assert(arePictures(window, pictures, source), "convolve: pictures in memory");
  assert(depth == 0 || isOperand(tile, depth, n, b), "convolve: packed B in memory");
  assert(
    isStride(cPicture, 1, 0) && isStride(cRow, 1, 0) && isStride(cStep, 2, <i64>n << 2) && areFloats(seed, n) &&
      areFloats(c, <i32>(targetBytes(window, pictures, n, cPicture, cRow, cStep) >> 2)),
    "convolve: C and its seed are floats in memory",
  );
  assert(
    isApart(window, source, pictures, c, targetBytes(window, pictures, n, cPicture, cRow, cStep)) &&
      areApart(c, targetBytes(window, pictures, n, cPicture, cRow, cStep), b, operandBytes(tile, depth, n)),
    "convolve: C overlaps nothing that is read",
  );
  const runs = windowWord(window, WINDOW_RUNS);
  const run = windowWord(window, WINDOW_RUN);
  const pointers = block + SURPLUS;
  assert(
    areVectors(scratch, (SCRATCH_BYTES >> 2) + pointers * (runs + 1) + spareSize(window, block) + 4),
    "convolve: scratch in memory",
  );
  const targets = scratch + SCRATCH_BYTES;
  const runStep = <usize>(pointers << 2);
  const table = targets + runStep;
  const spare = table + vectors(pointers, runs);
  // From memory, because V8's revectorizer pairs no other splats.
  const low = scratch + SCRATCH_BYTES - 4;
  store<f32>(low, least);
  for (let first = begin; first < end; first += block) {
    const last = min(first + block, end);
    const count = last - first;
    pointAtResults(window, first, last, c, cPicture, cRow, cStep, targets);
    if (depth == 0) {
      for (let i = 0; i < count; i++) copyRaised(seed, load<usize>(targets + <usize>(i << 2)), n, least);
      continue;
    }
    pointAtPatches(window, source, first, last, table, runStep, spare);
    if (n <= FEW_COLUMNS) fewColumns(count, n, runs, run, table, runStep, b, seed, targets, low);
    else productOfRuns(tile, count, n, runs, run, table, runStep, b, seed, targets, low, scratch);
  }
}

/**
 * Rows `begin` to `end` of the gradient Pᵀ·S of W[patch, n], over positions `first` to `last` of all images. Each row of P
 * is a patch of `source`, each row of S the `n` floats of that position in `slopes`. Each block of positions is summed
 * separately (see gradientBlock.ts).
 *
 * @param accumulate whether to add to the existing values
 * @param scratch SCRATCH_BYTES, then space for the pointers to a block's patches, and for copied runs
 */
export function convolutionGradient(
  begin: i32, end: i32, tile: i32, n: i32, first: i32, last: i32, window: usize, source: usize, slopes: usize,
  gradient: usize, accumulate: bool, block: i32, scratch: usize,
): void {
  assert(
    isShare(begin, end) && n > 0 && isShare(first, last) && block > 0 && isTile(tile),
    "convolutionGradient: sizes and tile",
  );
  assert(isWindow(window) && end <= patchSize(window), "convolutionGradient: window");
  assert(arePictures(window, picturesOf(window, last), source), "convolutionGradient: pictures in memory");
  assert(
    areFloats(slopes, last, n) && areFloats(gradient, end, n),
    "convolutionGradient: slopes and gradient are floats in memory",
  );
  assert(
    areApart(gradient, <i64>end * n << 2, slopes, <i64>last * n << 2) &&
      isApart(window, source, picturesOf(window, last), gradient, <i64>end * n << 2),
    "convolutionGradient: gradient overlaps nothing that is read",
  );
  const depth = end - begin;
  if (depth == 0) return;
  const width = <usize>(n << 2);
  const runs = windowWord(window, WINDOW_RUNS);
  const run = windowWord(window, WINDOW_RUN);
  const pointers = block + SURPLUS;
  assert(
    areVectors(scratch, (SCRATCH_BYTES >> 2) + pointers * runs + spareSize(window, block) + 4),
    "convolutionGradient: scratch in memory",
  );
  const table = scratch + SCRATCH_BYTES;
  const runStep = <usize>(pointers << 2);
  const spare = table + vectors(pointers, runs);
  const rows = gradient + <usize>begin * width;
  if (!accumulate) memory.fill(rows, 0, <usize>depth * width);
  for (let place = first; place < last; place += block) {
    const count = min(block, last - place);
    pointAtPatches(window, source, place, place + count, table, runStep, spare);
    const slope = slopes + <usize>place * width;
    if (n <= FEW_COLUMNS) fewGradients(begin, end, n, run, count, table, runStep, slope, rows, scratch);
    else gradientOfRuns(tile, begin, end, n, run, count, table, runStep, slope, rows, width, scratch);
  }
}

/** Words of a tap's record: start of its phase in the packed matrices, depth of that phase, and the tap's row in it. */
const TAP_WORDS = 3;

/** The part of the packed matrices that each tap is written to is in memory. */
function areTaps(taps: usize, count: i32, tile: i32, channels: i32, features: i32, packed: usize): bool {
  if (ASC_NO_ASSERT) return true;
  if (!areFloats(taps, count, TAP_WORDS)) return false;
  for (let tap = 0; tap < count; tap++) {
    const record = taps + <usize>(tap * TAP_WORDS << 2);
    const at = load<i32>(record);
    const depth = load<i32>(record, 4);
    const row = load<i32>(record, 8);
    if (at < 0 || row < 0 || row + features > depth) return false;
    if (!isOperand(tile, depth, channels, packed + <usize>(at << 2))) return false;
  }
  return true;
}

/**
 * Packs rows `begin` to `end` of W[taps·channels, features] for the products of the phases: as columns of the phases'
 * matrices B[taps of the phase·features, channels]. Padding columns are not written and stay 0. With few channels,
 * writes rows of the transposes instead.
 *
 * @param taps a record for each tap
 */
export function packTaps(
  begin: i32, end: i32, tile: i32, channels: i32, features: i32, taps: usize, source: usize, packed: usize,
): void {
  assert(isShare(begin, end) && channels > 0 && features > 0 && isTile(tile), "packTaps: sizes and tile");
  assert(areFloats(source, end, features), "packTaps: source is floats in memory");
  assert(
    areTaps(taps, (end + channels - 1) / channels, tile, channels, features, packed),
    "packTaps: taps and the packed matrices are in memory",
  );
  assert(
    areApart(source, <i64>end * features << 2, packed, operandBytes(tile, features, channels)),
    "packTaps: packed matrices do not overlap the source",
  );
  const width = tileColumns(tile);
  for (let row = begin; row < end; row++) {
    const tap = taps + <usize>(row / channels * TAP_WORDS << 2);
    const channel = row % channels;
    const from = source + <usize>row * <usize>(features << 2);
    if (channels <= FEW_COLUMNS) {
      const to = packed + <usize>(load<i32>(tap) + channel * load<i32>(tap, 4) + load<i32>(tap, 8) << 2);
      copyTile(from, 0, to, 0, 1, features);
      continue;
    }
    const panel = channel / width;
    const group = panel * load<i32>(tap, 4) + load<i32>(tap, 8);
    let to = packed + <usize>((load<i32>(tap) + group * width + channel - panel * width) << 2);
    for (let j = 0; j < features; j++) {
      store<f32>(to, load<f32>(from + <usize>(j << 2)));
      to += <usize>(width << 2);
    }
  }
}

/** Writes rows `begin` to `end` of source[rows, columns] as columns of its transpose. */
export function turn(begin: i32, end: i32, rows: i32, columns: i32, source: usize, turned: usize): void {
  assert(isShare(begin, end) && end <= rows && columns > 0, "turn: sizes");
  assert(areFloats(source, rows, columns) && areFloats(turned, columns, rows), "turn: both are floats in memory");
  assert(
    areApart(source, <i64>rows * columns << 2, turned, <i64>rows * columns << 2),
    "turn: the transpose does not overlap the source",
  );
  for (let row = begin; row < end; row++) {
    for (let j = 0; j < columns; j++) {
      store<f32>(turned + <usize>(j * rows + row << 2), load<f32>(source + <usize>(row * columns + j << 2)));
    }
  }
}

/** sums[picture] = Σ over its `places` rows of `columns` floats, in order, for images `begin` to `end`. */
export function placeSums(begin: i32, end: i32, places: i32, columns: i32, source: usize, sums: usize): void {
  assert(isShare(begin, end) && places > 0 && columns > 0, "placeSums: sizes");
  assert(
    <i64>places * columns <= <i64>i32.MAX_VALUE && areFloats(source, end, places * columns) &&
      areFloats(sums, end, columns),
    "placeSums: source and sums are floats in memory",
  );
  assert(
    areApart(source, <i64>end * places * columns << 2, sums, <i64>end * columns << 2),
    "placeSums: sums do not overlap the source",
  );
  const stride = <usize>(columns << 2);
  for (let picture = begin; picture < end; picture++) {
    const rows = source + <usize>picture * <usize>places * stride;
    const to = sums + <usize>picture * stride;
    for (let j = 0; j < columns; j += 8) {
      let from = rows + <usize>(j << 2);
      let low = f32x4.splat(0);
      let high = f32x4.splat(0);
      for (let place = 0; place < places; place++) {
        low = f32x4.add(low, v128.load(from));
        high = f32x4.add(high, v128.load(from, 16));
        from += stride;
      }
      storeUpTo(to + <usize>(j << 2), low, <usize>(columns - j));
      if (columns - j > 4) storeUpTo(to + <usize>(j << 2) + 16, high, <usize>(columns - j - 4));
    }
  }
}
