import { beforeAll, describe, expect, test } from "vitest";
import { contestantIds } from "../../bench/contestants.mjs";
import { createNetwork, trialLosses } from "../../bench/isthmus/network.mjs";
import { denseContestants, tables as denseTables } from "../../bench/parts/dense.mjs";
import { networkContestants, networkTables, refuseOtherLosses } from "../../bench/parts/network.mjs";
import { batchFor, fitBatches } from "../../bench/parts/smallerBatches.mjs";
import { decodeFloats, encodeFloats, NETWORKS, withoutNoise } from "../../bench/peers/networks.mjs";
import { reach } from "../../bench/reach.mjs";

const opened = (losses: Record<string, number[] | undefined>) =>
  Object.entries(losses).map(
    ([id, found]) =>
      ({ id, answer: { losses: found! } }) as { id: string; answer: { losses: number[] }; failed?: string },
  );

describe("who takes part", () => {
  test("Isthmus, PyTorch and JAX with one thread and two, the others with two where they can", () => {
    const ids = networkContestants().map(({ id }) => id);
    expect(ids).toEqual([
      ...["fast", "turbo", "turbo@2", "torch", "torch@2", "jax-cpu", "jax-cpu@2"],
      ...["keras@2", "keras-jax@2", "tfjs-cpu", "tfjs-wasm"],
    ]);
    // --only can name all of them.
    expect(contestantIds(2)).toEqual(expect.arrayContaining(ids));
  });

  test("dense networks have JAX and PyTorch's compiler beside them, with one thread and two", () => {
    const ids = denseContestants().map(({ id }) => id);
    expect(ids).toEqual([
      ...["fast", "turbo", "fast@2", "turbo@2", "torch", "torch@2"],
      ...["torch-compiled", "torch-compiled@2", "jax-cpu", "jax-cpu@2"],
    ]);
    expect(contestantIds(2)).toEqual(expect.arrayContaining(ids));
  });

  test("whose trial comes to other losses is not timed", () => {
    const all = opened({
      fast: [0.7, 0.6],
      near: [0.70001, 0.59999],
      far: [0.7, 0.6001],
      nan: [0.7, Number.NaN],
      short: [0.7],
      none: undefined,
    });
    refuseOtherLosses(all);
    expect(all.map(({ id, failed }) => [id, failed?.split(":")[0]])).toEqual([
      ["fast", undefined],
      ["near", undefined],
      ...["far", "nan", "short", "none"].map((id) => [id, "WRONG"]),
    ]);
  });

  test("on a smaller batch, losses are compared with Isthmus's on that batch", () => {
    const [fast, good, bad] = opened({ fast: [0.7, 0.6], good: [0.5, 0.4], bad: [0.7, 0.6] });
    const all = [fast!, { ...good!, batch: 8 }, { ...bad!, batch: 8 }];
    refuseOtherLosses(all, new Map([[8, [0.5, 0.4]]]));
    expect(all.map(({ failed }) => failed?.replace(/:.*those of/, " of"))).toEqual([
      undefined,
      undefined,
      "WRONG of Isthmus on a batch of 8 are 0.5,0.4",
    ]);
  });
});

describe("smaller batches", () => {
  test("are as large as the time of the smallest one allows", () => {
    const batches = [128, 8, 2];
    // 2 samples in 70 ms are 128 in 4.5 s; 8 may take a minute, as may 2.
    expect([70, 80, 14_000, 16_000, 59_000, 61_000].map((ms) => batchFor(ms, batches, 5000))).toEqual([
      ...[128, 8, 8, 2, 2],
      undefined,
    ]);
  });

  test("are tried only by contestants that may have them and take part", async () => {
    const all = [
      { id: "fast", build: "fast", threads: 1 },
      { id: "slow", peer: { batches: [8] }, threads: 1 },
    ];
    const context = { node: process.execPath, quick: false, say: () => {} };
    const setup = { batch: 128, name: "a network" };
    expect(await fitBatches(all, setup, { ...context, only: ["fast"] }, 5000)).toEqual({
      contestants: all,
      notes: [],
    });
    // The batch is not a smaller one.
    expect(
      (await fitBatches(all, { ...setup, batch: 8 }, { ...context, only: [] }, 5000)).contestants,
    ).toEqual(all);
  });

  test("have losses of their own", async () => {
    const network = NETWORKS.narrow!;
    const model = await createNetwork(network, { threads: 1, math: "portable" });
    const weights = model.getWeights().map(({ data, ...rest }) => ({ ...rest, data: encodeFloats(data) }));
    const images = Float32Array.from({ length: 4 * 784 }, (_, i) => ((i * 7) % 11) / 11);
    const request = { network, weights, samples: encodeFloats(images), rows: 4, trial: 2 };
    const lossOf = async (batch: number) =>
      (await trialLosses({ ...request, batch }, { threads: 1, math: "portable" }))[0];
    expect(await lossOf(2)).toBeCloseTo(model.evaluateSync(images.subarray(0, 2 * 784)).loss, 6);
    expect(await lossOf(4)).toBeCloseTo(model.evaluateSync(images).loss, 6);
    await model.dispose();
  });
});

describe("the networks", () => {
  const there = Object.entries(NETWORKS);
  const counts: Record<string, number> = {
    ...{ lstm: 12_705, pooled: 28_353, series: 9505, strided: 111_521 },
    ...{ narrow: 50_992, deep: 222_384, middle: 1_100_112, wide: 1_607_440, widest: 5_313_808 },
  };
  test.each(there)("%s is one that Isthmus can train, with the canon's parameters", async (name, network) => {
    const model = await createNetwork(network, { threads: 1, math: "portable" });
    expect(model.parameterCount).toBe(counts[name]);
    expect(model.description.optimizer).toMatchObject({ kind: "adam", learningRate: 0.001, epsilon: 1e-7 });
    await model.dispose();
    const kinds = ({ encoder, decoder }: typeof network) => [...encoder, ...decoder].map(({ kind }) => kind);
    expect(kinds(withoutNoise(network))).toEqual(kinds(network).filter((kind) => kind !== "dropout"));
  });

  test("numbers go through a request to the bit", () => {
    const values = Float32Array.of(0.1, -1e-30, 3e38);
    expect(decodeFloats(encodeFloats(new Float32Array([9, ...values]).subarray(1)))).toEqual(values);
  });
});

describe("what is printed", () => {
  const summary = { median: 20, tenth: 19, spread: 0.1, count: 30, loss: 0.5 };
  const contestant = { name: "Isthmus", version: "1", details: "fast", threads: 1, losses: [0.7, 0.6] };
  const strided = {
    result: { fast: summary, torch: { ...summary, median: 34 } },
    contestants: [
      { ...contestant, id: "fast" },
      { ...contestant, id: "torch" },
      { ...contestant, id: "failed" },
    ],
    notes: ["a note"],
    failures: ["a failure"],
  };

  test("a table for each network, without who was not timed", () => {
    const tables = networkTables({ networks: { strided } });
    expect(tables).toHaveLength(1);
    expect(tables[0]!.title).toContain("strided");
    expect(tables[0]!.rows.map(([id]) => id)).toEqual(["fast", "torch"]);
    expect(tables[0]!.rows[1]).toHaveLength(tables[0]!.columns.length);
    expect(tables[0]!.rows[1]!.slice(-2)).toEqual(["1.70", "0.600000"]);
    expect(tables[0]!.notes).toEqual(["a note", "a failure"]);
  });

  test("a smaller batch, and by how much its time was multiplied", () => {
    const result = { ...strided.result, torch: { ...summary, times: 16 } };
    const [table] = networkTables({ networks: { strided: { ...strided, result } } });
    expect(table!.rows.map((row) => row[2])).toEqual(["fast", "fast, batch 8, × 16"]);
  });

  test("all widths in one table, with the faster PyTorch and the ratio to JAX", () => {
    const [fast, turbo, torch, compiled, jax] = [4, 2, 6, 5, 3].map((median) => ({ ...summary, median }));
    const result = { fast, turbo, torch, "torch-compiled": compiled, "jax-cpu": jax, "turbo@2": fast };
    const wide = { result, contestants: [], notes: [], failures: [] };
    const { rows, columns } = denseTables({ networks: { wide } })[0]!;
    expect(rows[0]!.slice(0, 6)).toEqual(["784-1024-784, 1024", "4.00", "2.00", "5.00", "3.00", "1.50×"]);
    expect(rows[0]!.slice(6)).toEqual(["–", "4.00", "–", "–", "–"]);
    expect(columns).toHaveLength(11);
  });

  let rows: ReturnType<typeof reach>;
  beforeAll(() => {
    const conv = {
      strided: strided.result,
      pooled: { "keras@2": { median: 30 }, "turbo@2": { median: 21 } },
    };
    rows = reach({ conv: { result: conv } });
  });

  test("dense goals are ratios to JAX with as many threads, and to the faster PyTorch", () => {
    const times = {
      ...{
        fast: 2,
        turbo: 1,
        "turbo@2": 0.5,
        torch: 4,
        "torch-compiled": 3,
        "jax-cpu": 1.9,
        "jax-cpu@2": 1.2,
      },
    };
    const narrow = Object.fromEntries(Object.entries(times).map(([id, median]) => [id, { median }]));
    const all = reach({ dense: { result: { narrow } } });
    const at = all.findIndex(({ what }) => what === "784-32-784, fast, 1 thread, against the best PyTorch");
    expect(all.slice(at, at + 6).map(({ measured, met }) => [measured, met])).toEqual([
      ["1.50×", true],
      ["0.950×", true],
      ["1.90×", true],
      ["2.40×", true],
      ["–", null],
      ["2.00×", true],
    ]);
  });

  test("goals are ratios to PyTorch's time and Keras's", () => {
    const at = rows.findIndex(({ what }) => what.startsWith("strided convolutions, fast"));
    expect(rows[at]).toMatchObject({ goal: "≥ 1.50×", measured: "1.70×", met: true });
    expect(rows[at + 1]).toMatchObject({ goal: "≥ 2.80×", measured: "–", met: null });
    expect(rows[at + 5]).toMatchObject({ goal: "≥ 1.50×", measured: "1.43×", met: false });
  });
});
