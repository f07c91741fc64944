import { describe, expect, test } from "vitest";
import { Engine } from "../../src/engine/engine.js";
import { Storage } from "../../src/engine/storage.js";
import { Autoencoder, type AutoencoderOptions } from "../../src/index.js";
import { checkDescription, stackOf } from "../../src/network/description.js";
import { Learner } from "../../src/network/learner.js";
import { Network } from "../../src/network/network.js";
import { TrainingStep } from "../../src/network/trainingStep.js";
import { KINDS, WIDTH } from "../support/kinds.js";
import { bits, MATHS, values, weightBits } from "../support/models.js";

const ROWS = 135;

/** Weights and losses after three steps whose phases were run in `shares` shares, last share first. */
function trained(engine: Engine, options: AutoencoderOptions, shares: number): string {
  const description = checkDescription(options);
  const network = new Network(engine, stackOf(description));
  network.initialize(3);
  const learner = new Learner(network, description.optimizer, description.loss, description);
  const storage = new Storage(engine);
  const data = storage.floats(ROWS, WIDTH);
  data.values.set(values(ROWS, WIDTH, 6, 0.02, 0.98));
  const indices = storage.words(ROWS);
  indices.values.set(Array.from({ length: ROWS }, (_, row) => (row * 37) % ROWS));
  const step = new TrainingStep(learner, { data, inOrder: false }, ROWS);
  const losses: number[] = [];
  for (let epoch = 0; epoch < 3; epoch++) {
    const { phases, scratch } = step.prepare(ROWS, indices, learner.clock.tick(), epoch);
    for (const phase of phases) {
      for (let share = shares - 1; share >= 0; share--) {
        engine.kernels.runPhase(phase, share, shares, scratch?.at ?? engine.scratch);
      }
    }
    losses.push(step.losses(ROWS).loss);
  }
  const found = bits(new Float32Array(network.values), Float64Array.from(losses));
  for (const part of [step, learner, network, storage]) part.release();
  return found;
}

describe.each(MATHS)("%s", (math) => {
  test.each(KINDS)("%s: the same bits for 1, 2, 3 and 7 shares", async (_, options) => {
    const engine = await Engine.create({ math, threads: 1 });
    const whole = trained(engine, options, 1);
    for (const shares of [2, 3, 7]) expect(trained(engine, options, shares)).toBe(whole);
    await engine.dispose();
  });
});

test.each(KINDS)("%s: the same bits on two threads, others from another seed", async (_, options) => {
  const samples = values(ROWS, WIDTH, 6, 0.02, 0.98);
  const train = async (threads: number, seed: number) => {
    const model = await Autoencoder.create({ ...options, seed, engine: { threads, math: "portable" } });
    await model.fit(samples, { epochs: 2, batchSize: 50 });
    const result = weightBits(model);
    await model.dispose();
    return result;
  };
  const first = await train(1, 4);
  expect(await train(2, 4)).toBe(first);
  expect(await train(1, 5)).not.toBe(first);
});
