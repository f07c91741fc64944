import { describe, expect, test, vi } from "vitest";
import { TILE_NAMES } from "../../src/engine/tiles.js";
import {
  Autoencoder,
  type AutoencoderOptions,
  dense,
  digits,
  Engine,
  type EngineOptions,
  type FitOptions,
  type FitSyncOptions,
} from "../../src/index.js";
import { bits, smallModel, values, weightBits } from "../support/models.js";
import { ENGINES, watchWorkers } from "../support/workers.js";

// The tile that engines get; as the library chooses where there is none.
const forced: { tile?: number } = {};
vi.mock("../../src/engine/tiles.js", async (original) => {
  const tiles = await original<typeof import("../../src/engine/tiles.js")>();
  const chooseTile: typeof tiles.chooseTile = (...of) => forced.tile ?? tiles.chooseTile(...of);
  return { ...tiles, chooseTile };
});

const THREADS = [1, 2, 3, 4, 7];

interface Work {
  readonly model: Omit<AutoencoderOptions, "engine">;
  readonly samples: Float32Array | Uint8Array;
  readonly fit: FitOptions;
}

/** Work whose steps run in several jobs. */
const LONG = "a step so long that it is cut into slices, and these into pieces that threads take";

const WORKS: Record<string, Work> = {
  "784-32-784 on digits, the last batch a partial one": {
    model: {
      inputSize: 784,
      encoder: [dense(32, "relu")],
      decoder: [dense(784, "sigmoid")],
      loss: "binaryCrossentropy",
      seed: 42,
    },
    samples: digits({ samples: 600, seed: 1 }).images,
    fit: { epochs: 2, batchSize: 250 },
  },
  "seven layers of odd widths, batches of 47": {
    model: {
      inputSize: 53,
      encoder: [dense(37, "tanh"), dense(19, "sigmoid", { bias: false }), dense(5)],
      decoder: [dense(19, "relu"), dense(37, "tanh"), dense(71, "sigmoid"), dense(53)],
      optimizer: "sgd",
      seed: 3,
    },
    samples: values(200, 53),
    fit: { epochs: 3, batchSize: 47, validationSplit: 0.1 },
  },
  "fewer rows than threads": {
    model: { inputSize: 40, encoder: [dense(1)], decoder: [dense(40, "sigmoid")], seed: 1 },
    samples: values(3, 40),
    fit: { epochs: 4, batchSize: 2 },
  },
  [LONG]: {
    model: { inputSize: 384, encoder: [dense(640, "tanh")], decoder: [dense(384)], seed: 5 },
    samples: values(1560, 384),
    fit: { epochs: 1, batchSize: 1560 },
  },
};

/** Fingerprints of everything that a model gives. */
async function results({ model: options, samples, fit }: Work, engine: EngineOptions) {
  const model = await Autoencoder.create({ ...options, engine });
  const { loss, valLoss } = await model.fit(samples, fit);
  const codes = await model.encode(samples);
  const result = {
    weights: weightBits(model),
    losses: [loss, valLoss],
    codes: bits(codes.data),
    decoded: bits((await model.decode(codes)).data),
    reconstruction: bits((await model.reconstruct(samples)).data),
    evaluation: await model.evaluate(samples),
    errors: bits(await model.reconstructionError(samples)),
  };
  const { tile } = model.engine;
  await model.dispose();
  return { tile, result };
}

describe.each(ENGINES)("%s", (_, engine) => {
  test.each(Object.keys(WORKS))("the same bits for any number of threads: %s", async (name) => {
    const alone = await results(WORKS[name]!, { ...engine, threads: 1 });
    for (const threads of THREADS.slice(1)) {
      const workers = watchWorkers();
      const together = await results(WORKS[name]!, { ...engine, threads });
      expect(workers.started).toHaveLength(threads - 1);
      expect(together.result, `${threads} threads`).toEqual(alone.result);
      expect(workers.alive).toBe(0);
    }
  });

  test.each(Object.keys(WORKS).slice(0, 3))("the same bits for any tile: %s", async (name) => {
    const { result } = await results(WORKS[name]!, { ...engine, threads: 1 });
    for (const tile of Object.keys(TILE_NAMES).map(Number)) {
      forced.tile = tile;
      for (const threads of [1, 3]) {
        const other = await results(WORKS[name]!, { ...engine, threads });
        expect(other.tile).toBe(TILE_NAMES[tile]);
        expect(other.result, `tile ${other.tile}, ${threads} threads`).toEqual(result);
      }
      forced.tile = undefined;
    }
  });

  test("the …Sync twins give the same bits as threads do", async () => {
    const { model: options, samples, fit } = WORKS["seven layers of odd widths, batches of 47"]!;
    const create = () => Autoencoder.create({ ...options, engine: { ...engine, threads: 3 } });
    const [model, twin] = [await create(), await create()];
    const { validationSplit, batchSize, epochs } = fit;
    twin.fitSync(samples, { validationSplit, batchSize, epochs } as FitSyncOptions);
    await model.fit(samples, fit);
    expect(weightBits(twin)).toBe(weightBits(model));
    expect(bits(twin.reconstructSync(samples).data)).toBe(bits((await model.reconstruct(samples)).data));
    expect(twin.evaluateSync(samples)).toEqual(await model.evaluate(samples));
    await Promise.all([model.dispose(), twin.dispose()]);
  });

  test("models that train at the same time on one engine get the bits that they get alone", async () => {
    const shared = await Engine.create({ ...engine, threads: 3 });
    const seeds = [1, 2, 3, 4];
    // Steps of 0.3 GFLOP, in slices, beside steps that take microseconds.
    const wide = { inputSize: 256, encoder: [dense(256, "tanh")], decoder: [dense(256)] };
    const create = (seed: number, on: Engine | EngineOptions) =>
      seed % 2 ? smallModel({ seed, engine: on }) : Autoencoder.create({ ...wide, seed, engine: on });
    const train = async (model: Autoencoder) => {
      const samples = values(model.inputSize === 6 ? 1000 : 600, model.inputSize);
      await model.fit(samples, { epochs: 2, batchSize: model.inputSize === 6 ? 10 : 500 });
      return [weightBits(model), bits((await model.encode(samples)).data)];
    };
    const together = await Promise.all(seeds.map(async (seed) => train(await create(seed, shared))));
    for (const [index, seed] of seeds.entries()) {
      const model = await create(seed, { ...engine, threads: 1 });
      expect(together[index], `seed ${seed}`).toEqual(await train(model));
      await model.dispose();
    }
    await shared.dispose();
  });

  test.each([1, 2])("long steps of several models on one engine take turns: %i threads", async (threads) => {
    const shared = await Engine.create({ ...engine, threads });
    const { model: options, samples } = WORKS[LONG]!;
    const create = () => Autoencoder.create({ ...options, engine: shared });
    const models = await Promise.all([create(), create(), create()]);
    const done = models.map(() => 0);
    let furthest = 0;
    const fit = (model: Autoencoder, index: number) =>
      model.fit(samples, {
        epochs: 5,
        batchSize: 1560,
        onBatchEnd() {
          done[index]!++;
          furthest = Math.max(furthest, Math.max(...done) - Math.min(...done));
        },
      });
    await Promise.all(models.map(fit));
    // One may begin before the others are there.
    expect(furthest).toBeLessThanOrEqual(2);
    await shared.dispose();
  });

  test("a …Sync call while another model's step is on the workers gives its bits, and disturbs nothing", async () => {
    const shared = await Engine.create({ ...engine, threads: 2 });
    const { model: options, samples } = WORKS[LONG]!;
    const create = () => Autoencoder.create({ ...options, engine: shared });
    const [busy, twin, other] = [await create(), await create(), await smallModel({ engine: shared })];
    const few = values(50, 6);
    const expected = bits(other.encodeSync(few).data);
    const seen = new Set<string>();
    const timer = setInterval(() => seen.add(bits(other.encoder.predictSync(few).data)), 1);
    await busy.fit(samples, { epochs: 2, batchSize: 1560 });
    clearInterval(timer);
    expect([...seen]).toEqual([expected]);
    twin.fitSync(samples, { epochs: 2, batchSize: 1560 });
    expect(weightBits(busy)).toBe(weightBits(twin));
    await shared.dispose();
  });
});
