import type { Page } from "puppeteer-core";
import type { BrowserName } from "../support/browsers.js";
import { longestGap } from "./probe.js";
import { longestTask } from "./taskTime.js";

/** Stretches that are watched in Firefox until one is short enough. */
const ATTEMPTS = 15;

/**
 * How long something holds a page's main thread up at most, in ms. Chromium tells the time that its tasks were on a
 * processor. Firefox does not, and a busy machine can keep any thread waiting; there the best of some stretches counts,
 * watched until one is below `enough`: what takes long takes long in each of them.
 *
 * @param during takes `duration` ms, or a little less
 */
export async function longestStall(
  name: BrowserName,
  page: Page,
  duration: number,
  during: () => Promise<unknown>,
  enough = Number.POSITIVE_INFINITY,
): Promise<number> {
  if (name === "chromium") return longestTask(page, during);
  let best = Number.POSITIVE_INFINITY;
  for (let attempt = 0; attempt < ATTEMPTS && (attempt === 0 || best >= enough); attempt++) {
    const [gap] = await Promise.all([page.evaluate(longestGap, duration), during()]);
    best = Math.min(best, gap);
  }
  return best;
}
