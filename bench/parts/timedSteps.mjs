/** What the parts that time training steps know of a contestant, and how a turn adds to it. */
import { PEAK_MS } from "./limit.mjs";

/** Before the first turn. */
export const noSteps = (threads) => ({ ms: [], peaks: [], loss: Number.NaN, threads });

/**
 * Runs some steps and, if wanted, looks for the peak of the contestant's build right after them.
 *
 * @param {{ ms: number[], peaks: number[], loss: number }} result of the contestant
 * @returns {Promise<() => void>} adds them to the result
 */
export async function timeSteps(child, steps, result, { peak }) {
  const { ms, loss } = await child.run({ steps });
  const peaks = peak ? [(await child.run({ peak: PEAK_MS })).gflops] : [];
  return () => {
    result.ms.push(...ms);
    result.peaks.push(...peaks);
    result.loss = loss;
  };
}
