// The way back of lstm.ts, from the last step to the first (P. J. Werbos, "Backpropagation through time", 1990).

import { SCRATCH_BYTES } from "./abi";
import { areApart, areFloats } from "./checks";
import { arePanels, gemm, isTile } from "./gemm";
import { tanh4 } from "./math";
import {
  addFloats, anyBackward4, anyForward4, areSteps, areUsual, atStep, clear, isRecurrent, isRoom, sigmoidSlope, tanhSlope,
} from "./recurrent";
import { storeUpTo } from "./simd";

/**
 * One step back for `count` rows: the gates become the gradients with respect to their sums z, `dc` becomes the gradient
 * of the cells before the step. `dy` may be 0.
 */
function lstmSlopes(
  f: i32, s: i32, count: i32, units: i32, gates: usize, cells: usize, previous: usize, dh: usize, dc: usize, dy: usize,
  dyRow: usize,
): void {
  const usual = areUsual(f, s);
  const size = <usize>(units << 2);
  for (let row = 0; row < count; row++) {
    let left = units;
    let zi = gates;
    let zf = gates + size;
    let zg = zf + size;
    let zo = zg + size;
    let c = cells;
    let p = previous;
    let h = dh;
    let d = dc;
    let y = dy;
    for (; usual && left >= 8; left -= 8) {
      let h0 = v128.load(h); let h1 = v128.load(h, 16);
      if (dy) {
        h0 = f32x4.add(h0, v128.load(y));
        h1 = f32x4.add(h1, v128.load(y, 16));
      }
      const i0 = v128.load(zi); const i1 = v128.load(zi, 16);
      const f0 = v128.load(zf); const f1 = v128.load(zf, 16);
      const g0 = v128.load(zg); const g1 = v128.load(zg, 16);
      const o0 = v128.load(zo); const o1 = v128.load(zo, 16);
      const y0 = tanh4(v128.load(c)); const y1 = tanh4(v128.load(c, 16));
      const d0 = f32x4.add(v128.load(d), tanhSlope(y0, f32x4.mul(h0, o0)));
      const d1 = f32x4.add(v128.load(d, 16), tanhSlope(y1, f32x4.mul(h1, o1)));
      const a0 = sigmoidSlope(i0, f32x4.mul(d0, g0)); const a1 = sigmoidSlope(i1, f32x4.mul(d1, g1));
      const b0 = sigmoidSlope(f0, f32x4.mul(d0, v128.load(p)));
      const b1 = sigmoidSlope(f1, f32x4.mul(d1, v128.load(p, 16)));
      const e0 = tanhSlope(g0, f32x4.mul(d0, i0)); const e1 = tanhSlope(g1, f32x4.mul(d1, i1));
      const q0 = sigmoidSlope(o0, f32x4.mul(h0, y0)); const q1 = sigmoidSlope(o1, f32x4.mul(h1, y1));
      v128.store(zi, a0); v128.store(zi, a1, 16);
      v128.store(zf, b0); v128.store(zf, b1, 16);
      v128.store(zg, e0); v128.store(zg, e1, 16);
      v128.store(zo, q0); v128.store(zo, q1, 16);
      v128.store(d, f32x4.mul(d0, f0)); v128.store(d, f32x4.mul(d1, f1), 16);
      zi += 32; zf += 32; zg += 32; zo += 32;
      c += 32; p += 32; h += 32; d += 32; y += 32;
    }
    for (; left > 0; left -= 4) {
      const lanes = <usize>left;
      let slope = v128.load(h);
      if (dy) slope = f32x4.add(slope, v128.load(y));
      const i = v128.load(zi);
      const forget = v128.load(zf);
      const g = v128.load(zg);
      const o = v128.load(zo);
      const out = anyForward4(f, v128.load(c));
      const cell = f32x4.add(v128.load(d), anyBackward4(f, out, f32x4.mul(slope, o)));
      storeUpTo(zi, anyBackward4(s, i, f32x4.mul(cell, g)), lanes);
      storeUpTo(zf, anyBackward4(s, forget, f32x4.mul(cell, v128.load(p))), lanes);
      storeUpTo(zg, anyBackward4(f, g, f32x4.mul(cell, i)), lanes);
      storeUpTo(zo, anyBackward4(s, o, f32x4.mul(slope, out)), lanes);
      storeUpTo(d, f32x4.mul(cell, forget), lanes);
      zi += 16; zf += 16; zg += 16; zo += 16;
      c += 16; p += 16; h += 16; d += 16; y += 16;
    }
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
 * @param scratch SCRATCH_BYTES, then space for block·3·units + max(units, inputs) floats
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
  assert(isRoom(scratch, block * 3 * units + max(units, inputs)), "lstmBackward: scratch in memory");
  const inputRow = <usize>(inputs << 2);
  const stateRow = <usize>(units << 2);
  const gateRow = stateRow * 4;
  const dh = scratch + SCRATCH_BYTES;
  const dc = dh + <usize>block * stateRow;
  const none = dc + <usize>block * stateRow;
  const zeros = none + <usize>block * stateRow;
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
      const slopes = sequences ? dy + <usize>(first * steps + t) * stateRow : 0;
      const slopesRow = <usize>steps * stateRow;
      lstmSlopes(activation, recurrentActivation, count, units, z, c, previous, dh, dc, slopes, slopesRow);
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
