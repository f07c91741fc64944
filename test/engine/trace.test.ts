// What tells of a standstill: the last step of every thread.
import { expect, test } from "vitest";
import { readTrace } from "../../src/engine/trace.js";
import { Autoencoder, dense, Engine } from "../../src/index.js";
import { values } from "../support/models.js";
import { until } from "../support/until.js";

const samples = values(300, 64);
const create = (engine: Engine) =>
  Autoencoder.create({ inputSize: 64, encoder: [dense(8, "tanh")], decoder: [dense(64)], engine });
const steps = (engine: Engine) => readTrace(engine.trace.place).map((line) => line.replace(/ \(.*/, ""));
const counts = (engine: Engine) =>
  readTrace(engine.trace.place).map((line) => Number(/\(step (\d+)\)/.exec(line)![1]));

test("workers that have nothing to do wait for a job, and count their steps when they have", async () => {
  const engine = await Engine.create({ threads: 3 });
  const model = await create(engine);
  expect(steps(engine)).toEqual([0, 1, 2].map((thread) => `thread ${thread} has not begun`));
  await model.fit(samples, { epochs: 1 });
  const resting = [1, 2].map((thread) => `thread ${thread} waits for a job`);
  await until(() => steps(engine).slice(1).join() === resting.join(), "the workers' rest");
  const before = counts(engine);
  await model.fit(samples, { epochs: 1 });
  await until(() => steps(engine).slice(1).join() === resting.join(), "the workers' rest");
  for (const [thread, count] of counts(engine).entries()) expect(count).toBeGreaterThan(before[thread]!);
  await engine.dispose();
  await until(() => /1 has ended,.* 2 has ended/.test(steps(engine).join()), "the workers' end");
});
