/**
 * The inference workload, the same for Isthmus and its peers: rows of one seeded matrix through the encoder or both
 * halves, all of them in calls of as many as suit the contestant, and one at a time.
 */
import { decodeFloats, encodeFloats } from "./networks.mjs";
import { choice, count } from "./requests.mjs";
import { uniform, xorshift32 } from "./workload.mjs";

/** Rows a call that a contestant may choose from, besides all at once. */
const BATCHES = [256, 1024, 4096, 16384];
/** What takes longer than this, in ms, is not done twice where once will do. */
export const SLOW = 2000;
/** How long one row's latency is measured, and how long a sample of it lasts at least, in ms. */
const LATENCY = { ms: 300, sample: 0.05 };

/** @returns the samples that every contestant is given */
export const inferenceRows = ({ samples, features }) => uniform(xorshift32(1), samples * features);

/** Weights [units × inputs] and biases of the two layers of a request. */
export function layersOf({ weights }) {
  const [w1, b1, w2, b2] = weights.map(({ shape, data }) => ({ shape, data: decodeFloats(data) }));
  return [
    { weight: w1.data, shape: w1.shape, bias: b1.data },
    { weight: w2.data, shape: w2.shape, bias: b2.data },
  ];
}

/**
 * @typedef {ArrayLike<number> | { data: ArrayLike<number> }} Outputs numbers, or a matrix of them
 * @typedef {(values: any, rows: number) => Outputs | Promise<Outputs>} Predict
 *
 * @param {any} request the setup's
 * @param {Record<string, Predict>} predict by task: `encode` and `reconstruct`, and others for one row alone
 * @returns {(order: any) => Promise<object>} for `{ task, check: rows }` the first outputs; for `{ task, tune: true }`
 *   the rows a call that were fastest; for `{ task, batch }` `{ ms }` for all rows; for `{ task, single: true }` the
 *   median `{ ms }` of one
 * @param {Float32Array | Uint8Array} values the samples
 */
export function predictions(request, predict, values = inferenceRows(request)) {
  const samples = count(request, "samples");
  const features = count(request, "features");
  const few = (rows) => values.subarray(0, rows * features);

  async function all(task, batch) {
    const start = performance.now();
    let outputs;
    for (let row = 0; row < samples; row += batch) {
      const rows = Math.min(batch, samples - row);
      const some = dataOf(
        await predict[task](values.subarray(row * features, (row + rows) * features), rows),
      );
      outputs ??= new Float32Array((some.length / rows) * samples);
      outputs.set(some, (some.length / rows) * row);
    }
    return performance.now() - start;
  }

  async function tune(task, sizes) {
    const found = [];
    for (const batch of sizes) {
      const first = await all(task, batch);
      found.push({ batch, ms: first > SLOW ? first : await all(task, batch) });
    }
    return found.reduce((best, one) => (one.ms < best.ms ? one : best));
  }

  return async (order) => {
    const task = choice(order, "task", Object.keys(predict));
    if (order.check !== undefined) {
      const rows = count(order, "check");
      return { outputs: encodeFloats(Float32Array.from(dataOf(await predict[task](few(rows), rows)))) };
    }
    if (order.single) return { ms: await latency(() => predict[task](few(1), 1)) };
    if (order.tune) return tune(task, [...BATCHES.filter((batch) => batch < samples), samples]);
    return { ms: await all(task, count(order, "batch")) };
  };
}

/** @returns {ArrayLike<number>} */
const dataOf = (outputs) => outputs.data ?? outputs;

/**
 * The median time of a call, in ms. A call that returns a promise is waited for, another one is not.
 *
 * @param {() => unknown} call
 */
export async function latency(call, { ms, sample } = LATENCY) {
  const timed = (await isAsync(call)) ? timeAsync : timeSync;
  let calls = 1;
  while ((await timed(call, calls)) < sample) calls *= 2;
  const times = [];
  const end = performance.now() + ms;
  do times.push((await timed(call, calls)) / calls);
  while (performance.now() < end);
  times.sort((a, b) => a - b);
  return times[times.length >> 1];
}

async function isAsync(call) {
  const result = call();
  await result;
  return result instanceof Promise;
}

function timeSync(call, calls) {
  const start = performance.now();
  for (let i = 0; i < calls; i++) call();
  return performance.now() - start;
}

async function timeAsync(call, calls) {
  const start = performance.now();
  for (let i = 0; i < calls; i++) await call();
  return performance.now() - start;
}
