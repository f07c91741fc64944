/** A training step of networks of the canon against every peer, in rounds: what the parts conv and sequence share. */
import { digits } from "isthmus";
import { inRounds, isthmus, peers, withContestants } from "../contestants.mjs";
import { createNetwork, trialLosses } from "../isthmus/network.mjs";
import { networkOperations } from "../operations.mjs";
import { encodeFloats, NETWORKS } from "../peers/networks.mjs";
import { Unavailable } from "../peers/requests.mjs";
import { uniform, xorshift32 } from "../peers/workload.mjs";
import { repetitions, summarize } from "../statistics.mjs";
import { figure, percent } from "../table.mjs";
import { LIMIT_COLUMNS, LIMIT_NOTE, limitCells, limitOf } from "./limit.mjs";
import { fitBatches } from "./smallerBatches.mjs";
import { noSteps, timeSteps } from "./timedSteps.mjs";

/** Unless the network has its own. */
const BATCH = 128;
/** Batches of samples. */
const BATCHES = 10;
/** Steps of the trial that comes before everything: the second loss shows that all gradients are right. */
const TRIAL = 2;
/** How far the losses of the trial may be apart, relative to them. */
const TOLERANCE = 1e-4;
/** How long a turn and the steps before the first one take, in ms, and how many steps a turn has. */
const TURN = { ms: 1000, least: 2, most: 100, warmUp: 2000 };
/**
 * A contestant whose step takes longer than this, in ms, has its turn in the first round alone, or a smaller batch if it
 * can.
 */
const SLOW = 5000;
/** A peer whose step takes half a minute needs time for its trial. */
const TIMEOUTS = { setup: 600_000, run: 900_000 };

/** Isthmus's builds, PyTorch and JAX with one thread and two, and the others with two where they can. */
export function networkContestants() {
  const others = peers("network", [1, 2]).filter(
    ({ peer, threads }) =>
      !peer.dense && (threads > 1 || !peer.threads || ["torch", "jax-cpu"].includes(peer.id)),
  );
  return [...isthmus([1], ["fast", "turbo"]), ...isthmus([2], ["turbo"]), ...others];
}

/** Digits for a network of pictures; waves of random frequency and noise for one of sequences. */
function samplesOf({ inputShape }, rows) {
  if (inputShape.length !== 2)
    return Float32Array.from(digits({ samples: rows }).images, (byte) => byte / 255);
  const [steps] = inputShape;
  const noise = uniform(xorshift32(1), rows * steps, -0.5, 0.5);
  return noise.map((value, i) => value + Math.sin((i % steps) * (0.05 + 0.0001 * Math.floor(i / steps))));
}

/** What every contestant is set up with: the network, samples, and the weights that all of them start from. */
async function setupOf(network) {
  const model = await createNetwork(network, { threads: 1, math: "portable" });
  const weights = model.getWeights().map(({ data, ...rest }) => ({ ...rest, data: encodeFloats(data) }));
  await model.dispose();
  const batch = network.batch ?? BATCH;
  const rows = BATCHES * batch;
  const samples = encodeFloats(samplesOf(network, rows));
  return { workload: "network", network, samples, rows, batch, seed: 1, weights, trial: TRIAL };
}

/** Isthmus's losses of the trial on each of the smaller batches that contestants have. */
async function smallerTrials(contestants, setup) {
  const batches = new Set(contestants.flatMap(({ batch }) => batch ?? []));
  const losses = new Map();
  for (const batch of batches) {
    losses.set(batch, await trialLosses({ ...setup, batch }, { threads: 1, math: "portable" }));
  }
  return losses;
}

/**
 * Marks the contestants whose trial came to other losses than the first one's: they are not timed.
 *
 * @param {{ id: string, batch?: number, answer: { losses: number[] }, failed?: string }[]} opened
 * @param {ReadonlyMap<number, readonly number[]>} smaller the losses of those with a smaller batch
 */
export function refuseOtherLosses(opened, smaller = new Map()) {
  for (const contestant of opened) {
    const { batch, answer } = contestant;
    const { losses } = answer;
    const [who, wanted] = batch
      ? [`Isthmus on a batch of ${batch}`, smaller.get(batch)]
      : [opened[0].id, opened[0].answer.losses];
    const same =
      losses?.length === wanted.length &&
      wanted.every((loss, i) => Math.abs(losses[i] - loss) <= TOLERANCE * Math.abs(loss));
    if (!same) {
      contestant.failed = `WRONG: its first losses are ${losses}, those of ${who} are ${wanted}`;
    }
  }
}

/** Measures one network. */
async function measureOne(name, context, all) {
  const { quick, rounds } = context;
  const setup = { ...(await setupOf(NETWORKS[name])), name };
  const fitted = await fitBatches(all, setup, context, SLOW);
  const smaller = await smallerTrials(fitted.contestants, setup);
  const timesOf = new Map(fitted.contestants.map(({ id, batch }) => [id, batch ? setup.batch / batch : 1]));
  const measured = await withContestants(
    fitted.contestants,
    setup,
    { ...context, timeouts: TIMEOUTS },
    async (opened) => {
      refuseOtherLosses(opened, smaller);
      const operations = networkOperations(NETWORKS[name], setup.batch);
      const results = new Map(opened.map(({ id, threads }) => [id, noSteps(threads)]));
      const turns = new Map();
      await inRounds(opened, 1, async ({ id, child }) => {
        context.say(`${name}: warming ${id} up`);
        // The first step of all compiles, in some libraries.
        const first = (await child.run({ steps: 2 })).ms.at(-1);
        const slow = first > SLOW;
        if (!quick && !slow) {
          await child.run({ steps: repetitions(TURN.warmUp, first, TURN.least, TURN.most) });
        }
        turns.set(id, { steps: quick ? 1 : repetitions(TURN.ms, first, TURN.least, TURN.most), slow });
      });
      /** @type {import("../contestants.mjs").Turn} */
      const turn = async ({ id, build, child }, round) => {
        const { steps, slow } = turns.get(id);
        if (slow && round > 0) return;
        context.say(`${name}: round ${round + 1} of ${rounds}, ${id}`);
        return timeSteps(child, steps, results.get(id), { peak: Boolean(build && operations) });
      };
      await inRounds(opened, rounds, turn, context.calm);
      return Object.fromEntries(
        [...results]
          .filter(([, { ms }]) => ms.length > 0)
          .map(([id, { ms, peaks, loss, threads }]) => {
            const times = timesOf.get(id);
            const summary = summarize(ms.map((each) => each * times));
            return [id, { ...summary, loss, times, ...limitOf(summary, operations, peaks, threads) }];
          }),
      );
    },
  );
  return { ...measured, notes: [...fitted.notes, ...measured.notes] };
}

/** Measures networks by their names, one after the other. */
export async function measureNetworks(names, context, contestants = networkContestants()) {
  const networks = {};
  const notes = [];
  for (const name of names) {
    try {
      networks[name] = await measureOne(name, context, contestants);
    } catch (error) {
      // This version of Isthmus lacks a layer of it.
      if (!(error instanceof Unavailable)) throw error;
      notes.push(`${NETWORKS[name].title}: ${error.message}`);
    }
  }
  const all = Object.entries(networks);
  return {
    result: Object.fromEntries(all.map(([name, { result }]) => [name, result])),
    networks,
    contestants: all.flatMap(([, { contestants }]) => contestants),
    notes,
    failures: all.flatMap(([name, { failures }]) => failures.map((text) => `${name}: ${text}`)),
  };
}

/** @returns {import("../table.mjs").Table[]} */
export function networkTables({ networks }) {
  return Object.entries(networks).map(([name, { result, contestants, notes, failures }]) => {
    const against = result.fast?.median;
    const batch = NETWORKS[name].batch ?? BATCH;
    /** What a table says of a contestant with a smaller batch. */
    const share = (times = 1) => (times === 1 ? "" : `, batch ${batch / times}, × ${times}`);
    const limited = Object.values(result).some(({ limit }) => limit !== undefined);
    const rows = contestants
      .filter(({ id }) => result[id])
      .map(({ id, name, version, details, threads, losses }) => {
        const { median, tenth, spread, count, times } = result[id];
        return [
          id,
          `${name} ${version}`,
          `${details}${share(times)}`,
          String(threads),
          figure(median),
          figure(tenth),
          percent(spread),
          String(count),
          against ? figure(median / against) : "–",
          ...(limited ? limitCells(result[id]) : []),
          losses.at(-1).toFixed(6),
        ];
      });
    const columns = ["who", "version", "how", "threads", "ms a step", "best tenth", "spread", "steps"];
    columns.push("of fast", ...(limited ? LIMIT_COLUMNS : []), "loss 2");
    const title = `A training step, ${NETWORKS[name].title}, batch ${batch}`;
    return {
      title,
      columns,
      rows,
      notes: [...(limited ? [LIMIT_NOTE] : []), ...notes, ...failures],
      text: 3,
    };
  });
}
