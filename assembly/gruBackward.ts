// The way back of gru.ts, from the last step to the first.

import { SCRATCH_BYTES } from "./abi";
import { areApart, areFloats } from "./checks";
import { arePanels, gemm, isTile } from "./gemm";
import {
  addFloats, anyBackward4, areSteps, areUsual, atStep, clear, isRecurrent, isRoom, sigmoidSlope, tanhSlope,
} from "./recurrent";
import { nmadd, storeUpTo } from "./simd";

/**
 * One step back for `count` rows: the gates become the gradients with respect to the sums of r, z and n over the inputs,
 * and of n over the states. Those over the states, rows of 3·units, are also written to `stateSlopes`. `dh` becomes the
 * part of the gradient of the states before the step that does not go through W. `dy` may be 0.
 */
function gruSlopes(
  f: i32, s: i32, count: i32, units: i32, gates: usize, previous: usize, stateSlopes: usize, dh: usize, dy: usize,
  dyRow: usize,
): void {
  const usual = areUsual(f, s);
  const size = <usize>(units << 2);
  for (let row = 0; row < count; row++) {
    let left = units;
    let gr = gates;
    let gz = gr + size;
    let gn = gz + size;
    let gh = gn + size;
    let tr = stateSlopes;
    let tz = tr + size;
    let tn = tz + size;
    let p = previous;
    let h = dh;
    let y = dy;
    for (; usual && left >= 8; left -= 8) {
      let h0 = v128.load(h); let h1 = v128.load(h, 16);
      if (dy) {
        h0 = f32x4.add(h0, v128.load(y));
        h1 = f32x4.add(h1, v128.load(y, 16));
      }
      const r0 = v128.load(gr); const r1 = v128.load(gr, 16);
      const z0 = v128.load(gz); const z1 = v128.load(gz, 16);
      const n0 = v128.load(gn); const n1 = v128.load(gn, 16);
      const a0 = tanhSlope(n0, nmadd(h0, z0, h0)); const a1 = tanhSlope(n1, nmadd(h1, z1, h1));
      const b0 = sigmoidSlope(r0, f32x4.mul(a0, v128.load(gh)));
      const b1 = sigmoidSlope(r1, f32x4.mul(a1, v128.load(gh, 16)));
      const c0 = sigmoidSlope(z0, f32x4.mul(h0, f32x4.sub(v128.load(p), n0)));
      const c1 = sigmoidSlope(z1, f32x4.mul(h1, f32x4.sub(v128.load(p, 16), n1)));
      const d0 = f32x4.mul(a0, r0); const d1 = f32x4.mul(a1, r1);
      v128.store(gr, b0); v128.store(gr, b1, 16);
      v128.store(gz, c0); v128.store(gz, c1, 16);
      v128.store(gn, a0); v128.store(gn, a1, 16);
      v128.store(gh, d0); v128.store(gh, d1, 16);
      v128.store(tr, b0); v128.store(tr, b1, 16);
      v128.store(tz, c0); v128.store(tz, c1, 16);
      v128.store(tn, d0); v128.store(tn, d1, 16);
      v128.store(h, f32x4.mul(h0, z0)); v128.store(h, f32x4.mul(h1, z1), 16);
      gr += 32; gz += 32; gn += 32; gh += 32;
      tr += 32; tz += 32; tn += 32;
      p += 32; h += 32; y += 32;
    }
    for (; left > 0; left -= 4) {
      const lanes = <usize>left;
      let slope = v128.load(h);
      if (dy) slope = f32x4.add(slope, v128.load(y));
      const r = v128.load(gr);
      const z = v128.load(gz);
      const n = v128.load(gn);
      const a = anyBackward4(f, n, nmadd(slope, z, slope));
      const b = anyBackward4(s, r, f32x4.mul(a, v128.load(gh)));
      const c = anyBackward4(s, z, f32x4.mul(slope, f32x4.sub(v128.load(p), n)));
      const d = f32x4.mul(a, r);
      storeUpTo(gr, b, lanes);
      storeUpTo(gz, c, lanes);
      storeUpTo(gn, a, lanes);
      storeUpTo(gh, d, lanes);
      storeUpTo(tr, b, lanes);
      storeUpTo(tz, c, lanes);
      storeUpTo(tn, d, lanes);
      storeUpTo(h, f32x4.mul(slope, z), lanes);
      gr += 16; gz += 16; gn += 16; gh += 16;
      tr += 16; tz += 16; tn += 16;
      p += 16; h += 16; y += 16;
    }
    gates += size * 4;
    stateSlopes += size * 3;
    previous += size;
    dh += size;
    dy += select<usize>(dyRow, 0, dy != 0);
  }
}

/**
 * Rows `begin` to `end` of `rows` back through all steps. The gates become the gradients δ with respect to the sums: of
 * r, z and n over the inputs, then of n over the states.
 *
 * @param tile for products with `units` columns; `inputTile` for those with `inputs`
 * @param repeated and `sequences` as in `gru`: the shapes of dx and dy
 * @param inputWeights W_ih[3·units, inputs], packed; not read if dx is 0; `stateWeights` W_hh[3·units, units]
 * @param dx gradient of x, or 0
 * @param sums and `stateSums` where to write the sums of both δ over the steps, [rows, 3·units], or 0; `sums` is needed
 *   if repeated and dx is not 0
 * @param scratch SCRATCH_BYTES, then space for block·5·units + max(units, inputs) floats
 */
export function gruBackward(
  begin: i32, end: i32, tile: i32, inputTile: i32, activation: i32, recurrentActivation: i32, rows: i32, steps: i32,
  inputs: i32, units: i32, repeated: bool, sequences: bool, inputWeights: usize, stateWeights: usize,
  gates: usize, states: usize, dy: usize, dx: usize, sums: usize, stateSums: usize, block: i32, scratch: usize,
): void {
  const width = 3 * units;
  assert(
    isRecurrent(begin, end, rows, steps, inputs, units, activation, recurrentActivation, block),
    "gruBackward: sizes and activations",
  );
  assert(
    isTile(tile) && isTile(inputTile) && arePanels(tile, width, units, stateWeights) &&
      (!dx || arePanels(inputTile, width, inputs, inputWeights)),
    "gruBackward: packed weights in memory",
  );
  const xSize = repeated ? inputs : steps * inputs;
  const ySize = sequences ? steps * units : units;
  assert(
    areFloats(dy, end, ySize) && (!dx || areFloats(dx, end, xSize)) && (!sums || areFloats(sums, rows, width)) &&
      (!stateSums || areFloats(stateSums, rows, width)) && (!dx || !repeated || sums != 0),
    "gruBackward: dy, dx and sums are floats in memory",
  );
  assert(
    areSteps(gates, steps, rows, 4 * units) && areSteps(states, steps, rows, units),
    "gruBackward: what is kept is floats in memory",
  );
  const kept = <i64>steps * rows * units << 4;
  assert(
    areApart(gates, kept, dy, <i64>end * ySize << 2) && areApart(gates, kept, states, <i64>steps * rows * units << 2) &&
      (!dx || (areApart(dx, <i64>end * xSize << 2, gates, kept) &&
        areApart(dx, <i64>end * xSize << 2, dy, <i64>end * ySize << 2))),
    "gruBackward: what is written overlaps nothing else",
  );
  assert(isRoom(scratch, block * 5 * units + max(units, inputs)), "gruBackward: scratch in memory");
  const inputRow = <usize>(inputs << 2);
  const stateRow = <usize>(units << 2);
  const sumRow = stateRow * 3;
  const gateRow = stateRow * 4;
  const slopes = scratch + SCRATCH_BYTES;
  const dh = slopes + <usize>block * sumRow;
  const none = dh + <usize>block * stateRow;
  const zeros = none + <usize>block * stateRow;
  clear(zeros, max(units, inputs));
  clear(none, block * units);
  for (let first = begin; first < end; first += block) {
    const count = min(block, end - first);
    const own = sums ? sums + <usize>first * sumRow : 0;
    const stateOwn = stateSums ? stateSums + <usize>first * sumRow : 0;
    if (own) clear(own, count * width);
    if (stateOwn) clear(stateOwn, count * width);
    // Only the last state is the output, or every state is.
    if (sequences) clear(dh, count * units);
    else addFloats(dy + <usize>first * stateRow, 0, dh, count * units);
    for (let t = steps - 1; t >= 0; t--) {
      const z = atStep(gates, t, rows, first, 4 * units, 0);
      const previous = t > 0 ? atStep(states, t - 1, rows, first, units, 0) : none;
      const given = sequences ? dy + <usize>(first * steps + t) * stateRow : 0;
      const givenRow = <usize>steps * stateRow;
      gruSlopes(activation, recurrentActivation, count, units, z, previous, slopes, dh, given, givenRow);
      if (own) {
        for (let row: usize = 0; row < <usize>count; row++) {
          addFloats(own + row * sumRow, z + row * gateRow, own + row * sumRow, width);
        }
      }
      if (stateOwn) addFloats(stateOwn, slopes, stateOwn, count * width);
      if (t > 0) gemm(tile, 0, count, units, width, slopes, sumRow, 4, stateWeights, dh, stateRow, dh, stateRow, scratch);
      if (!dx || repeated) continue;
      const to = dx + <usize>(first * steps + t) * inputRow;
      gemm(inputTile, 0, count, inputs, width, z, gateRow, 4, inputWeights, zeros, 0, to, <usize>(xSize << 2), scratch);
    }
    if (!dx || !repeated) continue;
    const to = dx + <usize>first * inputRow;
    gemm(inputTile, 0, count, inputs, width, own, sumRow, 4, inputWeights, zeros, 0, to, inputRow, scratch);
  }
}
