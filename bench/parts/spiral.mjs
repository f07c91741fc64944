/** The reference spiral, 2,000 full batches, against plain JavaScript and NumPy. */
import { inRounds, isthmus, peers, withContestants } from "../contestants.mjs";
import { SPIRAL } from "../peers/peers.mjs";
import { summarize } from "../statistics.mjs";
import { figure, percent } from "../table.mjs";
import { wrongLosses } from "./loss.mjs";

export const id = "spiral";
export const title = "The spiral, 2 → 1 → 2, 500 points, 2,000 epochs";

/** Of the reference, and how far rounding to 32 bits may lead away from it. */
const EXPECTED_LOSS = { loss: 0.036121, tolerance: 2e-5 };

/** Every run starts from the reference's weights; the first one of each contestant only warms it up. */
export async function measure(context) {
  const { quick, rounds } = context;
  const contestants = [...isthmus([1]), ...peers("spiral", [1])];
  const measured = await withContestants(contestants, SPIRAL, context, async (opened) => {
    const results = new Map(opened.map(({ id }) => [id, { ms: [], loss: Number.NaN }]));
    const all = (quick ? 1 : rounds) + 1;
    /** @type {import("../contestants.mjs").Turn} */
    const turn = async ({ id, build, peer, threads, child }, round) => {
      context.say(`spiral: round ${round} of ${all - 1}, ${id}`);
      if (round > 0) await child.setup({ ...SPIRAL, build, threads, ...peer?.setup });
      const { ms, loss } = await child.run({ epochs: SPIRAL.epochs });
      if (round === 0) return undefined;
      return () => {
        results.get(id).ms.push(ms);
        results.get(id).loss = loss;
      };
    };
    await inRounds(opened, all, turn, context.calm);
    return Object.fromEntries(
      [...results]
        .filter(([, { ms }]) => ms.length > 0)
        .map(([id, { ms, loss }]) => [id, { ...summarize(ms), loss }]),
    );
  });
  measured.failures.push(...wrongLosses(measured.result, EXPECTED_LOSS));
  return measured;
}

/** @returns {import("../table.mjs").Table[]} */
export function tables({ result, contestants, notes, failures }) {
  const against = result.fast?.median;
  const rows = contestants
    .filter(({ id }) => result[id])
    .map(({ id, name, version, details }) => {
      const { median, spread, loss } = result[id];
      const ratio = against ? figure(median / against) : "–";
      return [id, `${name} ${version}`, details, figure(median), percent(spread), ratio, loss.toFixed(6)];
    });
  const columns = ["who", "version", "how", "ms", "spread", "of fast", "loss"];
  return [{ title, columns, rows, notes: [...notes, ...failures], text: 3 }];
}
