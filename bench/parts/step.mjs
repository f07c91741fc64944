/** The step of the reference against every peer, in rounds. */
import { inRounds, isthmus, isthmusThreads, peers, peerThreads, withContestants } from "../contestants.mjs";
import { operations } from "../operations.mjs";
import { STEP } from "../peers/peers.mjs";
import { median, repetitions, summarize } from "../statistics.mjs";
import { figure, percent } from "../table.mjs";
import { LIMIT_COLUMNS, LIMIT_NOTE, limitCells, limitOf } from "./limit.mjs";
import { wrongLosses } from "./loss.mjs";
import { noSteps, timeSteps } from "./timedSteps.mjs";

export const id = "step";
export const title = "A training step, 784 → 32 → 784, batch 256";

const OPERATIONS = operations([STEP.features, STEP.latent], STEP.batch);
const STEPS_AN_EPOCH = Math.ceil(STEP.samples / STEP.batch);
/** Steps before the first round: engines compile what is hot, libraries fill their caches. */
const WARM_UP = 60;
/** How long a turn may take, in ms, and how many steps it has at least and at most. */
const TURN = { ms: 1000, least: 5, most: 200 };
/** On uniform noise every model predicts about ½ before long. */
const EXPECTED_LOSS = { loss: Math.LN2, tolerance: 2e-3 };

/** @returns for each contestant its steps' times, and the peak of its build where that was looked for */
export async function measure(context) {
  const { quick, rounds, threads } = context;
  const contestants = [...isthmus(isthmusThreads(threads)), ...peers("step", peerThreads(threads))];
  const setup = quick ? { ...STEP, samples: 2560 } : STEP;
  const measured = await withContestants(contestants, setup, context, async (opened) => {
    const results = new Map(opened.map(({ id, threads }) => [id, noSteps(threads)]));
    const turns = new Map();
    await inRounds(opened, 1, async ({ id, child }) => {
      context.say(`step: warming ${id} up`);
      const { ms } = await child.run({ steps: quick ? 5 : WARM_UP });
      turns.set(id, quick ? 5 : repetitions(TURN.ms, median(ms), TURN.least, TURN.most));
    });
    /** @type {import("../contestants.mjs").Turn} */
    const turn = async ({ id, build, child }, round) => {
      context.say(`step: round ${round + 1} of ${rounds}, ${id}`);
      return timeSteps(child, turns.get(id), results.get(id), { peak: Boolean(build) });
    };
    await inRounds(opened, rounds, turn, context.calm);
    return Object.fromEntries([...results].filter(([, { ms }]) => ms.length > 0).map(reduce));
  });
  measured.failures.push(...wrongLosses(measured.result, EXPECTED_LOSS));
  return measured;
}

/** Times in ms. */
function reduce([id, { ms, peaks, loss, threads }]) {
  const summary = summarize(ms);
  const epochSeconds = (summary.mean * STEPS_AN_EPOCH) / 1000;
  return [id, { ...summary, epochSeconds, loss, ...limitOf(summary, OPERATIONS, peaks, threads) }];
}

/** @returns {import("../table.mjs").Table[]} */
export function tables({ result, contestants, notes, failures }) {
  const against = result.fast?.median;
  const rows = contestants
    .filter(({ id }) => result[id])
    .map(({ id, name, version, details, threads }) => {
      const { median, tenth, spread, epochSeconds, loss } = result[id];
      return [
        id,
        `${name} ${version}`,
        details,
        String(threads),
        figure(median),
        figure(tenth),
        percent(spread),
        figure(epochSeconds),
        against ? figure(median / against) : "–",
        ...limitCells(result[id]),
        loss.toFixed(4),
      ];
    });
  const columns = ["who", "version", "how", "threads", "ms a step", "best tenth", "spread", "s an epoch"];
  columns.push("of fast", ...LIMIT_COLUMNS, "loss");
  return [{ title, columns, rows, notes: [LIMIT_NOTE, ...notes, ...failures], text: 3 }];
}
