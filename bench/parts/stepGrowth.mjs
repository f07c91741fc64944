/** How a step's time grows with the batch, with the network, and with the number of threads. */
import { inRounds, isthmus, withContestants } from "../contestants.mjs";
import { operations } from "../operations.mjs";
import { median, repetitions, summarize } from "../statistics.mjs";
import { figure, percent, times } from "../table.mjs";

const FEATURES = 784;
const SAMPLES = 8192;
const NETWORK = [FEATURES, 32];
const BATCH = 256;

const BATCHES = [1, 4, 16, 64, 256, 1024, 4096];
const NETWORKS = [
  [FEATURES, 8],
  NETWORK,
  [FEATURES, 128],
  [FEATURES, 512],
  [FEATURES, 2048],
  [FEATURES, 128, 32],
  [FEATURES, 256, 64],
  [FEATURES, 512, 256, 64],
  [FEATURES, 1024, 512, 64],
  [FEATURES, 2048, 1024, 512, 64],
];

const TURN = { ms: 400, least: 3, most: 300 };
/** Networks of more operations a step than this are left out of a quick run. */
const QUICK_LIMIT = 5e8;

function cells(threads) {
  const counts = [];
  for (let count = 1; count < threads; count *= 2) counts.push(count);
  const deepest = NETWORKS.at(-1);
  const byThreads = (widths) => (count) => ({ axis: "threads", widths, batch: BATCH, threads: count });
  return [
    ...BATCHES.map((batch) => ({ axis: "batch", widths: NETWORK, batch, threads: 1 })),
    ...NETWORKS.map((widths) => ({ axis: "network", widths, batch: BATCH, threads: 1 })),
    ...[...counts, threads].map(byThreads(NETWORK)),
    ...[...new Set([1, threads])].map(byThreads(deepest)),
  ];
}

/** @returns {Promise<any>} a list of cells, each with `times`: for each build a summary of its steps in ms */
export async function measureSteps(context) {
  const { quick, rounds, threads } = context;
  const setup = { workload: "growth", samples: SAMPLES, features: FEATURES };
  return withContestants(isthmus([1], ["fast", "turbo"]), setup, context, async (opened) => {
    const results = [];
    for (const cell of cells(threads)) {
      if (quick && operations(cell.widths, cell.batch) > QUICK_LIMIT) continue;
      context.say(`growth: ${cell.axis}, ${cell.widths.join("-")}, ${cell.batch}, ${cell.threads} thread(s)`);
      const samples = new Map(opened.map(({ id }) => [id, []]));
      /** @type {import("../contestants.mjs").Turn} */
      const turn = async ({ id, child }) => {
        const some = await child.run({ ...cell, steps: TURN.least });
        const steps = quick ? TURN.least : repetitions(TURN.ms, median(some.ms), TURN.least, TURN.most);
        const { ms } = await child.run({ ...cell, steps });
        return () => void samples.get(id).push(...ms);
      };
      await inRounds(opened, Math.min(rounds, 3), turn, context.calm);
      const measured = [...samples].filter(([, ms]) => ms.length > 0);
      results.push({ ...cell, times: Object.fromEntries(measured.map(([id, ms]) => [id, summarize(ms)])) });
    }
    return results;
  });
}

/** @returns {import("../table.mjs").Table[]} */
export function stepTables({ result, contestants, notes, failures }) {
  const builds = contestants.map(({ id }) => id);
  const cellsOf = (axis) => result.filter((cell) => cell.axis === axis);
  const figures = ({ widths, batch, ...cell }, build) => {
    const time = cell.times[build]?.median;
    if (time === undefined) return ["–", "–", "–"];
    return [figure(time), figure((1000 * time) / batch), figure(operations(widths, batch) / time / 1e6)];
  };
  const head = builds.flatMap((id) => [`${id} ms`, "µs a sample", "GFLOP/s"]);
  const shape = ({ widths }) => `${widths.join("-")} and back`;
  const threadRow = (cell) => {
    const one = result.find(
      ({ axis, widths, threads }) =>
        axis === "threads" && threads === 1 && String(widths) === String(cell.widths),
    );
    const scaling = builds.flatMap((id) => {
      const time = cell.times[id]?.median;
      const alone = one?.times[id]?.median;
      return time ? [figure(time), alone ? times(alone / time) : "–"] : ["–", "–"];
    });
    return [shape(cell), String(cell.threads), ...scaling];
  };
  const spread = result.flatMap((cell) => Object.values(cell.times).map((time) => time.spread));
  return [
    {
      title: "A step of 784 → 32 → 784 by batch, one thread",
      columns: ["batch", ...head],
      rows: cellsOf("batch").map((cell) => [
        String(cell.batch),
        ...builds.flatMap((id) => figures(cell, id)),
      ]),
      notes: [
        ...(spread.length > 0 ? [`median spread of all these steps: ${percent(median(spread))}`] : []),
        ...notes,
        ...failures,
      ],
    },
    {
      title: `A step by width and depth, batch ${BATCH}, one thread`,
      columns: ["network", ...head],
      rows: cellsOf("network").map((cell) => [shape(cell), ...builds.flatMap((id) => figures(cell, id))]),
    },
    {
      title: `A step by threads, batch ${BATCH}`,
      columns: ["network", "threads", ...builds.flatMap((id) => [`${id} ms`, "of 1 thread"])],
      rows: cellsOf("threads").map(threadRow),
    },
  ];
}
