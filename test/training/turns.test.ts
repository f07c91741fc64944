import { describe, expect, test } from "vitest";
import { Autoencoder, dense, sgd } from "../../src/index.js";

/** The aim is 50 ms; the rest is for machines that do other things, too. */
const LIMIT = 150;

/** The longest time, in ms, for which a timer that is due every millisecond did not run while `work` did. */
async function longestGap(work: () => unknown): Promise<number> {
  let longest = 0;
  let last = performance.now();
  const look = () => {
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
  };
  const timer = setInterval(look, 1);
  try {
    await work();
    look();
  } finally {
    clearInterval(timer);
  }
  return longest;
}

describe("the event loop", async () => {
  const size = 1024;
  const samples = new Float32Array(size * size).fill(0.5);
  const model = await Autoencoder.create({
    inputSize: size,
    encoder: [dense(size, "tanh")],
    decoder: [dense(size)],
    optimizer: sgd({ learningRate: 1e-6 }),
  });

  // About 10 GFLOP, and 4 GFLOP forward.
  test("a step without pauses takes longer than the limit", async () => {
    expect(await longestGap(() => model.fitSync(samples, { batchSize: size }))).toBeGreaterThan(LIMIT);
  });

  test("turns while one long step of fit runs", { retry: 3 }, async () => {
    expect(await longestGap(() => model.fit(samples, { batchSize: size }))).toBeLessThan(LIMIT);
  });

  test("turns while predictions run", { retry: 3 }, async () => {
    const many = new Float32Array(4 * size * size);
    expect(await longestGap(() => model.reconstruct(many))).toBeLessThan(LIMIT);
    expect(await longestGap(() => model.evaluate(many))).toBeLessThan(LIMIT);
  });

  test("turns between steps that are short", { retry: 3 }, async () => {
    const small = await Autoencoder.create({ inputSize: 64, encoder: [dense(16)], decoder: [dense(64)] });
    const work = { epochs: 20, batchSize: 64 };
    const data = new Float32Array(64 * 20_000).fill(0.5);
    let turns = 0;
    const timer = setInterval(() => turns++, 1);
    const gap = await longestGap(() => small.fit(data, work));
    clearInterval(timer);
    expect(gap).toBeLessThan(LIMIT);
    expect(turns).toBeGreaterThan(5);
  });
});
