// Long short-term memory (S. Hochreiter and J. Schmidhuber, 1997, with forget gates), with PyTorch's order of gates:
//
//   i, f, g, o = σ, σ, f, σ of Wᵢₙ·x + b + W·h       c ← f·c + i·g       h ← o·f(c)
//
// σ stands for the recurrent activation, f for the activation. All four gates are one product.

import { SCRATCH_BYTES } from "./abi";
import { areApart, areFloats } from "./checks";
import { gemm } from "./gemm";
import {
  activate, addFloats, areStepsOrNone, areWeights, atStep, clear, isRecurrent, isRoom, outputAt, projectInputs,
} from "./recurrent";
import { madd, storeUpTo } from "./simd";

/** Gates from their sums z, in place, and the new cells and states of `count` rows; `out` (or 0) receives h too. */
function lstmCells(
  f: i32, s: i32, count: i32, units: i32, z: usize, previous: usize, cells: usize, states: usize, out: usize,
  outRow: usize,
): void {
  const size = <usize>(units << 2);
  const width = <usize>units;
  for (let row = 0; row < count; row++) {
    const forget = z + size;
    const fresh = forget + size;
    const open = fresh + size;
    activate(s, z, 2 * units);
    activate(f, fresh, units);
    activate(s, open, units);
    for (let j: usize = 0; j < width; j += 4) {
      const at = j << 2;
      const added = f32x4.mul(v128.load(z + at), v128.load(fresh + at));
      const cell = madd(v128.load(forget + at), v128.load(previous + at), added);
      storeUpTo(cells + at, cell, width - j);
      storeUpTo(states + at, cell, width - j);
    }
    activate(f, states, units);
    for (let j: usize = 0; j < width; j += 4) {
      const at = j << 2;
      const state = f32x4.mul(v128.load(open + at), v128.load(states + at));
      storeUpTo(states + at, state, width - j);
      if (out) storeUpTo(out + at, state, width - j);
    }
    z += size * 4;
    previous += size;
    cells += size;
    states += size;
    out += select<usize>(outRow, 0, out != 0);
  }
}

/**
 * Rows `begin` to `end` of `rows` through all steps, from states of 0.
 *
 * @param tile for products with 4·units columns
 * @param repeated whether x is one vector [rows, inputs], used at every step, instead of [rows, steps, inputs]
 * @param sequences whether y is [rows, steps, units], the state after each step, or [rows, units], the last one
 * @param inputWeights W_ihᵀ[inputs, 4·units], packed; `stateWeights` W_hhᵀ[units, 4·units]
 * @param bias 4·units floats, to which those of `stateBias` are added; 0 for none
 * @param gates for the backward pass or all 0: the gates after each step, [steps, rows, 4·units]; `cells` and `states`
 *   [steps, rows, units]; `sources` the inputs [steps, rows, inputs], 0 if repeated
 * @param block number of rows that go through the steps together
 * @param scratch SCRATCH_BYTES, then space for block·10·units + 4·units floats
 */
export function lstm(
  begin: i32, end: i32, tile: i32, activation: i32, recurrentActivation: i32, rows: i32, steps: i32, inputs: i32,
  units: i32, repeated: bool, sequences: bool, x: usize, inputWeights: usize, stateWeights: usize, bias: usize,
  stateBias: usize, y: usize, gates: usize, cells: usize, states: usize, sources: usize, block: i32, scratch: usize,
): void {
  const width = 4 * units;
  assert(
    isRecurrent(begin, end, rows, steps, inputs, units, activation, recurrentActivation, block),
    "lstm: sizes and activations",
  );
  assert(areWeights(tile, width, inputs, units, inputWeights, stateWeights), "lstm: packed weights in memory");
  const xSize = repeated ? inputs : steps * inputs;
  const ySize = sequences ? steps * units : units;
  assert(
    areFloats(x, end, xSize) && areFloats(y, end, ySize) && (!bias || areFloats(bias, width)) &&
      (!stateBias || areFloats(stateBias, width)),
    "lstm: x, y and biases are floats in memory",
  );
  assert(
    areStepsOrNone(gates, steps, rows, width) && areStepsOrNone(cells, steps, rows, units) &&
      areStepsOrNone(states, steps, rows, units) && areStepsOrNone(sources, steps, rows, inputs),
    "lstm: what is kept is floats in memory",
  );
  assert(
    areApart(x, <i64>end * xSize << 2, y, <i64>end * ySize << 2) &&
      (!gates || areApart(x, <i64>end * xSize << 2, gates, <i64>steps * rows * width << 2)),
    "lstm: what is written does not overlap x",
  );
  assert(isRoom(scratch, block * 10 * units + width), "lstm: scratch in memory");
  const inputRow = <usize>(inputs << 2);
  const stateRow = <usize>(units << 2);
  const gateRow = stateRow * 4;
  const xRow = <usize>(xSize << 2);
  const yRow = <usize>(ySize << 2);
  const ownSums = scratch + SCRATCH_BYTES;
  const start = ownSums + <usize>block * gateRow;
  const ownCells = start + <usize>block * gateRow;
  const ownStates = ownCells + <usize>block * stateRow;
  const seed = ownStates + <usize>block * stateRow;
  addFloats(bias, stateBias, seed, width);
  for (let first = begin; first < end; first += block) {
    const count = min(block, end - first);
    const from = x + <usize>first * xRow;
    clear(ownCells, count * units);
    let previous = ownCells;
    let h = ownStates;
    for (let t = 0; t < steps; t++) {
      const z = atStep(gates, t, rows, first, width, ownSums);
      const c = atStep(cells, t, rows, first, units, ownCells);
      const state = atStep(states, t, rows, first, units, ownStates);
      if (t == 0 || !repeated) {
        const a = from + <usize>t * inputRow;
        const source = atStep(sources, t, rows, first, inputs, 0);
        projectInputs(tile, count, width, inputs, a, xRow, source, inputWeights, seed, z, gateRow, scratch);
        if (repeated) addFloats(z, 0, start, count * width);
      }
      if (t > 0) {
        const sums = repeated ? start : z;
        gemm(tile, 0, count, width, units, h, stateRow, 4, stateWeights, sums, gateRow, z, gateRow, scratch);
      }
      const out = outputAt(y, first, t, steps, units, sequences);
      lstmCells(activation, recurrentActivation, count, units, z, previous, c, state, out, yRow);
      previous = c;
      h = state;
    }
  }
}
