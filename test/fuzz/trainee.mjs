// Trains a small model, writes a checkpoint after each epoch, and prints a line when it is written. It goes on from the
// file if there is one; at the end it prints a hash of the weights and the history.
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { Autoencoder, adam, dense } from "../../build/index.js";
import { checkpointFile, loadCheckpoint } from "../../build/node.js";

const [file, epochs] = process.argv.slice(2);
const samples = Float32Array.from({ length: 24 * 16 }, (_, i) => ((i * 2654435761) % 1000) / 1000);
const engine = { math: "portable", threads: 1 };
const model = existsSync(file)
  ? await loadCheckpoint(file, { engine })
  : await Autoencoder.create({
      inputSize: 16,
      encoder: [dense(6, "tanh")],
      decoder: [dense(16)],
      optimizer: adam({ learningRate: 0.01 }),
      engine,
    });
const { loss } = await model.fit(samples, {
  epochs: Number(epochs),
  batchSize: 8,
  callbacks: [
    checkpointFile(file),
    { onEpochEnd: ({ epoch }) => void process.stdout.write(`${JSON.stringify({ epoch })}\n`) },
  ],
});
const hash = createHash("sha256");
for (const { data } of model.getWeights())
  hash.update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
process.stdout.write(`${JSON.stringify({ weights: hash.digest("hex"), loss })}\n`);
await model.dispose();
