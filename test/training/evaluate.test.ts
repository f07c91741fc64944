import { describe, expect, test } from "vitest";
import {
  type AutoencoderOptions,
  dense,
  earlyStopping,
  gaussian,
  klSparsity,
  l1,
  l2,
  sgd,
} from "../../src/index.js";
import { bits, expectClose, smallModel, values } from "../support/models.js";

const samples = values(40, 6);

/** 6 → 5 → 3 → 6, tanh and linear, with weights that Python makes, too. */
async function penalized(activity: readonly number[], kernel: number) {
  const penalties = (index: number) => ({
    ...(activity[index] && { activityPenalty: l1(activity[index]) }),
    ...(kernel > 0 && { kernelPenalty: l2(kernel) }),
  });
  const model = await smallModel({
    encoder: [dense(5, "tanh", penalties(0)), dense(3, "tanh", penalties(1))],
    decoder: [dense(6, "linear", penalties(2))],
  });
  const layers = ["encoder.0", "encoder.1", "decoder.0"];
  model.setWeights(
    model.getWeights().map((weight) => {
      const index = layers.findIndex((layer) => weight.name.startsWith(layer));
      const [rows, columns = 1] = weight.shape;
      const [tag, limit] = weight.name.endsWith("weight") ? [10 + index, 1] : [20 + index, 0.5];
      return { ...weight, data: values(rows!, columns, tag, -limit, limit) };
    }),
  );
  return model;
}

describe("evaluate", () => {
  // From test/golden/evaluate_penalties.py.
  test.each([
    [[0, 0.1], 0, 1.516733408],
    [[0.05, 0.2], 0, 1.861204505],
    [[0.05, 0.2], 0.01, 2.112444878],
  ])("includes the penalties as Keras does: activities %j, kernels %f", async (activity, kernel, loss) => {
    const model = await penalized(activity, kernel);
    expectClose([model.evaluateSync(samples).loss], [loss], { relative: 1e-6 });
    expect((await model.evaluate(samples)).loss).toBe(model.evaluateSync(samples).loss);
    const stream = () => [samples.subarray(0, 42), samples.subarray(42)];
    expect((await model.evaluate(stream)).loss).toBe(model.evaluateSync(samples).loss);
    await model.dispose();
  });

  const KINDS: [string, Partial<AutoencoderOptions>][] = [
    ["an activity penalty", { encoder: [dense(3, "tanh", { activityPenalty: l1(0.1) })] }],
    ["KL sparsity", { encoder: [dense(3, "sigmoid")], sparsity: klSparsity({ target: 0.05, weight: 0.5 }) }],
    [
      "a penalty in a variational model",
      { encoder: [dense(4, "tanh", { activityPenalty: l1(0.1) })], latent: gaussian(2) },
    ],
  ];

  test.each(KINDS)("is what a step of training minimizes: %s", async (_, options) => {
    // A rate so small that no weight changes.
    const still = { optimizer: sgd({ learningRate: 1e-30 }), ...options };
    const model = await smallModel(still);
    const { loss, valLoss } = await model.fit(samples, {
      batchSize: 40,
      validationData: samples,
      shuffle: false,
    });
    // Codes of a variational model are drawn anew.
    const close = options.latent ? { relative: 0.2 } : { relative: 1e-6 };
    expectClose(valLoss, loss, close);
    expectClose([model.evaluateSync(samples).loss], loss, close);
    const plain = await smallModel({
      ...still,
      encoder: still.encoder!.map((layer) => ({ ...layer, activityPenalty: undefined })) as never,
      sparsity: undefined as never,
    });
    plain.setWeights(model.getWeights());
    expect(model.evaluateSync(samples).loss).toBeGreaterThan(plain.evaluateSync(samples).loss + 1e-3);
    await Promise.all([model.dispose(), plain.dispose()]);
  });

  test("early stopping sees a penalty that grows while the error shrinks", async () => {
    const model = await smallModel({
      encoder: [dense(3, "sigmoid")],
      sparsity: klSparsity({ target: 0.01, weight: 10 }),
      optimizer: sgd({ learningRate: 0.5 }),
    });
    const history = await model.fit(samples, {
      epochs: 20,
      validationSplit: 0.25,
      callbacks: [earlyStopping({ patience: 1 })],
    });
    const best = Math.min(...history.valLoss);
    expect(history.valLoss.indexOf(best)).toBeGreaterThanOrEqual(history.valLoss.length - 2);
    expect(best).toBeGreaterThan(0);
    await model.dispose();
  });

  test("leaves scores alone", async () => {
    const model = await penalized([0.05, 0.2], 0.01);
    const plain = await penalized([], 0);
    expect(bits(await model.reconstructionError(samples))).toBe(
      bits(await plain.reconstructionError(samples)),
    );
    await Promise.all([model.dispose(), plain.dispose()]);
  });
});
