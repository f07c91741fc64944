import { describe, expect, test } from "vitest";
import { Autoencoder, dense, sgd } from "../../src/index.js";
import { checksum, loadSpiral } from "../golden/load.js";
import { expectClose, MATHS } from "../support/models.js";

const golden = loadSpiral();
const points = Float32Array.from(golden.data.values);

/** Ranks from 0; no two values are equal here. */
function ranks(values: ArrayLike<number>): number[] {
  const order = Array.from(values, (_, i) => i).toSorted((a, b) => values[a]! - values[b]!);
  const result = new Array<number>(order.length);
  order.forEach((index, rank) => {
    result[index] = rank;
  });
  return result;
}

/** |ρ| of a series against its positions: 1 − 6·Σd² / (n³ − n). */
function spearman(values: ArrayLike<number>): number {
  const n = values.length;
  const squares = ranks(values).reduce((sum, rank, i) => sum + (rank - i) ** 2, 0);
  return Math.abs(1 - (6 * squares) / (n ** 3 - n));
}

describe.each(MATHS)("the reference spiral, %s", (math) => {
  test("2-1-2 with the reference's start gives its ten losses and its final errors", async () => {
    expect(checksum(points)).toBe(golden.data.checksum);
    const model = await Autoencoder.create({
      inputSize: 2,
      encoder: [dense(1, "sigmoid")],
      decoder: [dense(2, "sigmoid")],
      loss: "meanSquaredError",
      optimizer: sgd({ learningRate: golden.learningRate }),
      engine: { math },
    });
    model.setWeights(
      golden.start.map(({ name, shape, values }) => ({ name, shape, data: Float32Array.from(values) })),
    );
    const history = await model.fit(points, { epochs: golden.epochs, batchSize: 500, shuffle: false });
    const losses = golden.lossEpochs.map((epoch) => history.loss[epoch - 1]!);
    expect(losses).toHaveLength(10);
    expectClose(losses, golden.loss, { absolute: 2e-5 }, "loss");

    const { meanSquaredError, meanAbsoluteError, largestPointError } = golden.final;
    const { data } = await model.reconstruct(points);
    const differences = Array.from(data, (value, i) => value - golden.data.values[i]!);
    const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
    const distances = golden.data.values
      .slice(0, 500)
      .map((_, i) => Math.sqrt(differences[2 * i]! ** 2 + differences[2 * i + 1]! ** 2));
    expectClose([mean(differences.map((d) => d * d))], [meanSquaredError], { absolute: 1e-5 }, "MSE");
    expectClose([mean(differences.map(Math.abs))], [meanAbsoluteError], { absolute: 1e-5 }, "MAE");
    expectClose([Math.max(...distances)], [largestPointError], { absolute: 1e-4 }, "largest point error");
    expectClose([(await model.evaluate(points)).loss], [meanSquaredError], { absolute: 1e-5 }, "evaluate");
    const codes = await model.encode(points);
    expectClose([spearman(codes.data)], [golden.final.spearman], { absolute: 1e-3 }, "Spearman");

    const trained = new Map(model.getWeights().map(({ name, data }) => [name, data]));
    for (const { name, values } of golden.trained) {
      expectClose(trained.get(name)!, values, { absolute: 1e-4, relative: 1e-4 }, name);
    }
  });
});
