// Trains on two threads and never disposes of the model: at once, or, with "idle", after a while; with "fit", while
// the second training is under way, it ends the process by what any program does, an exception.
import { Autoencoder, dense } from "../../../build/index.js";

const [how] = process.argv.slice(2);
let workers = 0;
process.on("worker", () => workers++);
const model = await Autoencoder.create({
  inputSize: 64,
  encoder: [dense(8)],
  decoder: [dense(64)],
  engine: { threads: 3 },
});
const samples = new Float32Array(64 * 500).fill(0.5);
const { loss } = await model.fit(samples, { epochs: 2 });
if (how === "idle") await new Promise((resolve) => setTimeout(resolve, 300));
console.log(JSON.stringify({ epochs: loss.length, workers }));
if (how === "fit") {
  void model.fit(samples, {
    epochs: 1e6,
    onEpochEnd({ epoch }) {
      // Not in the callback, where fit would be rejected with it.
      if (epoch === 2)
        setImmediate(() => {
          throw new Error("on purpose");
        });
    },
  });
}
