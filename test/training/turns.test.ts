// The event loop turns while models calculate. A clock of the test's own decides when a turn is due, and the turns are
// counted, so that nothing depends on how fast or how busy the machine is.
import { afterEach, describe, expect, test, vi } from "vitest";
import { OPERATIONS_PER_TURN } from "../../src/engine/scheduler.js";
import { Autoencoder, dense, sgd } from "../../src/index.js";

/** Has a clock that goes on by `ms` whenever somebody looks at it; from 12 ms on, each look finds a turn due. */
function useClock(ms: number): void {
  let now = 0;
  vi.spyOn(performance, "now").mockImplementation(() => {
    now += ms;
    return now;
  });
}

/** How often the event loop turns while `work` is done. */
async function turnsDuring(work: () => unknown): Promise<number> {
  let turns = 0;
  let done = false;
  const turn = () => {
    if (done) return;
    turns++;
    setImmediate(turn);
  };
  setImmediate(turn);
  await work();
  done = true;
  return turns;
}

afterEach(() => void vi.restoreAllMocks());

describe("the event loop", async () => {
  const size = 512;
  const samples = new Float32Array(size * size).fill(0.5);
  const engine = { threads: 1 };
  const model = await Autoencoder.create({
    inputSize: size,
    encoder: [dense(size, "tanh")],
    decoder: [dense(size)],
    optimizer: sgd({ learningRate: 1e-6 }),
    engine,
  });
  /** Multiplications and additions of the two layers' products for so many rows. */
  const forward = (rows: number) => 2 * 2 * size * size * rows;

  test("does not turn while fitSync runs", async () => {
    useClock(12);
    expect(await turnsDuring(() => model.fitSync(samples, { batchSize: size }))).toBe(0);
  });

  test("turns while one long step of fit runs, after so many operations", async () => {
    useClock(12);
    const turns = await turnsDuring(() => model.fit(samples, { batchSize: size }));
    // Forward, and backward about twice that, but for the first layer's input.
    expect(turns).toBeGreaterThanOrEqual((2.5 * forward(size)) / OPERATIONS_PER_TURN);
  });

  test("turns while predictions run", async () => {
    useClock(12);
    const rows = 4 * size;
    const many = new Float32Array(rows * size);
    const least = forward(rows) / OPERATIONS_PER_TURN;
    expect(await turnsDuring(() => model.reconstruct(many))).toBeGreaterThanOrEqual(least);
    expect(await turnsDuring(() => model.evaluate(many))).toBeGreaterThanOrEqual(least);
  });

  test("turns between steps that are short as often as a turn is due, and no more often", async () => {
    const small = await Autoencoder.create({
      inputSize: 64,
      encoder: [dense(16)],
      decoder: [dense(64)],
      engine,
    });
    const steps = 600;
    const fit = () => small.fit(new Float32Array(64 * 64 * steps).fill(0.5), { batchSize: 64 });
    useClock(0);
    expect(await turnsDuring(fit)).toBe(0);
    vi.restoreAllMocks();
    useClock(1);
    const turns = await turnsDuring(fit);
    expect(turns).toBeGreaterThanOrEqual(steps / 12);
    expect(turns).toBeLessThan(steps);
  });
});
