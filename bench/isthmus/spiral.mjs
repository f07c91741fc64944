/** The spiral workload, by `fit` on the data and the starting weights of the reference. */
import { readFile } from "node:fs/promises";
import { Autoencoder, dense, sgd } from "isthmus";
import { count } from "../peers/requests.mjs";
import { facts, openEngine } from "./library.mjs";

const START = new URL("../../test/golden/spiral.json", import.meta.url);

/** Prepares the workload for one run, which gives `{ ms, loss }`, the loss before the last update. */
export async function spiral(request) {
  const golden = JSON.parse(await readFile(START, "utf8"));
  const samples = count(request, "samples");
  const engine = await openEngine(request);
  const model = await Autoencoder.create({
    inputSize: 2,
    encoder: [dense(1, "sigmoid")],
    decoder: [dense(2, "sigmoid")],
    loss: "meanSquaredError",
    optimizer: sgd({ learningRate: golden.learningRate }),
    engine,
  });
  model.setWeights(golden.start.map((one) => ({ ...one, data: Float32Array.from(one.values) })));
  const points = Float32Array.from(golden.data.values);
  return {
    ...facts(engine),
    async run(order) {
      const epochs = count(order, "epochs");
      const start = performance.now();
      const { loss } = await model.fit(points, { epochs, batchSize: samples, shuffle: false });
      const ms = performance.now() - start;
      await model.dispose();
      await engine.dispose();
      return { ms, loss: loss.at(-1) };
    },
  };
}
