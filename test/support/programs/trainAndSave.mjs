// Trains a small model on this thread and saves it and a checkpoint:  node trainAndSave.mjs MODEL CHECKPOINT
import { Autoencoder, dense } from "../../../build/index.js";
import { assertWritable, checkpointFile, loadCheckpoint, loadModel, saveModel } from "../../../build/node.js";

const [file, checkpoint] = process.argv.slice(2);
await assertWritable(file);
const model = await Autoencoder.create({
  inputSize: 2,
  encoder: [dense(1)],
  decoder: [dense(2)],
  engine: { threads: 1 },
});
for (const _ of [1, 2]) {
  await model.fit([[1, 2]], { epochs: 2, callbacks: [checkpointFile(checkpoint)] });
  await saveModel(file, model);
}
const same = (a, b) => JSON.stringify(a.getWeights()) === JSON.stringify(b.getWeights());
console.log(
  JSON.stringify([same(model, await loadModel(file)), same(model, await loadCheckpoint(checkpoint))]),
);
