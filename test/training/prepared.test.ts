import { afterEach, describe, expect, test, vi } from "vitest";
import {
  type Autoencoder,
  dense,
  Engine,
  gaussian,
  l1,
  type MetricName,
  OutOfMemoryError,
} from "../../src/index.js";
import { bits, failure, MATHS, smallModel, usedWithoutSpares, values } from "../support/models.js";

afterEach(() => {
  vi.restoreAllMocks();
});

/** Counts the plans that engines build, and those that they run, from now on. */
function watchPlans(engine: Engine): { built: number; run: number } {
  const seen = { built: 0, run: 0 };
  const [plan, run] = [engine.plan.bind(engine), engine.run.bind(engine)];
  vi.spyOn(engine, "plan").mockImplementation(() => {
    seen.built++;
    return plan();
  });
  vi.spyOn(engine, "run").mockImplementation((given) => {
    seen.run++;
    run(given);
  });
  return seen;
}

describe.each(MATHS)("%s", (math) => {
  test("each kind of prediction is prepared once, however often it is called", async () => {
    const engine = await Engine.create({ math, threads: 1 });
    const model = await smallModel({ engine });
    const [row, codes] = [values(1, 6), values(1, 3)];
    const round = async () => [
      bits((await model.encode(row)).data),
      bits(model.encodeSync(row).data),
      bits(model.encoder.predictSync(row).data),
      bits((await model.decode(codes)).data),
      bits(model.decoder.predictSync(codes).data),
      bits((await model.reconstruct(row)).data),
      (await model.evaluate(row)).loss,
      bits(model.reconstructionErrorSync(row)),
    ];
    const plans = watchPlans(engine);
    const first = await round();
    // Codes, their samples, both, the evaluation and the error.
    expect(plans.built).toBe(5);
    const { used } = engine.memory;
    for (let i = 0; i < 10; i++) expect(await round()).toEqual(first);
    expect(plans.built).toBe(5);
    expect(engine.memory.used).toBe(used);
    // They go by the weights as they are.
    model.fitSync(values(20, 6), { epochs: 2 });
    const trained = await round();
    engine.memory.freeSpares();
    expect(await round()).toEqual(trained);
    expect(trained[0]).not.toBe(first[0]);
    await model.dispose();
    await engine.dispose();
    expect(engine.memory.used).toBe(0);
  });

  test("what is prepared is bounded, and any number of rows has the bits it has alone", async () => {
    const engine = await Engine.create({ math, threads: 1 });
    const model = await smallModel({ engine });
    const samples = values(200, 6);
    const all = model.encodeSync(samples).data;
    usedWithoutSpares(engine);
    const bytes = Uint8Array.from(samples, (value) => value * 255);
    const inBytes = model.encodeSync(bytes).data;
    const rounds = [1, 2, 3].map(() => {
      for (let rows = 1; rows <= 200; rows++) {
        expect(bits(model.encodeSync(samples.subarray(0, rows * 6)).data)).toBe(
          bits(all.subarray(0, rows * 3)),
        );
        expect(bits(model.encodeSync(bytes.subarray(0, rows * 6)).data)).toBe(
          bits(inBytes.subarray(0, rows * 3)),
        );
      }
      return engine.memory.used;
    });
    expect(rounds[1]).toBe(rounds[0]);
    expect(rounds[2]).toBe(rounds[0]);
    await engine.dispose();
  });

  test("what takes too much memory is not kept", async () => {
    const engine = await Engine.create({ math, threads: 1 });
    const wide = { inputSize: 3000, encoder: [dense(4)], decoder: [dense(3000)] };
    const model = await smallModel({ engine, ...wide });
    const idle = engine.memory.used;
    model.reconstructSync(values(1, 3000));
    const kept = engine.memory.used;
    expect(kept).toBeGreaterThan(idle);
    model.reconstructSync(values(600, 3000));
    expect(engine.memory.used).toBe(kept);
    for (const rows of [100, 110, 120, 130]) {
      model.reconstructSync(values(rows, 3000));
      expect(engine.memory.used - idle).toBeLessThan(9 * 2 ** 20);
    }
    await model.dispose();
    await engine.dispose();
    expect(engine.memory.used).toBe(0);
  });

  test("calls that overlap do not share what is prepared", async () => {
    const engine = await Engine.create({ math, threads: 2 });
    const model = await smallModel({ engine });
    const inputs = [1, 2, 3, 4].map((tag) => values(2000, 6, tag));
    const alone = inputs.map((samples) => bits(model.reconstructSync(samples).data));
    // In turns on the workers, and in between on the calling thread.
    for (let round = 0; round < 5; round++) {
      const together = inputs.map(async (samples) => bits((await model.reconstruct(samples)).data));
      expect(bits(model.reconstructSync(inputs[round % 4]!).data)).toBe(alone[round % 4]);
      expect(await Promise.all(together)).toEqual(alone);
    }
    await model.dispose();
    await engine.dispose();
    expect(engine.memory.used).toBe(0);
  });
});

test("memory that is only kept is freed where memory runs out", async () => {
  const engine = await Engine.create();
  const [model, other] = [await smallModel({ engine }), await smallModel({ engine })];
  const row = values(1, 6);
  const [code, same] = [model.encodeSync(row).data, other.encodeSync(row).data];
  const kept = engine.memory.used;
  const idle = usedWithoutSpares(engine);
  for (const each of [model, other]) each.encodeSync(row);
  expect(engine.memory.used).toBe(kept);
  expect(kept).toBeGreaterThan(idle);
  expect(() => engine.memory.allocate(2 ** 33)).toThrow(OutOfMemoryError);
  expect(engine.memory.used).toBe(idle);
  expect(model.encodeSync(row).data).toEqual(code);
  expect(other.encodeSync(row).data).toEqual(same);
  await Promise.all([model.dispose(), other.dispose()]);
  await engine.dispose();
  expect(engine.memory.used).toBe(0);
});

test("a call that fails in the middle leaves nothing behind, and the next one works", async () => {
  const engine = await Engine.create({ threads: 1 });
  const model = await smallModel({ engine });
  const row = values(1, 6);
  const code = bits(model.encodeSync(row).data);
  const idle = usedWithoutSpares(engine);
  model.encodeSync(row);
  const boom = new Error("boom");
  vi.spyOn(engine, "run").mockImplementationOnce(() => {
    throw boom;
  });
  expect(await failure(() => model.encodeSync(row))).toBe(boom);
  expect(engine.memory.used).toBe(idle);
  expect(bits(model.encodeSync(row).data)).toBe(code);
  await engine.dispose();
});

describe("loss and metrics come from one forward pass", () => {
  const METRICS: MetricName[] = ["binaryCrossentropy", "meanSquaredError", "meanAbsoluteError", "huber"];
  const samples = values(2100, 6);

  const engines = new WeakMap<Autoencoder, Engine>();

  /** The validation's values after an epoch that changes nothing, and the passes that they took. */
  async function validate(model: Autoencoder, metrics: MetricName[]) {
    let runs = 0;
    const engine = engines.get(model)!;
    const run = engine.run.bind(engine);
    const history = await model.fit(values(40, 6, 9), {
      epochs: 1,
      validationData: samples,
      metrics,
      onBatchEnd() {
        vi.spyOn(engine, "run").mockImplementation((plan) => {
          runs++;
          run(plan);
        });
      },
    });
    vi.restoreAllMocks();
    return { runs, loss: history.valLoss[0]!, metrics: history.valMetrics };
  }

  test.each<[string, Parameters<typeof smallModel>[0]]>([
    ["cross-entropy of a sigmoid", { decoder: [dense(6, "sigmoid")], loss: "binaryCrossentropy" }],
    ["a squared error of a sigmoid", { decoder: [dense(6, "sigmoid")] }],
    ["penalties of every layer", { encoder: [dense(3, "relu", { activityPenalty: l1(0.1) })] }],
    [
      "a variational model",
      { latent: gaussian(2), encoder: [dense(4, "tanh")], decoder: [dense(6, "sigmoid")] },
    ],
  ])("%s", async (_, options) => {
    const create = async () => {
      const engine = await Engine.create({ threads: 1 });
      const model = await smallModel({ seed: 4, ...options, engine });
      engines.set(model, engine);
      return model;
    };
    const plain = await validate(await create(), []);
    const together = await validate(await create(), METRICS);
    expect(plain.runs).toBeGreaterThan(2);
    expect(together.runs).toBe(plain.runs);
    expect(together.loss).toBe(plain.loss);
    for (const name of METRICS) {
      const one = await validate(await create(), [name]);
      expect(one.runs, name).toBe(plain.runs);
      expect(one.metrics[name], name).toEqual(together.metrics[name]);
    }
  });
});
