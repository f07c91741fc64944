import { describe, expect, test } from "vitest";
import { type Autoencoder, sgd } from "../../src/index.js";
import { MATHS, type MathName, smallModel, values } from "../support/models.js";

const ROWS = 200;
const samples = values(ROWS, 6);

/** A model that training does not change, as its steps are far below the weights' last bits. */
function frozenModel(math: MathName, seed: number): Promise<Autoencoder> {
  return smallModel({ engine: { math }, seed, optimizer: sgd({ learningRate: 1e-30 }) });
}

/** The order in which `fit` takes the rows: with batches of one row, the losses of the steps tell them. */
async function ordersOf(
  model: Autoencoder,
  options: { epochs?: number; shuffle?: boolean },
): Promise<number[][]> {
  const rowOf = new Map<number, number>();
  for (let row = 0; row < ROWS; row++) {
    rowOf.set(model.evaluateSync(samples.subarray(row * 6, row * 6 + 6)).loss, row);
  }
  expect(rowOf.size).toBe(ROWS);
  const known = [...rowOf];
  const orders: number[][] = [];
  let before = 0;
  await model.fit(samples, {
    ...options,
    batchSize: 1,
    onBatchEnd: ({ epoch, step, loss }) => {
      if (step === 1) before = 0;
      const found = loss * step - before;
      before += found;
      const nearest = known.reduce((a, b) => (Math.abs(b[0] - found) < Math.abs(a[0] - found) ? b : a));
      expect(Math.abs(nearest[0] - found)).toBeLessThan(1e-11);
      orders[epoch - 1] ??= [];
      orders[epoch - 1]!.push(nearest[1]);
    },
  });
  return orders;
}

const inOrder = Array.from({ length: ROWS }, (_, row) => row);

describe.each(MATHS)("%s", (math) => {
  test("each epoch takes every row once, in an order of its own", async () => {
    const orders = await ordersOf(await frozenModel(math, 1), { epochs: 4 });
    for (const order of orders) expect(order.toSorted((a, b) => a - b)).toEqual(inOrder);
    expect(new Set([inOrder, ...orders].map(String)).size).toBe(5);
    // Of a random permutation one row is expected to stay in its place; more than seven do once in 10⁵ times.
    for (const order of orders) expect(order.filter((row, place) => row === place).length).toBeLessThan(8);
  });

  test("without shuffling the rows come as they are", async () => {
    expect(await ordersOf(await frozenModel(math, 1), { epochs: 2, shuffle: false })).toEqual([
      inOrder,
      inOrder,
    ]);
  });

  test("the order follows from the seed and the number of the epoch in the model's life", async () => {
    const once = await ordersOf(await frozenModel(math, 1), { epochs: 3 });
    const model = await frozenModel(math, 1);
    const parts = [...(await ordersOf(model, { epochs: 1 })), ...(await ordersOf(model, { epochs: 2 }))];
    expect(parts).toEqual(once);
    expect(await ordersOf(await frozenModel(math, 2), { epochs: 1 })).not.toEqual(once.slice(0, 1));
  });

  test("a fit that is refused does not count as epochs", async () => {
    const once = await ordersOf(await frozenModel(math, 1), { epochs: 3 });
    const model = await frozenModel(math, 1);
    const first = await ordersOf(model, { epochs: 2 });
    const bad = samples.slice();
    bad[7] = Number.NaN;
    await expect(model.fit(bad)).rejects.toThrow("NaN");
    await expect(model.fit(samples, { signal: AbortSignal.abort() })).rejects.toThrow("abort");
    expect(() => model.fitSync(samples, { epochs: 0 })).toThrow("epochs");
    expect([...first, ...(await ordersOf(model, { epochs: 1 }))]).toEqual(once);
  });
});
