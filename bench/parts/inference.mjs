/** Samples a second through the encoder and through both halves, and how long one sample takes. */
import { inRounds, isthmus, isthmusThreads, withContestants } from "../contestants.mjs";
import { summarize } from "../statistics.mjs";
import { figure, percent, thousands } from "../table.mjs";

export const id = "inference";
export const title = "Encoding and reconstructing, 784 → 32 → 784";

const SAMPLES = 60_000;
const ORDERS = ["encode", "reconstruct"].flatMap((task) =>
  ["bytes", "floats"].map((input) => ({ task, input })),
);

/** @returns for each contestant a list of `{ task, input, all, single }`, summaries of ms */
export async function measure(context) {
  const { quick, rounds, threads } = context;
  const samples = quick ? 2000 : SAMPLES;
  const setup = { workload: "inference", samples, features: 784, latent: 32 };
  const contestants = isthmus(isthmusThreads(threads));
  return withContestants(contestants, setup, context, async (opened) => {
    const results = Object.fromEntries(opened.map(({ id }) => [id, []]));
    for (const order of ORDERS) {
      context.say(`inference: ${order.task} of ${order.input}`);
      const all = new Map(opened.map(({ id }) => [id, []]));
      const single = new Map(opened.map(({ id }) => [id, []]));
      await inRounds(opened, rounds, async ({ id, child }, round) => {
        if (round === 0) await child.run(order);
        all.get(id).push((await child.run(order)).ms);
        if (round < 3) single.get(id).push((await child.run({ ...order, single: true })).ms);
      });
      for (const { id, failed } of opened) {
        if (failed) continue;
        const summary = { all: summarize(all.get(id)), single: summarize(single.get(id)) };
        results[id].push({ ...order, samples, ...summary });
      }
    }
    return results;
  });
}

/** @returns {import("../table.mjs").Table[]} */
export function tables({ result, contestants, notes, failures }) {
  const rows = contestants.flatMap(({ id, threads }) =>
    result[id].map(({ task, input, samples, all, single }) => [
      id,
      task,
      input,
      String(threads),
      thousands((1000 * samples) / all.median),
      percent(all.spread),
      threads === 1 ? figure(1000 * single.median) : "–",
    ]),
  );
  const columns = ["who", "task", "samples as", "threads", "samples/s", "spread", "µs for one, sync"];
  return [{ title, columns, rows, notes: [...notes, ...failures], text: 3 }];
}
