// Writes the sequence autoencoder that keras_sequence.py trains, before its first step, for Keras.
//     node test/golden/sequenceStart.mjs FILE.keras STEPS          after npm run build
import { writeFileSync } from "node:fs";
import { exportKeras } from "../../build/export.js";
import { Autoencoder, dense, lstm, repeatVector, timeDistributed } from "../../build/index.js";

const [file, steps] = process.argv.slice(2);
const model = await Autoencoder.create({
  inputShape: [Number(steps), 1],
  encoder: [lstm(64), dense(8)],
  decoder: [repeatVector(Number(steps)), lstm(64, { returnSequences: true }), timeDistributed(dense(1))],
  seed: 1,
  engine: { threads: 1, math: "portable" },
});
writeFileSync(file, exportKeras(model));
await model.dispose();
