// What test/checkpoint runs in another process, with the built library.
//   node child.mjs resume CHECKPOINT THREADS MATH   goes on and prints a hash of weights and history
//   node child.mjs write FILE                       writes checkpoints over and over, and a line after each
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { Autoencoder, dense } from "../../build/index.js";
import { saveCheckpoint } from "../../build/node.js";

/** Values that follow from their place alone. */
function data(rows, columns) {
  return Float32Array.from({ length: rows * columns }, (_, i) => ((i * 2654435761) % 1000) / 1000);
}

const [what, file, threads, math] = process.argv.slice(2);
if (what === "resume") {
  const engine = { threads: Number(threads), math };
  const model = await Autoencoder.fromCheckpoint(readFileSync(file), { engine });
  const { loss, valLoss } = await model.fit(data(200, 40));
  const hash = createHash("sha256");
  for (const weight of model.getWeights()) hash.update(new Uint8Array(weight.data.buffer));
  process.stdout.write(JSON.stringify({ weights: hash.digest("hex"), loss, valLoss }));
  await model.dispose();
} else {
  const model = await Autoencoder.create({ inputSize: 256, encoder: [dense(256)], decoder: [dense(256)] });
  for (let epoch = 1; ; epoch++) {
    model.fitSync(data(1, 256));
    await saveCheckpoint(file, model);
    process.stdout.write(`${epoch}\n`);
  }
}
