import { describe, expect, test } from "vitest";
import { SCRATCH_BYTES, TILE_4X8, TILE_6X8, TILE_6X16 } from "../../assembly/abi.js";
import { ACTIVATIONS } from "../../src/layers/activations.js";
import { BUILDS } from "../support/kernels.js";
import { recurrentStates } from "../support/recurrent.js";
import { EPSILON } from "../support/reference.js";
import { inShares, type Region, Sandbox } from "./sandbox.js";
import { cycled, distinct, expectSameBits, expectWithin } from "./values.js";

/** How a call is divided: shares, rows at a time, and the tile; none of it may change a bit. */
const WAYS = [
  { borders: [], block: 24, tile: TILE_4X8 },
  { borders: [1, 4], block: 2, tile: TILE_6X8 },
  { borders: [3], block: 1, tile: TILE_6X16 },
] as const;

const UNITS = [1, 2, 3, 5, 8, 17, 32, 64];

/** Sizes go round with the number of the case. */
const CASES = UNITS.flatMap((units, index) =>
  (["lstm", "gru"] as const).map((kind, second) => {
    const i = 2 * index + second;
    const inputs = cycled(5 * i + 3);
    return {
      kind,
      units,
      inputs,
      steps: 1 + (i % 4),
      rows: cycled(3 * i + 1),
      repeated: i % 3 === 0,
      sequences: i % 2 === 0,
      activation: i % 5 === 4 ? ("softplus" as const) : ("tanh" as const),
    };
  }),
);
type Case = (typeof CASES)[number];

describe.each(BUILDS)("%s", (build) => {
  const box = new Sandbox(build);
  const fill = (rows: number, columns: number, seed: number, scale = 1) =>
    box.floats(rows, columns).set(distinct(rows * columns, seed, scale));

  /** B[k, n] packed, from B or its transpose. */
  function packed(tile: number, source: Region<Float32Array>, k: number, n: number, transposed: boolean) {
    const width = box.kernels.tileColumns(tile);
    const size = Math.ceil(n / width) * width * k;
    const region = box.floats(1, size).set(new Float32Array(size));
    if (transposed) box.kernels.packTransposed(0, n, tile, k, n, source.at(), region.at());
    else box.kernels.packRows(0, k, tile, k, n, source.at(), region.at());
    return region;
  }

  const roomFor = (floats: number) => box.floats(1, SCRATCH_BYTES / 4 + floats).at();

  /** What a training pass over a case writes, and what a prediction does. */
  function run(given: Case, { borders, block, tile }: (typeof WAYS)[number]) {
    const { kind, units, inputs, steps, rows, repeated, sequences } = given;
    const gates = (kind === "lstm" ? 4 : 3) * units;
    const sizes = [
      ACTIVATIONS[given.activation],
      ACTIVATIONS.sigmoid,
      rows,
      steps,
      inputs,
      units,
      Number(repeated),
      Number(sequences),
    ];
    const x = fill(rows, repeated ? inputs : steps * inputs, 1);
    const [input, state] = [fill(gates, inputs, 2, 0.7), fill(gates, units, 3, 0.5)];
    const [bias, stateBias] = [fill(1, gates, 4), fill(1, gates, 5)];
    const packs = [packed(tile, input, inputs, gates, true), packed(tile, state, units, gates, true)];
    const back = [packed(tile, input, gates, inputs, false), packed(tile, state, gates, units, false)];
    const width = sequences ? steps * units : units;
    const y = box.floats(rows, width);
    const kept = {
      gates: box.floats(steps * rows, 4 * units),
      cells: box.floats(steps * rows, units),
      states: box.floats(steps * rows, units),
      sources: repeated ? undefined : box.floats(steps * rows, inputs),
    };
    if (kind === "gru") kept.gates.set(new Float32Array(steps * rows * 4 * units));
    const given4 = [x, packs[0]!, packs[1]!, bias, stateBias].map((region) => region.at());
    const scratch = roomFor(block * 12 * units + 6 * units);
    const forward = (target: Region<Float32Array>, addresses: readonly number[]) =>
      inShares(rows, borders, (begin, end) => {
        box.kernels[kind](begin, end, tile, ...sizes, ...given4, target.at(), ...addresses, block, scratch);
      });
    const own = kind === "lstm" ? [kept.gates, kept.cells, kept.states] : [kept.gates, kept.states];
    forward(y, [...own.map((region) => region.at()), kept.sources?.at() ?? 0]);
    const predicted = box.floats(rows, width);
    forward(predicted, [...own.map(() => 0), 0]);
    if (kind === "gru") kept.cells.set(new Float32Array(steps * rows * units));
    box.check(JSON.stringify(given));
    const found = { y: y.get(), predicted: predicted.get(), states: kept.states.get() };

    const dy = fill(rows, width, 6);
    const dx = box.floats(rows, repeated ? inputs : steps * inputs);
    const sums = [box.floats(rows, gates), box.floats(rows, gates)];
    const through = [kept.gates, kind === "lstm" ? kept.cells : kept.states, dy, dx, sums[0]!];
    if (kind === "gru") through.push(sums[1]!);
    else sums[1]!.set(new Float32Array(rows * gates));
    const room = roomFor(block * 5 * units + Math.max(units, inputs));
    inShares(rows, borders, (begin, end) => {
      const addresses = [...back, ...through].map((region) => region.at());
      box.kernels[`${kind}Backward`](begin, end, tile, tile, ...sizes, ...addresses, block, room);
    });
    box.check(`back: ${JSON.stringify(given)}`);
    const written = [y, kept.states, kept.gates, dx, ...sums].map((region) => region.bits());
    const weights = [input, state, bias, stateBias, x].map((region) => region.get());
    box.clear();
    return { ...found, written, weights };
  }

  test("states are those of float64; tiles, shares and blocks change no bit, nor does keeping nothing", () => {
    for (const given of CASES) {
      const [first, ...others] = WAYS.map((way) => run(given, way));
      const { repeated, rows, steps, inputs } = given;
      const [input, state, bias, stateBias, x] = first!.weights as [
        Float32Array,
        Float32Array,
        Float32Array,
        Float32Array,
        Float32Array,
      ];
      const sequence = repeated
        ? Float32Array.from({ length: rows * steps * inputs }, (_, i) => {
            return x[Math.floor(i / (steps * inputs)) * inputs + (i % inputs)]!;
          })
        : x;
      const layer = {
        ...given,
        recurrentActivation: "sigmoid",
        returnSequences: given.sequences,
      } as const;
      const expected = recurrentStates(sequence, layer, { input, state, bias, stateBias });
      // Rounding of sums of `terms` values that are at most about 1, passed on from step to step.
      const terms = inputs + given.units + 2;
      const growth = given.activation === "softplus" ? 40 : 8;
      expectWithin(first!.y, expected, () => growth * steps * terms * EPSILON, JSON.stringify(given));
      expect(first!.predicted).toEqual(first!.y);
      for (const other of others) {
        other.written.forEach((bits, index) => {
          expectSameBits(bits, first!.written[index]!, `${JSON.stringify(given)} ${index}`);
        });
      }
    }
  });

  test("gradients of weights are sums over all places, 0 without any, the same bits for all shares and tiles", () => {
    for (let i = 0; i < 30; i++) {
      const [rows, n, places] = [cycled(i), cycled(3 * i + 1), i % 10 === 0 ? 0 : 37 * (i % 11) + 1];
      const split = i % 2 === 0 ? rows : Math.floor(rows / 2);
      const skip = i % 2 === 0 ? 0 : 2;
      const columns = rows + skip;
      const results = WAYS.map(({ borders, tile }) => {
        const source = fill(Math.max(1, places), columns, i);
        const slopes = fill(Math.max(1, places), n, i + 50);
        const zeros = box.floats(1, n).set(new Float32Array(n));
        const gradient = box.floats(rows, n);
        const width = box.kernels.tileColumns(tile);
        const room = roomFor(64 * Math.ceil(n / width) * width + rows * n);
        inShares(rows, borders, (begin, end) => {
          const given = [
            places,
            source.at(),
            columns * 4,
            split,
            skip,
            slopes.at(),
            zeros.at(),
            gradient.at(),
          ];
          box.kernels.recurrentGradient(begin, end, tile, n, 0, ...given, 64, room);
        });
        box.check(`recurrentGradient ${i}`);
        const found = { gradient: gradient.get(), source: source.get(), slopes: slopes.get() };
        box.clear();
        return found;
      });
      const { source, slopes, gradient } = results[0]!;
      const sum = (j: number, k: number, of: (x: number) => number) => {
        let total = 0;
        for (let place = 0; place < places; place++) {
          total += of(source[place * columns + j + (j >= split ? skip : 0)]! * slopes[place * n + k]!);
        }
        return total;
      };
      const each = (of: (x: number) => number) =>
        Float64Array.from(gradient, (_, index) => sum(Math.floor(index / n), index % n, of));
      const sizes = each(Math.abs);
      const bound = (index: number) => 1.01 * (places + 1) * EPSILON * sizes[index]!;
      expectWithin(
        gradient,
        each((x) => x),
        bound,
        `recurrentGradient ${i}`,
      );
      for (const other of results.slice(1)) {
        expectSameBits(
          new Uint8Array(other.gradient.buffer),
          new Uint8Array(gradient.buffer),
          `recurrentGradient ${i}`,
        );
      }
    }
  });
});
