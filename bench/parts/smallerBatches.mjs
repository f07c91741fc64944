/** Peers whose step of a whole batch would take minutes take part with a smaller one; their times are scaled, and say so. */
import { PeerError } from "../peers/driver.mjs";
import { openPeer } from "../peers/peers.mjs";

/** What a step of a smaller batch may take at most, in ms. */
const LONGEST = 60_000;
/** A setup has two steps, too, and the library's start. */
const TIMEOUTS = { setup: 3 * LONGEST, run: 2 * LONGEST };

/**
 * The largest batch whose step is short enough, as far as a step of the smallest one tells; undefined if there is none.
 *
 * @param {number} ms that a step of the smallest batch takes
 * @param {readonly number[]} batches from the whole one to the smallest
 * @param {number} most that a step of the whole batch may take, in ms
 */
export function batchFor(ms, batches, most) {
  const each = ms / batches.at(-1);
  return batches.find((batch, index) => each * batch <= (index === 0 ? most : LONGEST));
}

/** The same contestant with another batch than the others. */
const withBatch = (contestant, batch) => ({
  ...contestant,
  batch,
  peer: { ...contestant.peer, setup: { ...contestant.peer.setup, batch } },
});

/** What the second step of a batch takes, in ms; undefined for a peer that cannot run here, or fails, as it will again. */
async function tryStep({ peer, threads }, setup, { node }) {
  const { answer, child } = await openPeer(peer, setup, { threads, execPath: node, timeouts: TIMEOUTS });
  try {
    if (!answer.ready) return undefined;
    const { ms } = await child.run({ steps: 2 });
    return /** @type {number[]} */ (ms).at(-1);
  } finally {
    await child.exit();
  }
}

/**
 * Gives contestants that may have smaller batches the largest one that is short enough.
 *
 * @param {readonly import("../contestants.mjs").Contestant[]} contestants
 * @param {any} setup what all are set up with
 * @param {{ node: string, only: readonly string[], quick: boolean, say: (text: string) => void }} context a quick run
 *   takes the smallest batch
 * @param {number} most that a step of the whole batch may take, in ms
 * @returns {Promise<{ contestants: (import("../contestants.mjs").Contestant & { batch?: number })[], notes: string[] }>}
 */
export async function fitBatches(contestants, setup, context, most) {
  const { only, quick, say } = context;
  const notes = [];
  const fitted = [];
  for (const contestant of contestants) {
    const { id, peer } = contestant;
    const smaller = (peer?.batches ?? []).filter((batch) => batch < setup.batch);
    if (smaller.length === 0 || (only.length > 0 && !only.includes(id))) {
      fitted.push(contestant);
      continue;
    }
    say(`${setup.name}: trying ${id} with a batch of ${smaller.at(-1)}`);
    const least = withBatch(contestant, smaller.at(-1));
    const ms = await tryStep(least, setup, context).catch((error) => {
      if (error instanceof PeerError && /no answer to/.test(error.message)) return Number.POSITIVE_INFINITY;
      return undefined;
    });
    const batch = ms === undefined || quick ? smaller.at(-1) : batchFor(ms, [setup.batch, ...smaller], most);
    if (batch === undefined || ms === Number.POSITIVE_INFINITY) {
      notes.push(`${id}: not within ${LONGEST / 1000} s for a step of a batch of ${smaller.at(-1)}`);
    } else if (batch === setup.batch) fitted.push(contestant);
    else fitted.push(withBatch(contestant, batch));
  }
  return { contestants: fitted, notes };
}
