import { describe, expect, test } from "vitest";
import { Autoencoder, dense, l1l2, type Optimizer } from "../../src/index.js";
import {
  everyNth,
  loadDeepSteps,
  loadDenseSteps,
  loadOptimizerSteps,
  type OptimizerOptions,
  type Penalty,
  rebuild,
  type StepsGolden,
} from "../golden/load.js";
import { expectClose, MATHS, type MathName } from "../support/models.js";

async function start(
  golden: StepsGolden,
  { name: kind, ...options }: OptimizerOptions,
  penalty: Penalty | undefined,
  math: MathName,
): Promise<Autoencoder> {
  const layers = golden.activations.map((activation, index) =>
    dense(golden.sizes[index + 1]!, activation, penalty && { kernelPenalty: l1l2(penalty) }),
  );
  const model = await Autoencoder.create({
    inputSize: golden.sizes[0]!,
    encoder: layers.slice(0, layers.length / 2),
    decoder: layers.slice(layers.length / 2),
    loss: golden.loss,
    optimizer: { kind, ...options } as Optimizer,
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
    ["20-12-5-12-20, ten steps of each optimizer, clipping and penalty", loadOptimizerSteps()],
  ])("%s", (_, golden) => {
    test.each(golden.runs)(
      "$optimizer $penalty",
      async ({ optimizer, penalty, loss, finalLoss, weights }) => {
        const model = await start(golden, optimizer, penalty, math);
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
      },
    );
  });
});

test.each([
  ["dense", loadDenseSteps()],
  ["optimizers", loadOptimizerSteps()],
])(
  "the %s runs end in places that differ by more than the tolerance, so none stands for another",
  (_, golden) => {
    const ends = golden.runs.map(({ finalLoss }) => finalLoss).toSorted();
    for (let i = 1; i < ends.length; i++) expect(ends[i]! - ends[i - 1]!).toBeGreaterThan(1e-5);
  },
);
