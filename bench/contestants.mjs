/** Who takes part: Isthmus in its builds and the peers, each a child process that speaks the peers' protocol. */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { pageContestants } from "./page/pageContestants.mjs";
import { startPeer } from "./peers/driver.mjs";
import { openPeer, PEERS } from "./peers/peers.mjs";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const CHILD = "bench/isthmus/child.mjs";

/** Isthmus's builds as a setup request names them. */
export const BUILDS = ["portable", "fast", "turbo"];

/**
 * @typedef {{ id: string, build?: string, peer?: any, threads: number, folder?: string, open?: (setup: any) => Promise<{ answer: any, child: any }> }} Contestant
 *   `folder` is the checkout whose Isthmus it is, by default this one; `open` starts one that is no process of its own
 * @typedef {Contestant & { answer: any, child: any, failed?: string }} Opened
 * @typedef {(contestant: Opened, round: number) => Promise<(() => void) | undefined | void>} Turn returns what keeps its results
 */

/** `fast` for one thread, `fast@2` for two. */
const name = (id, threads) => (threads === 1 ? id : `${id}@${threads}`);

/**
 * @param {readonly number[]} threads of Isthmus
 * @param {readonly string[]} builds
 * @returns {Contestant[]}
 */
export function isthmus(threads, builds = BUILDS) {
  return threads.flatMap((count) =>
    builds.map((build) => ({ id: name(build, count), build, threads: count })),
  );
}

/**
 * The peers that offer a workload; those that can use more threads once for each number.
 * @param {readonly number[]} threads
 * @returns {Contestant[]}
 */
export function peers(workload, threads) {
  return PEERS.filter(({ workloads }) => workloads.includes(workload)).flatMap((peer) =>
    (peer.threads ? threads : [1]).map((count) => ({ id: name(peer.id, count), peer, threads: count })),
  );
}

/** Numbers of threads that Isthmus and the peers that can are measured with, where `most` are at hand. */
export const isthmusThreads = (most) => [...new Set([1, Math.min(2, most), most])];
export const peerThreads = (most) => [...new Set([1, most])];

/**
 * Each of Isthmus with that of another checkout after it, whose name ends in `~`.
 *
 * @param {readonly Contestant[]} contestants
 * @param {string | undefined} folder of the other checkout
 * @returns {Contestant[]}
 */
export function withBeside(contestants, folder) {
  if (folder === undefined) return [...contestants];
  return contestants.flatMap((one) => (one.build ? [one, { ...one, id: `${one.id}~`, folder }] : [one]));
}

/** All ids that there are with at most `most` threads. */
export function contestantIds(most) {
  const all = [
    ...isthmus(isthmusThreads(most)),
    ...peers("step", peerThreads(most)),
    ...peers("spiral", [1]),
    ...peers("inference", peerThreads(most)),
    ...peers("network", [1, 2]),
    ...peers("epoch", [1]),
    ...pageContestants(),
  ];
  return [...new Set(all.map(({ id }) => id))];
}

/**
 * Starts a contestant and sets it up.
 *
 * @param {Contestant} contestant
 * @param {object} setup
 * @param {{ node: string, timeouts?: object }} context
 * @returns {Promise<{ answer: any, child: any }>} the setup's answer and the child
 */
async function open({ build, peer, threads, folder = ROOT, open: itself }, setup, { node, timeouts }) {
  if (itself) return itself(setup);
  if (peer) return openPeer(peer, setup, { threads, execPath: node, timeouts });
  const child = startPeer({ command: node, args: [join(folder, CHILD)], timeouts });
  try {
    return { answer: await child.setup({ ...setup, build, threads }), child };
  } catch (error) {
    await child.exit();
    throw error;
  }
}

/**
 * Starts all that can run here, lets `measure` have them, and ends them whatever happens.
 *
 * @template T
 * @param {readonly Contestant[]} contestants
 * @param {any} setup what all are set up with
 * @param {{ node: string, only: readonly string[], say: (text: string) => void, timeouts?: object, beside?: string, calm?: import("./calm.mjs").Calm }} context
 * @param {(opened: Opened[]) => Promise<T>} measure
 * @returns {Promise<{ result: T, contestants: object[], notes: string[], failures: string[] }>} notes: who is not
 *   here, or warns; failures: who should have been able to, and was not
 */
export async function withContestants(contestants, setup, context, measure) {
  const { only, say, beside, calm } = context;
  const chosen = contestants.filter(({ id }) => only.length === 0 || only.includes(id));
  const wanted = withBeside(chosen, beside);
  const opened = [];
  const notes = [];
  const failures = [];
  try {
    for (const contestant of wanted) {
      say(`${setup.name ?? setup.workload}: starting ${contestant.id}`);
      await open(contestant, setup, context).then(
        async ({ answer, child }) => {
          if (answer.ready) {
            opened.push({ ...contestant, answer, child });
            if (answer.warning) notes.push(`${contestant.id}: warning: ${answer.warning}`);
          } else {
            notes.push(`${contestant.id}: not here: ${answer.reason}`);
            await child.exit();
          }
        },
        (error) => failures.push(`${contestant.id}: failed: ${firstLine(error)}`),
      );
    }
    const result = await measure(opened);
    const told = calm?.tell();
    if (told) notes.push(told);
    for (const { id, failed } of opened) if (failed) failures.push(`${id}: failed: ${failed}`);
    const described = opened.map(({ id, build, threads, answer }) => ({ id, build, threads, ...answer }));
    return { result, contestants: described, notes, failures };
  } finally {
    await Promise.all(opened.map(({ child }) => child.exit()));
  }
}

/** A child's error carries what it printed, which belongs into no table. */
const firstLine = (error) => error.message.split("\n")[0];

/**
 * Lets the contestants take turns, one at a time, each round begun by another one. Who fails is out.
 *
 * @param {Opened[]} opened
 * @param {number} rounds
 * @param {Turn} turn
 * @param {import("./calm.mjs").Calm} [calm] waits for calm cores before a turn, and repeats it if they were not calm; turns that
 *   were not count only for a contestant that had no other
 */
export async function inRounds(opened, rounds, turn, calm) {
  const settled = new Set();
  /** @type {Map<Opened, (() => void)[]>} */
  const disturbed = new Map(opened.map((contestant) => [contestant, []]));
  const take = async (contestant, round) => {
    const once = () => turn(contestant, round);
    const taken = calm ? await calm.during(once) : { result: await once(), calm: true };
    if (!taken.result) return;
    if (!taken.calm) disturbed.get(contestant).push(taken.result);
    else {
      settled.add(contestant);
      taken.result();
    }
  };
  for (let round = 0; round < rounds; round++) {
    for (let i = 0; i < opened.length; i++) {
      const contestant = opened[(i + round) % opened.length];
      if (contestant.failed) continue;
      await take(contestant, round).catch((error) => {
        contestant.failed = firstLine(error);
      });
    }
  }
  for (const [contestant, turns] of disturbed) {
    if (!settled.has(contestant)) for (const keep of turns) keep();
  }
}
