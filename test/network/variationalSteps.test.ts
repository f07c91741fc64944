import { describe, expect, test } from "vitest";
import { Autoencoder, adam, dense, gaussian } from "../../src/index.js";
import { loadVariationalSteps, rebuild } from "../golden/load.js";
import { normals } from "../support/draws.js";
import { expectClose, MATHS } from "../support/models.js";

const golden = loadVariationalSteps();
const { hidden, latent, batch, steps, seed, beta, warmupSteps, learningRate } = golden;

test("the noise is that of the golden file", () => {
  golden.epsilon.forEach((epsilon, epoch) => {
    const found = normals({ build: "simd", seed, epoch, rows: batch }, latent);
    expectClose(found, epsilon, { absolute: 1e-7 }, `epsilon of epoch ${epoch}`);
  });
});

describe.each(MATHS)("%s", (math) => {
  test.each(golden.runs)("$loss: ten steps are PyTorch's", async (run) => {
    const model = await Autoencoder.create({
      inputSize: golden.inputSize,
      encoder: [dense(hidden, "tanh")],
      latent: gaussian(latent, { beta, warmupSteps }),
      decoder: [dense(hidden, "tanh"), dense(golden.inputSize, "sigmoid")],
      loss: run.loss,
      optimizer: adam({ learningRate }),
      seed,
      engine: { math },
    });
    model.setWeights(golden.start.map((tensor) => ({ ...tensor, data: rebuild(tensor) })));
    const options = { epochs: steps, batchSize: batch, shuffle: false };
    const history = model.fitSync(rebuild(golden.data), options);
    expectClose(history.reconstructionLoss, run.reconstructionLoss, { relative: 1e-6 }, "reconstructionLoss");
    expectClose(history.klLoss, run.klLoss, { relative: 1e-5 }, "klLoss");
    const trained = new Map(model.getWeights().map(({ name, data }) => [name, data]));
    expect([...trained.keys()]).toEqual(run.weights.map(({ name }) => name));
    for (const { name, values } of run.weights) {
      expectClose(trained.get(name)!, values, { absolute: 1e-6, relative: 1e-5 }, name);
    }
  });
});
