/** Rows a second through the encoder and through both halves, and how long one row takes, beside other runtimes. */
import { Autoencoder, dense } from "isthmus";
import { exportOnnx } from "isthmus/export";
import { inRounds, isthmus, isthmusThreads, peers, peerThreads, withContestants } from "../contestants.mjs";
import { leastTime } from "../leastTime.mjs";
import { decodeFloats, encodeFloats } from "../peers/networks.mjs";
import { inferenceRows, SLOW } from "../peers/predictions.mjs";
import { median, summarize } from "../statistics.mjs";
import { figure, percent, thousands } from "../table.mjs";
import { farthest } from "./outputs.mjs";

export const id = "inference";
export const title = "Encoding and reconstructing, 784 → 32 → 784";

const SIZES = { samples: 60_000, features: 784, latent: 32 };
/** Rows whose outputs are compared, and how far they may be apart: in all, and relative to numbers above 1. */
const CHECK = { rows: 64, tolerance: 1e-5 };
/** Turns in which one row's latency is measured. */
const SINGLE_ROUNDS = 3;
const LIMIT_MS = 60;
const TASKS = ["encode", "reconstruct"];

/** What all contestants are set up with: one network, as weights and as ONNX graphs; and what it gives. */
async function prepare(samples) {
  const { features, latent } = SIZES;
  const model = await Autoencoder.create({
    inputSize: features,
    encoder: [dense(latent, "relu")],
    decoder: [dense(features, "sigmoid")],
    seed: 1,
    engine: { math: "portable", threads: 1 },
  });
  const few = inferenceRows({ samples: CHECK.rows, features });
  const wanted = { encode: model.encodeSync(few).data, reconstruct: model.reconstructSync(few).data };
  const graph = (part) => Buffer.from(exportOnnx(model, { part }).bytes).toString("base64");
  const setup = {
    workload: "inference",
    ...SIZES,
    samples,
    weights: model.getWeights().map(({ data, ...rest }) => ({ ...rest, data: encodeFloats(data) })),
    graphs: { encode: graph("encoder"), reconstruct: graph("model") },
  };
  await model.dispose();
  return { setup, wanted };
}

/**
 * What a contestant is asked: all rows as floats, Isthmus as bytes, too; one row by a promise, Isthmus without, too.
 *
 * @param {{ build?: string }} contestant
 */
function ordersFor({ build }) {
  const all = TASKS.flatMap((task) => [
    { task, input: "floats" },
    ...(build ? [{ task, input: "bytes" }] : []),
  ]);
  const single = TASKS.flatMap((task) => [task, ...(build ? [`${task}Sync`] : [])]);
  return [...all, ...single.map((task) => ({ task, input: "floats", single: true }))];
}

/** The operations and bytes that nobody can do without: the products; of one row, reading the weights once. */
function workOf({ task, single }, samples) {
  const { features, latent } = SIZES;
  const weights = (task.startsWith("encode") ? 1 : 2) * features * latent;
  return single ? { operations: 2 * weights, bytes: 4 * weights } : { operations: 2 * weights * samples };
}

/** Compares outputs, and finds out how many rows a call suit the contestant; whose outputs are wrong is out. */
async function getReady(contestant, wanted, { samples, quick }) {
  const { child, build } = contestant;
  const batches = {};
  for (const task of TASKS) {
    const outputs = decodeFloats((await child.run({ task, check: CHECK.rows })).outputs);
    const far = farthest(outputs, wanted[task]);
    if (!(far <= CHECK.tolerance)) {
      throw new Error(`WRONG: its outputs of ${task} are up to ${far} away, wanted ${CHECK.tolerance}`);
    }
    // Isthmus divides the rows itself.
    batches[task] = build || quick ? samples : (await child.run({ task, tune: true })).batch;
  }
  return batches;
}

/** @returns for each contestant a list of orders, each with `batch` and `times`, a summary of ms, and its `limit` */
export async function measure(context) {
  const { quick, rounds, threads } = context;
  const samples = quick ? 2000 : SIZES.samples;
  const { setup, wanted } = await prepare(samples);
  const contestants = [...isthmus(isthmusThreads(threads)), ...peers("inference", peerThreads(threads))];
  return withContestants(contestants, setup, context, async (opened) => {
    const cells = new Map();
    const limits = new Map(opened.map(({ id }) => [id, []]));
    await inRounds(opened, 1, async (contestant) => {
      context.say(`inference: comparing ${contestant.id}`);
      const batches = await getReady(contestant, wanted, { samples, quick });
      const orders = ordersFor(contestant).map((order) => ({ ...order, batch: batches[order.task] }));
      cells.set(
        contestant.id,
        orders.map((order) => ({ order, ms: [] })),
      );
    });
    /** @type {import("../contestants.mjs").Turn} */
    const turn = async ({ id, build, child }, round) => {
      context.say(`inference: round ${round + 1} of ${rounds}, ${id}`);
      const measured = [];
      for (const { order, ms } of cells.get(id)) {
        if (ms.at(-1) > SLOW || (order.single && round >= SINGLE_ROUNDS)) continue;
        // Peers have warmed up when they looked for their rows a call.
        if (build && round === 0 && !order.single) await child.run(order);
        const one = (await child.run(order)).ms;
        measured.push(() => ms.push(one));
      }
      const bytes = 4 * SIZES.features * SIZES.latent;
      const limit = build && (await child.run({ limits: LIMIT_MS, bytes }));
      return () => {
        for (const keep of measured) keep();
        if (limit) limits.get(id).push(limit);
      };
    };
    await inRounds(opened, rounds, turn, context.calm);
    const done = opened.filter(({ failed }) => !failed);
    return Object.fromEntries(
      done.map(({ id, threads }) => [id, reduce(cells.get(id), limits.get(id), { samples, threads })]),
    );
  });
}

/** A peer has no limit of its own; two threads may do twice the products of one. */
function reduce(cells, limits, { samples, threads }) {
  const most = limits.length > 0 && {
    gflops: median(limits.map(({ gflops }) => gflops)),
    gigabytes: median(limits.map(({ gigabytes }) => gigabytes)),
  };
  return cells.map(({ order, ms }) => {
    const times = summarize(ms);
    const work = workOf(order, samples);
    const cores = order.single ? 1 : threads;
    const limit = most && leastTime(work, { ...most, gflops: cores * most.gflops }).ms;
    return { ...order, samples, times, ...(most && { limit, share: limit / times.median }) };
  });
}

/** The cell of a contestant for an order such as `{ task: "encode", single: true }`; floats unless it says otherwise. */
export function cellOf(result, id, { task, input = "floats", single = false }) {
  return result?.[id]?.find(
    (cell) => cell.task === task && cell.input === input && Boolean(cell.single) === single,
  );
}

/** @returns {import("../table.mjs").Table[]} */
export function tables({ result, contestants, notes, failures }) {
  const there = contestants.filter(({ id }) => result[id]);
  const cells = there.flatMap((who) => result[who.id].map((cell) => ({ who, cell })));
  const against = ({ task, input, single }, time) => {
    const fast = cellOf(result, "fast", { task, input, single });
    return fast ? figure(time / fast.times.median) : "–";
  };
  const limit = ({ limit, share }, unit) => (share ? [figure(unit * limit), percent(share)] : ["–", "–"]);
  const all = cells.filter(({ cell }) => !cell.single);
  const single = cells.filter(({ cell }) => cell.single);
  const samples = thousands(all[0]?.cell.samples ?? SIZES.samples);
  return [
    {
      title: `${title}: ${samples} rows`,
      columns: [
        "who",
        "version",
        "how",
        "task",
        "samples as",
        "rows a call",
        "ms",
        "spread",
        "of fast",
        "limit ms",
        "of limit",
      ],
      rows: all.map(({ who, cell }) => [
        who.id,
        `${who.name} ${who.version}`,
        who.details,
        cell.task,
        cell.input,
        thousands(cell.batch),
        figure(cell.times.median),
        percent(cell.times.spread),
        against(cell, cell.times.median),
        ...limit(cell, 1),
      ]),
      notes: ["limit: the products at the build's peak, twice that with two threads.", ...notes, ...failures],
      text: 5,
    },
    {
      title: `${title}: one row`,
      columns: ["who", "call", "µs", "spread", "of fast", "limit µs", "of limit"],
      rows: single.map(({ who, cell }) => [
        who.id,
        cell.task,
        figure(1000 * cell.times.median),
        percent(cell.times.spread),
        against(cell, cell.times.median),
        ...limit(cell, 1000),
      ]),
      notes: [
        "limit: reading the weights once, from the cache that holds them, or the products if they take longer.",
      ],
      text: 2,
    },
  ];
}
