import { describe, expect, test } from "vitest";
import { Autoencoder, adam, dense, type Optimizer, sgd } from "../../src/index.js";
import {
  everyNth,
  loadDeepSteps,
  loadDenseSteps,
  type OptimizerOptions,
  rebuild,
  type StepsGolden,
} from "../golden/load.js";
import { expectClose, MATHS, type MathName } from "../support/models.js";

function toOptimizer(options: OptimizerOptions): Optimizer {
  if (options.name === "adam") {
    const { learningRate, beta1, beta2, epsilon } = options;
    return adam({ learningRate, beta1, beta2, epsilon });
  }
  const { learningRate, momentum, nesterov } = options;
  return sgd({ learningRate, momentum, nesterov });
}

async function start(golden: StepsGolden, optimizer: OptimizerOptions, math: MathName): Promise<Autoencoder> {
  const layers = golden.activations.map((activation, index) => dense(golden.sizes[index + 1]!, activation));
  const model = await Autoencoder.create({
    inputSize: golden.sizes[0]!,
    encoder: layers.slice(0, layers.length / 2),
    decoder: layers.slice(layers.length / 2),
    loss: golden.loss,
    optimizer: toOptimizer(optimizer),
    engine: { math },
  });
  model.setWeights(
    golden.weights.map((tensor) => ({ name: tensor.name, shape: tensor.shape, data: rebuild(tensor) })),
  );
  return model;
}

describe.each(MATHS)("%s", (math) => {
  describe.each([
    ["784-32-784, ten steps", loadDenseSteps()],
    ["20-12-5-12-20, ten steps", loadDeepSteps()],
  ])("%s", (_, golden) => {
    test.each(golden.runs)("$optimizer", async ({ optimizer, loss, finalLoss, weights }) => {
      const model = await start(golden, optimizer, math);
      const samples = rebuild(golden.data);
      const history = model.fitSync(samples, {
        epochs: golden.steps,
        batchSize: golden.batch,
        shuffle: false,
      });
      expectClose(history.loss, loss, { absolute: golden.tolerance.loss, relative: 1e-6 }, "loss");
      const last = model.evaluateSync(samples).loss;
      expectClose([last], [finalLoss], { absolute: golden.tolerance.loss }, "final loss");
      const trained = new Map(model.getWeights().map((weight) => [weight.name, weight]));
      expect(weights.map(({ name }) => name).toSorted()).toEqual([...trained.keys()].toSorted());
      for (const { name, shape, stride, values } of weights) {
        expect(trained.get(name)!.shape).toEqual(shape);
        const { weights: absolute } = golden.tolerance;
        expectClose(everyNth(trained.get(name)!.data, stride), values, { absolute, relative: 1e-5 }, name);
      }
    });
  });
});

test("the runs end in places that differ by more than the tolerance, so none stands for another", () => {
  const ends = loadDenseSteps()
    .runs.map(({ finalLoss }) => finalLoss)
    .toSorted();
  for (let i = 1; i < ends.length; i++) expect(ends[i]! - ends[i - 1]!).toBeGreaterThan(1e-5);
});
