// Gated recurrent units (K. Cho et al., 2014) in the form of PyTorch and cuDNN, Keras's `reset_after`, with PyTorch's
// order of gates:
//
//   r, z = σ, σ of Wᵢₙ·x + b + W·h + b′      n = f(Wᵢₙ·x + b + r·(W·h + b′))      h ← (1 − z)·n + z·h

import { SCRATCH_BYTES } from "./abi";
import { areApart, areFloats } from "./checks";
import { gemm } from "./gemm";
import {
  activate, addFloats, areStepsOrNone, areWeights, atStep, clear, isRecurrent, isRoom, outputAt, projectInputs,
} from "./recurrent";
import { madd, storeUpTo } from "./simd";

/**
 * Gates and new states of `count` rows, from the sums over the inputs (rows of 4·units) and over the states (rows of
 * 3·units). The fourth part of the gates is W·h + b′ of n. `out` (or 0) receives h too.
 */
function gruCells(
  f: i32, s: i32, count: i32, units: i32, inputSums: usize, stateSums: usize, gates: usize, previous: usize,
  states: usize, out: usize, outRow: usize,
): void {
  const size = <usize>(units << 2);
  const width = <usize>units;
  for (let row = 0; row < count; row++) {
    const keep = gates + size;
    const fresh = keep + size;
    const sums = fresh + size;
    addFloats(inputSums, stateSums, gates, 2 * units);
    activate(s, gates, 2 * units);
    for (let j: usize = 0; j < width; j += 4) {
      const at = j << 2;
      const sum = v128.load(stateSums + 2 * size + at);
      storeUpTo(fresh + at, madd(v128.load(gates + at), sum, v128.load(inputSums + 2 * size + at)), width - j);
      storeUpTo(sums + at, sum, width - j);
    }
    activate(f, fresh, units);
    for (let j: usize = 0; j < width; j += 4) {
      const at = j << 2;
      const n = v128.load(fresh + at);
      const state = madd(v128.load(keep + at), f32x4.sub(v128.load(previous + at), n), n);
      storeUpTo(states + at, state, width - j);
      if (out) storeUpTo(out + at, state, width - j);
    }
    inputSums += size * 4;
    stateSums += size * 3;
    gates += size * 4;
    previous += size;
    states += size;
    out += select<usize>(outRow, 0, out != 0);
  }
}

/**
 * Rows `begin` to `end` of `rows` through all steps, from states of 0.
 *
 * @param tile for products with 3·units columns
 * @param repeated whether x is one vector [rows, inputs], used at every step, instead of [rows, steps, inputs]
 * @param sequences whether y is [rows, steps, units], the state after each step, or [rows, units], the last one
 * @param inputWeights W_ihᵀ[inputs, 3·units], packed; `stateWeights` W_hhᵀ[units, 3·units]
 * @param bias and `stateBias` 3·units floats each, 0 for none
 * @param gates for the backward pass or all 0: r, z, n and W·h + b′ of n after each step, [steps, rows, 4·units];
 *   `states` [steps, rows, units]; `sources` the inputs [steps, rows, inputs], 0 if repeated
 * @param block number of rows that go through the steps together
 * @param scratch SCRATCH_BYTES, then space for block·12·units + 6·units floats
 */
export function gru(
  begin: i32, end: i32, tile: i32, activation: i32, recurrentActivation: i32, rows: i32, steps: i32, inputs: i32,
  units: i32, repeated: bool, sequences: bool, x: usize, inputWeights: usize, stateWeights: usize, bias: usize,
  stateBias: usize, y: usize, gates: usize, states: usize, sources: usize, block: i32, scratch: usize,
): void {
  const width = 3 * units;
  assert(
    isRecurrent(begin, end, rows, steps, inputs, units, activation, recurrentActivation, block),
    "gru: sizes and activations",
  );
  assert(areWeights(tile, width, inputs, units, inputWeights, stateWeights), "gru: packed weights in memory");
  const xSize = repeated ? inputs : steps * inputs;
  const ySize = sequences ? steps * units : units;
  assert(
    areFloats(x, end, xSize) && areFloats(y, end, ySize) && (!bias || areFloats(bias, width)) &&
      (!stateBias || areFloats(stateBias, width)),
    "gru: x, y and biases are floats in memory",
  );
  assert(
    areStepsOrNone(gates, steps, rows, 4 * units) && areStepsOrNone(states, steps, rows, units) &&
      areStepsOrNone(sources, steps, rows, inputs),
    "gru: what is kept is floats in memory",
  );
  assert(
    areApart(x, <i64>end * xSize << 2, y, <i64>end * ySize << 2) &&
      (!gates || areApart(x, <i64>end * xSize << 2, gates, <i64>steps * rows * units << 4)),
    "gru: what is written does not overlap x",
  );
  assert(isRoom(scratch, block * 12 * units + 2 * width), "gru: scratch in memory");
  const inputRow = <usize>(inputs << 2);
  const stateRow = <usize>(units << 2);
  const gateRow = stateRow * 4;
  const xRow = <usize>(xSize << 2);
  const yRow = <usize>(ySize << 2);
  const inputSums = scratch + SCRATCH_BYTES;
  const ownGates = inputSums + <usize>block * gateRow;
  const stateSums = ownGates + <usize>block * gateRow;
  const ownStates = stateSums + <usize>block * stateRow * 3;
  const inputSeed = ownStates + <usize>block * stateRow;
  const stateSeed = inputSeed + stateRow * 3;
  addFloats(bias, 0, inputSeed, width);
  addFloats(stateBias, 0, stateSeed, width);
  for (let first = begin; first < end; first += block) {
    const count = min(block, end - first);
    const from = x + <usize>first * xRow;
    clear(ownStates, count * units);
    let previous = ownStates;
    for (let t = 0; t < steps; t++) {
      const kept = atStep(gates, t, rows, first, 4 * units, ownGates);
      const state = atStep(states, t, rows, first, units, ownStates);
      if (t == 0 || !repeated) {
        const a = from + <usize>t * inputRow;
        const source = atStep(sources, t, rows, first, inputs, 0);
        projectInputs(
          tile, count, width, inputs, a, xRow, source, inputWeights, inputSeed, inputSums, gateRow, scratch,
        );
      }
      gemm(
        tile, 0, count, width, units, previous, stateRow, 4, stateWeights, stateSeed, 0, stateSums, stateRow * 3, scratch,
      );
      const out = outputAt(y, first, t, steps, units, sequences);
      gruCells(
        activation, recurrentActivation, count, units, inputSums, stateSums, kept, previous, state, out, yRow,
      );
      previous = state;
    }
  }
}
