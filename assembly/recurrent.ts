// What the recurrent layers share. A thread takes a block of rows through all time steps alone, because rows are
// independent: there is no barrier between steps. What the backward pass needs is kept step by step, [steps, rows, …],
// so that the rows of a block are contiguous at each step, and the gradients of the weights are products of whole
// matrices.

import { ACTIVATION_SIGMOID, ACTIVATION_SOFTPLUS, ACTIVATION_TANH, SCRATCH_BYTES } from "./abi";
import { backward4, forward4 } from "./activation";
import { areApart, areFloats, areVectors, isShare, isStride } from "./checks";
import { arePanels, gemm, isTile } from "./gemm";
import { addBlock, packedColumns } from "./gradientBlock";
import { sigmoid4, tanh4 } from "./math";
import { splat, storeUpTo } from "./simd";
import { Stride } from "./types";

/** f(z): one copy of the code for all activations. */
export function anyForward4(kind: i32, z: v128): v128 {
  return forward4(kind, z);
}

/** dy·f′, computed from y = f(z). */
export function anyBackward4(kind: i32, y: v128, dy: v128): v128 {
  return backward4(kind, y, dy);
}

/**
 * z ← f(z) for `count` values. A loop of its own for each part of a row is twice as fast as one loop for all gates, which
 * needs more registers than there are.
 */
export function activate(kind: i32, z: usize, count: i32): void {
  let left = count;
  if (kind == ACTIVATION_SIGMOID) {
    for (; left >= 8; left -= 8) {
      const low = sigmoid4(v128.load(z));
      const high = sigmoid4(v128.load(z, 16));
      v128.store(z, low);
      v128.store(z, high, 16);
      z += 32;
    }
  } else if (kind == ACTIVATION_TANH) {
    for (; left >= 8; left -= 8) {
      const low = tanh4(v128.load(z));
      const high = tanh4(v128.load(z, 16));
      v128.store(z, low);
      v128.store(z, high, 16);
      z += 32;
    }
  }
  for (; left > 0; left -= 4) {
    storeUpTo(z, anyForward4(kind, v128.load(z)), <usize>left);
    z += 16;
  }
}

/** Whether the activations are the usual ones, for which kernels have loops over eight units without calls. */
@inline
export function areUsual(activation: i32, recurrentActivation: i32): bool {
  return activation == ACTIVATION_TANH && recurrentActivation == ACTIVATION_SIGMOID;
}

/** dy·f′ of sigmoid, from y = f(z). */
@inline
export function sigmoidSlope(y: v128, dy: v128): v128 {
  return backward4(ACTIVATION_SIGMOID, y, dy);
}

/** dy·f′ of tanh, from y = f(z). */
@inline
export function tanhSlope(y: v128, dy: v128): v128 {
  return backward4(ACTIVATION_TANH, y, dy);
}

/** Row `first` at step `t` of a matrix [steps, rows, width], or `otherwise` if there is none. */
@inline
export function atStep(
  base: usize, t: i32, rows: i32, first: i32, width: i32, otherwise: usize,
): usize {
  return base ? base + <usize>(t * rows + first) * <usize>(width << 2) : otherwise;
}

/** Sets `count` floats to 0. */
export function clear(to: usize, count: i32): void {
  for (let i = 0; i < count; i += 4) storeUpTo(to + <usize>(i << 2), splat(0), <usize>(count - i));
}

/** to = from + added, for `count` floats; an address of 0 stands for zeros. */
export function addFloats(from: usize, added: usize, to: usize, count: i32): void {
  for (let i = 0; i < count; i += 4) {
    const at = <usize>(i << 2);
    let x = from ? v128.load(from + at) : splat(0);
    if (added) x = f32x4.add(x, v128.load(added + at));
    storeUpTo(to + at, x, <usize>(count - i));
  }
}

/**
 * to = seed + W·x of `count` rows of inputs, `aRow` bytes apart; rows of `to` are `toRow` bytes apart. Unless `source` is 0,
 * the inputs are kept there.
 */
export function projectInputs(
  tile: i32, count: i32, width: i32, inputs: i32, a: usize, aRow: usize, source: usize, weights: usize, seed: usize,
  to: usize, toRow: usize, scratch: usize,
): void {
  if (source) {
    gatherRows(count, inputs, a, aRow, source);
    a = source;
    aRow = <usize>(inputs << 2);
  }
  gemm(tile, 0, count, width, inputs, a, aRow, 4, weights, seed, 0, to, toRow, scratch);
}

/** Where y has the state of row `first` at step `t`. It is 0 at earlier steps if the layer returns only its last state. */
@inline
export function outputAt(y: usize, first: i32, t: i32, steps: i32, units: i32, sequences: bool): usize {
  if (sequences) return y + <usize>(first * steps + t) * <usize>(units << 2);
  return t + 1 == steps ? y + <usize>first * <usize>(units << 2) : 0;
}

/** Copies `count` rows of `width` floats into contiguous ones. */
function gatherRows(count: i32, width: i32, from: usize, step: usize, to: usize): void {
  for (let row = 0; row < count; row++) {
    addFloats(from + <usize>row * step, 0, to + <usize>row * <usize>(width << 2), width);
  }
}

/** Sizes and activations that all kernels of recurrent layers need. */
export function isRecurrent(
  first: i32, last: i32, rows: i32, steps: i32, inputs: i32, units: i32, activation: i32, recurrentActivation: i32,
  block: i32,
): bool {
  if (ASC_NO_ASSERT) return true;
  return isShare(first, last) && last <= rows && steps > 0 && inputs > 0 && units > 0 && block > 0 &&
    activation >= 0 && activation <= ACTIVATION_SOFTPLUS && recurrentActivation >= 0 &&
    recurrentActivation <= ACTIVATION_SOFTPLUS;
}

/** Both matrices of weights, packed for products with `n` columns, are in memory. */
export function areWeights(
  tile: i32, n: i32, inputs: i32, units: i32, inputWeights: usize, stateWeights: usize,
): bool {
  if (ASC_NO_ASSERT) return true;
  return isTile(tile) && arePanels(tile, inputs, n, inputWeights) && arePanels(tile, units, n, stateWeights);
}

/** A matrix [steps, rows, width] is floats in memory. */
export function areSteps(base: usize, steps: i32, rows: i32, width: i32): bool {
  if (ASC_NO_ASSERT) return true;
  return <i64>steps * rows <= <i64>i32.MAX_VALUE && areFloats(base, steps * rows, width);
}

/** The same, but an address of 0 stands for none. */
export function areStepsOrNone(base: usize, steps: i32, rows: i32, width: i32): bool {
  if (ASC_NO_ASSERT) return true;
  return !base || areSteps(base, steps, rows, width);
}

/** Scratch memory of `floats` floats after the tile's. */
export function isRoom(scratch: usize, floats: i32): bool {
  if (ASC_NO_ASSERT) return true;
  return areVectors(scratch, (SCRATCH_BYTES >> 2) + floats);
}

/**
 * Rows `begin` to `end` of the gradient of weights [·, n], over `places` steps of rows: row j is the sum over the places
 * of δ[place, j]·slopes[place]. From row `split` on, δ's column is `skip` columns further to the right. Without places,
 * the gradient is 0.
 *
 * @param start the first place, a multiple of `block`; unless it is 0, the sums are added to the gradient
 * @param source δ, with `sourceStep` bytes from one place to the next
 * @param slopes [places, n]: what the weights were multiplied by
 * @param zeros a row of zeros
 * @param block number of places that are summed at a time
 * @param scratch SCRATCH_BYTES, then space for a block of packed slopes, and for the sums of a block
 */
export function recurrentGradient(
  begin: i32, end: i32, tile: i32, n: i32, start: i32, places: i32, source: usize, sourceStep: Stride, split: i32,
  skip: i32, slopes: usize, zeros: usize, gradient: usize, block: i32, scratch: usize,
): void {
  assert(
    isShare(begin, end) && n > 0 && start >= 0 && places >= 0 && split >= 0 && skip >= 0 && block > 0 && isTile(tile),
    "recurrentGradient: sizes and tile",
  );
  const columns = end + (end > split ? skip : 0);
  const extent = <i64>(places - 1) * sourceStep + (<i64>columns << 2);
  assert(
    isStride(sourceStep, places, <i64>columns << 2) && (places == 0 || areFloats(source, <i32>(extent >> 2))) &&
      areFloats(slopes, places, n) && areFloats(zeros, n) && areFloats(gradient, end, n),
    "recurrentGradient: source, slopes, zeros and gradient are floats in memory",
  );
  assert(
    areApart(gradient, <i64>end * n << 2, slopes, <i64>places * n << 2) &&
      areApart(gradient, <i64>end * n << 2, source, extent),
    "recurrentGradient: gradient overlaps nothing that is read",
  );
  const panel = packedColumns(tile, n);
  assert(isRoom(scratch, block * panel + (end - begin) * n), "recurrentGradient: scratch in memory");
  const packed = scratch + SCRATCH_BYTES;
  const sums = packed + (<usize>(block * panel) << 2);
  const width = <usize>(n << 2);
  if (places == 0) clear(gradient + <usize>begin * width, (end - begin) * n);
  for (let part = 0; part < 2; part++) {
    const from = part == 0 ? begin : max(begin, split);
    const to = part == 0 ? min(end, split) : end;
    if (from >= to) continue;
    const column = <usize>(from + (part == 0 ? 0 : skip)) << 2;
    for (let first = start; first < places; first += block) {
      addBlock(
        first == 0, tile, to - from, n, min(block, places - first), source + column + <usize>first * sourceStep,
        sourceStep, slopes + <usize>first * width, zeros, gradient + <usize>from * width, packed, sums, scratch,
      );
    }
  }
}
