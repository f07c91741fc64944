import { describe, expect, test } from "vitest";
import { STEP_EPOCH, STEP_INDICES, STEP_KL_WEIGHT, STEP_WORDS } from "../../assembly/abi.js";
import { BUILDS } from "../support/kernels.js";
import { EPSILON } from "../support/reference.js";
import { inShares, Sandbox } from "./sandbox.js";
import { distinct, expectSameBits, expectWithin, SIZES } from "./values.js";

const ROWS = 21;

describe.each(BUILDS)("%s", (build) => {
  const box = new Sandbox(build);

  test("L1 of activities: penalties of rows, and signs into the gradient", () => {
    const [strength, scale] = [Math.fround(0.3), Math.fround(1 / ROWS)];
    for (const columns of SIZES) {
      const count = ROWS * columns;
      const y = distinct(count, 1).map((value, i) => (i % 5 === 0 ? 0 : value));
      const old = distinct(count, 2);
      const output = box.floats(ROWS, columns).set(y);
      const gradient = box.floats(ROWS, columns).set(old);
      const penalties = box.doubles(ROWS);
      inShares(ROWS, [16], (begin, end) => {
        const addresses = [output.at(), gradient.at(), penalties.at()] as const;
        box.kernels.activityL1(begin, end, columns, ...addresses, strength, scale);
      });
      box.check("activityL1");
      const change = Math.fround(strength * scale);
      const expected = old.map((value, i) => value + Math.sign(y[i]!) * change);
      expectWithin(gradient.get(), expected, () => 0, "gradient");
      const sums = Array.from({ length: ROWS }, (_, row) =>
        y
          .subarray(row * columns, (row + 1) * columns)
          .reduce((sum, value) => sum + strength * Math.abs(value), 0),
      );
      expectWithin(penalties.get(), sums, (row) => 1e-6 * sums[row]!, "penalties");
      box.clear();
    }
  });

  test("KL sparsity: values and slopes of mean activations, the extremes included", () => {
    const [rho, weight] = [Math.fround(0.05), Math.fround(0.7)];
    for (const columns of SIZES) {
      const means = distinct(columns, 3, 0.49).map((value) => value + 0.5);
      if (columns > 4) means.set([0, 1, rho, 1e-3]);
      const sums = box.floats(1, columns).set(means.map((mean) => mean * ROWS));
      const [slopes, values] = [box.floats(1, columns), box.floats(1, columns)];
      inShares(columns, [16], (begin, end) => {
        const addresses = [sums.at(), slopes.at(), values.at()] as const;
        box.kernels.klSparsity(begin, end, ROWS, ...addresses, rho, weight);
      });
      box.check("klSparsity");
      const kept = Float64Array.from(sums.get(), (sum) => Math.min(1 - 1e-6, Math.max(1e-6, sum / ROWS)));
      const expected = kept.map(
        (m) => weight * (rho * Math.log(rho / m) + (1 - rho) * Math.log((1 - rho) / (1 - m))),
      );
      const slope = kept.map((m) => (weight * ((1 - rho) / (1 - m) - rho / m)) / ROWS);
      // Close to 1 the difference 1 − m keeps few bits.
      const loose = (i: number) => (kept[i]! > 0.99 ? 0.1 : 1e-5);
      expectWithin(values.get(), expected, (i) => 1e-6 + loose(i) * Math.abs(expected[i]!), "values");
      expectWithin(slopes.get(), slope, (i) => 1e-6 + loose(i) * Math.abs(slope[i]!), "slopes");
      box.clear();
    }
  });

  test("a line is added to every row", () => {
    for (const columns of SIZES) {
      const [matrix, line] = [distinct(ROWS * columns, 4), distinct(columns, 5)];
      const [to, from] = [box.floats(ROWS, columns).set(matrix), box.floats(1, columns).set(line)];
      box.kernels.addToRows(3, ROWS, columns, from.at(), to.at());
      box.check("addToRows");
      const expected = matrix.map((value, i) => (i < 3 * columns ? value : value + line[i % columns]!));
      expectSameBits(to.bits(), new Uint8Array(expected.buffer), "addToRows");
      box.clear();
    }
  });

  test("a gaussian latent: codes, divergences and gradients", () => {
    const weight = Math.fround(0.6);
    const scale = Math.fround(1 / ROWS);
    for (const columns of SIZES) {
      const heads = distinct(2 * ROWS * columns, 6, 3);
      const words = new Uint32Array(STEP_WORDS);
      words[STEP_INDICES] = box
        .words(ROWS)
        .set(Array.from({ length: ROWS }, (_, i) => i))
        .at();
      words[STEP_EPOCH] = 2;
      words[STEP_KL_WEIGHT] = new Uint32Array(Float32Array.of(weight).buffer)[0]!;
      const step = box.words(STEP_WORDS).set(words).at();
      const from = box.floats(ROWS, 2 * columns).set(heads);
      const [z, epsilon] = [box.floats(ROWS, columns), box.floats(ROWS, columns)];
      const divergences = box.doubles(ROWS);
      const noise = [step, 3, 8, 9] as const;
      epsilon.set(new Float32Array(ROWS * columns));
      const scratch = box.scratch();
      box.kernels.gaussianNoise(0, ROWS, columns, epsilon.at(), epsilon.at(), ...noise, 1, scratch);
      inShares(ROWS, [16], (begin, end) => {
        box.kernels.sampleLatent(begin, end, columns, from.at(), z.at(), divergences.at(), ...noise, scratch);
      });
      const dz = distinct(ROWS * columns, 7);
      const [incoming, dheads] = [box.floats(ROWS, columns).set(dz), box.floats(ROWS, 2 * columns)];
      inShares(ROWS, [16], (begin, end) => {
        const addresses = [from.at(), z.at(), incoming.at(), dheads.at(), step] as const;
        box.kernels.sampleLatentBackward(begin, end, columns, ...addresses, scale);
      });
      box.check(`sampleLatent, ${columns} columns`);
      const [codes, kl, wanted] = [
        new Float64Array(dz.length),
        new Float64Array(ROWS),
        new Float64Array(heads.length),
      ];
      const e = epsilon.get();
      for (let row = 0; row < ROWS; row++) {
        for (let j = 0; j < columns; j++) {
          const at = 2 * row * columns + j;
          const i = row * columns + j;
          const [mean, logVariance] = [heads[at]!, heads[at + columns]!];
          const deviation = Math.exp(logVariance / 2);
          codes[i] = mean + deviation * e[i]!;
          kl[row]! += 0.5 * (mean ** 2 + deviation ** 2 - 1 - logVariance);
          wanted[at] = dz[i]! + weight * scale * mean;
          wanted[at + columns] = 0.5 * (dz[i]! * deviation * e[i]! + weight * scale * (deviation ** 2 - 1));
        }
      }
      expectWithin(z.get(), codes, () => 200 * EPSILON, "z");
      expectWithin(divergences.get(), kl, (row) => 1e-6 * (1 + kl[row]! + columns), "divergences");
      expectWithin(dheads.get(), wanted, () => 300 * EPSILON, "dheads");
      expect(new Set(e).size).toBeGreaterThan(0.99 * e.length);
      box.clear();
    }
  });
});
