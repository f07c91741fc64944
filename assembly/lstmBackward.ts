// The way back of lstm.ts, from the last step to the first (P. J. Werbos, "Backpropagation through time", 1990).

import { SCRATCH_BYTES } from "./abi";
import { areApart, areFloats } from "./checks";
import { arePanels, gemm, isTile } from "./gemm";
import {
  activate, addFloats, anyBackward4, areSteps, areUsual, atStep, clear, isRecurrent, isRoom, sigmoidSlope, tanhSlope,
} from "./recurrent";
import { storeUpTo } from "./simd";

/**
 * The gradients of a row's gates and cells for the usual activations, eight units at a time: two loops, so that all values
 * of each stay in registers. Returns how many units are done.
 */
function usualSlopes(units: i32, gates: usize, out: usize, previous: usize, dh: usize, dc: usize): i32 {
  const size = <usize>(units << 2);
  const end = <usize>(units & ~7) << 2;
  for (let at: usize = 0; at < end; at += 32) {
    const open = gates + 3 * size + at;
    const h0 = v128.load(dh + at); const h1 = v128.load(dh + at, 16);
    const o0 = v128.load(open); const o1 = v128.load(open, 16);
    const y0 = v128.load(out + at); const y1 = v128.load(out + at, 16);
    const d0 = f32x4.add(v128.load(dc + at), tanhSlope(y0, f32x4.mul(h0, o0)));
    const d1 = f32x4.add(v128.load(dc + at, 16), tanhSlope(y1, f32x4.mul(h1, o1)));
    const q0 = sigmoidSlope(o0, f32x4.mul(h0, y0)); const q1 = sigmoidSlope(o1, f32x4.mul(h1, y1));
    v128.store(open, q0); v128.store(open, q1, 16);
    v128.store(dc + at, d0); v128.store(dc + at, d1, 16);
  }
  for (let at: usize = 0; at < end; at += 32) {
    const zi = gates + at;
    const zf = zi + size;
    const zg = zf + size;
    const d0 = v128.load(dc + at); const d1 = v128.load(dc + at, 16);
    const i0 = v128.load(zi); const i1 = v128.load(zi, 16);
    const f0 = v128.load(zf); const f1 = v128.load(zf, 16);
    const g0 = v128.load(zg); const g1 = v128.load(zg, 16);
    const p0 = v128.load(previous + at); const p1 = v128.load(previous + at, 16);
    const a0 = sigmoidSlope(i0, f32x4.mul(d0, g0)); const a1 = sigmoidSlope(i1, f32x4.mul(d1, g1));
    const b0 = sigmoidSlope(f0, f32x4.mul(d0, p0)); const b1 = sigmoidSlope(f1, f32x4.mul(d1, p1));
    const e0 = tanhSlope(g0, f32x4.mul(d0, i0)); const e1 = tanhSlope(g1, f32x4.mul(d1, i1));
    v128.store(zi, a0); v128.store(zi, a1, 16);
    v128.store(zf, b0); v128.store(zf, b1, 16);
    v128.store(zg, e0); v128.store(zg, e1, 16);
    v128.store(dc + at, f32x4.mul(d0, f0)); v128.store(dc + at, f32x4.mul(d1, f1), 16);
  }
  return units & ~7;
}

/** The same from unit `first` on, for any activations. */
function slopes(
  f: i32, s: i32, first: i32, units: i32, gates: usize, out: usize, previous: usize, dh: usize, dc: usize,
): void {
  const size = <usize>(units << 2);
  for (let j = first; j < units; j += 4) {
    const at = <usize>(j << 2);
    const left = <usize>(units - j);
    const zi = gates + at;
    const zf = zi + size;
    const zg = zf + size;
    const zo = zg + size;
    const slope = v128.load(dh + at);
    const i = v128.load(zi);
    const forget = v128.load(zf);
    const g = v128.load(zg);
    const o = v128.load(zo);
    const y = v128.load(out + at);
    const cell = f32x4.add(v128.load(dc + at), anyBackward4(f, y, f32x4.mul(slope, o)));
    storeUpTo(zi, anyBackward4(s, i, f32x4.mul(cell, g)), left);
    storeUpTo(zf, anyBackward4(s, forget, f32x4.mul(cell, v128.load(previous + at))), left);
    storeUpTo(zg, anyBackward4(f, g, f32x4.mul(cell, i)), left);
    storeUpTo(zo, anyBackward4(s, o, f32x4.mul(slope, y)), left);
    storeUpTo(dc + at, f32x4.mul(cell, forget), left);
  }
}

/**
 * One step back for `count` rows: the gates become the gradients with respect to their sums z, `dc` becomes the gradient
 * of the cells before the step. `dy`, which may be 0, is added to `dh`. `out` is space for f(c) of a row.
 */
function stepBack(
  f: i32, s: i32, count: i32, units: i32, gates: usize, cells: usize, previous: usize, dh: usize, dc: usize, dy: usize,
  dyRow: usize, out: usize,
): void {
  const usual = areUsual(f, s);
  const size = <usize>(units << 2);
  for (let row = 0; row < count; row++) {
    if (dy) addFloats(dh, dy, dh, units);
    addFloats(cells, 0, out, units);
    activate(f, out, units);
    const done = usual ? usualSlopes(units, gates, out, previous, dh, dc) : 0;
    slopes(f, s, done, units, gates, out, previous, dh, dc);
    gates += size * 4;
    cells += size;
    previous += size;
    dh += size;
    dc += size;
    dy += select<usize>(dyRow, 0, dy != 0);
  }
}

/**
 * Rows `begin` to `end` of `rows` back through all steps. The gates become the gradients δ with respect to their sums.
 *
 * @param tile for products with `units` columns; `inputTile` for those with `inputs`
 * @param repeated and `sequences` as in `lstm`: the shapes of dx and dy
 * @param inputWeights W_ih[4·units, inputs], packed; not read if dx is 0; `stateWeights` W_hh[4·units, units]
 * @param dx gradient of x, or 0
 * @param sums 0, or where to write the sums of δ over the steps, [rows, 4·units]; needed if repeated and dx is not 0
 * @param scratch SCRATCH_BYTES, then space for (block·3 + 1)·units + max(units, inputs) floats
 */
export function lstmBackward(
  begin: i32, end: i32, tile: i32, inputTile: i32, activation: i32, recurrentActivation: i32, rows: i32, steps: i32,
  inputs: i32, units: i32, repeated: bool, sequences: bool, inputWeights: usize, stateWeights: usize,
  gates: usize, cells: usize, dy: usize, dx: usize, sums: usize, block: i32, scratch: usize,
): void {
  const width = 4 * units;
  assert(
    isRecurrent(begin, end, rows, steps, inputs, units, activation, recurrentActivation, block),
    "lstmBackward: sizes and activations",
  );
  assert(
    isTile(tile) && isTile(inputTile) && arePanels(tile, width, units, stateWeights) &&
      (!dx || arePanels(inputTile, width, inputs, inputWeights)),
    "lstmBackward: packed weights in memory",
  );
  const xSize = repeated ? inputs : steps * inputs;
  const ySize = sequences ? steps * units : units;
  assert(
    areFloats(dy, end, ySize) && (!dx || areFloats(dx, end, xSize)) && (!sums || areFloats(sums, rows, width)) &&
      (!dx || !repeated || sums != 0),
    "lstmBackward: dy, dx and sums are floats in memory",
  );
  assert(
    areSteps(gates, steps, rows, width) && areSteps(cells, steps, rows, units),
    "lstmBackward: what is kept is floats in memory",
  );
  const kept = <i64>steps * rows * width << 2;
  assert(
    areApart(gates, kept, dy, <i64>end * ySize << 2) && areApart(gates, kept, cells, <i64>steps * rows * units << 2) &&
      (!dx || (areApart(dx, <i64>end * xSize << 2, gates, kept) &&
        areApart(dx, <i64>end * xSize << 2, dy, <i64>end * ySize << 2))),
    "lstmBackward: what is written overlaps nothing else",
  );
  assert(isRoom(scratch, (block * 3 + 1) * units + max(units, inputs)), "lstmBackward: scratch in memory");
  const inputRow = <usize>(inputs << 2);
  const stateRow = <usize>(units << 2);
  const gateRow = stateRow * 4;
  const dh = scratch + SCRATCH_BYTES;
  const dc = dh + <usize>block * stateRow;
  const none = dc + <usize>block * stateRow;
  const out = none + <usize>block * stateRow;
  const zeros = out + stateRow;
  clear(zeros, max(units, inputs));
  clear(none, block * units);
  for (let first = begin; first < end; first += block) {
    const count = min(block, end - first);
    const own = sums ? sums + <usize>first * gateRow : 0;
    if (own) clear(own, count * width);
    clear(dc, count * units);
    // Only the last state is the output, or every state is.
    if (sequences) clear(dh, count * units);
    else addFloats(dy + <usize>first * stateRow, 0, dh, count * units);
    for (let t = steps - 1; t >= 0; t--) {
      const z = atStep(gates, t, rows, first, width, 0);
      const c = atStep(cells, t, rows, first, units, 0);
      const previous = t > 0 ? atStep(cells, t - 1, rows, first, units, 0) : none;
      const slope = sequences ? dy + <usize>(first * steps + t) * stateRow : 0;
      const slopeRow = <usize>steps * stateRow;
      stepBack(activation, recurrentActivation, count, units, z, c, previous, dh, dc, slope, slopeRow, out);
      if (own) addFloats(own, z, own, count * width);
      if (t > 0) gemm(tile, 0, count, units, width, z, gateRow, 4, stateWeights, zeros, 0, dh, stateRow, scratch);
      if (!dx || repeated) continue;
      const to = dx + <usize>(first * steps + t) * inputRow;
      gemm(inputTile, 0, count, inputs, width, z, gateRow, 4, inputWeights, zeros, 0, to, <usize>(xSize << 2), scratch);
    }
    if (!dx || !repeated) continue;
    const to = dx + <usize>first * inputRow;
    gemm(inputTile, 0, count, inputs, width, own, gateRow, 4, inputWeights, zeros, 0, to, inputRow, scratch);
  }
}
