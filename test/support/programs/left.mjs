// Counts the threads of its process (Linux) after runs that end in each way, once their models were disposed of.
import { readdirSync } from "node:fs";
import { Autoencoder, dense } from "../../../build/index.js";

const threads = () => readdirSync("/proc/self/task").length;
const samples = new Float32Array(64 * 500).fill(0.5);
const create = () =>
  Autoencoder.create({ inputSize: 64, encoder: [dense(8)], decoder: [dense(64)], engine: { threads: 3 } });

/** A thread that has ended may be listed for another moment. */
async function settled(wanted) {
  const end = performance.now() + 30_000;
  while (threads() > wanted && performance.now() < end)
    await new Promise((resolve) => setTimeout(resolve, 10));
  return threads();
}

/** Callbacks that do something in the event loop's next turn after the second epoch. */
const afterTwoEpochs = (act) => ({
  onEpochEnd({ epoch }) {
    if (epoch === 2) setImmediate(act);
  },
});

const ways = {
  async done(model) {
    await model.fit(samples);
  },
  async aborted(model) {
    const controller = new AbortController();
    const abort = afterTwoEpochs(() => controller.abort());
    await model.fit(samples, { epochs: 1e6, signal: controller.signal, ...abort });
  },
  async failed(model) {
    await model.fit(samples, {
      epochs: 3,
      onBatchEnd({ step }) {
        if (step === 5) throw new Error("on purpose");
      },
    });
  },
  async refused(model) {
    await model.fit(samples);
    await model.fit(samples.with(100, Number.NaN));
  },
  async disposed(model) {
    await model.fit(samples, { epochs: 1e6, ...afterTwoEpochs(() => model.dispose()) });
  },
};

// The first worker makes the process start threads that stay.
const first = await create();
await first.fit(samples);
const withWorkers = threads();
await first.dispose();
const idle = await settled(withWorkers - 2);

const result = { idle };
for (const [name, run] of Object.entries(ways)) {
  const model = await create();
  const error = await run(model).then(
    () => "none",
    ({ name }) => name,
  );
  const running = threads();
  await model.dispose();
  result[name] = { error, running, left: (await settled(idle)) - idle };
}
console.log(JSON.stringify(result));
