/** The page's side of the bench: what the driver (browserPage.mjs) calls. */
import { count, Unavailable } from "../peers/requests.mjs";

/**
 * Offers a workload to the driver.
 *
 * @param {(request: any) => Promise<{ details: string, steps: (count: number) => Promise<{ ms: number, loss: number }> }>} prepare
 *   `steps` trains so many steps, and gives the time of all of them together: a page's clock is coarse
 */
export function offer(prepare) {
  let steps;
  const driver = {
    async setup(request) {
      try {
        const prepared = await prepare(request);
        steps = prepared.steps;
        return { ready: true, details: prepared.details };
      } catch (error) {
        if (error instanceof Unavailable) return { ready: false, reason: error.message };
        throw error;
      }
    },
    async run(order) {
      const wanted = count(order, "steps");
      const { ms, loss } = await steps(wanted);
      return { ms: [ms / wanted], loss };
    },
  };
  Object.assign(globalThis, { driver, result: true });
}

/** `steps` of a function that trains one step and gives its loss. */
export function timeAll(trainStep) {
  return async (wanted) => {
    const start = performance.now();
    let loss = Number.NaN;
    for (let step = 0; step < wanted; step++) loss = await trainStep();
    return { ms: performance.now() - start, loss };
  };
}
