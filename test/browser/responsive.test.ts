// While a model trains on the main thread of a page, the page goes on: the event loop turns every few milliseconds.
import type { Browser } from "puppeteer-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { browserNames, openBrowser } from "../support/browsers.js";
import { serveLibrary, withLibrary } from "./site.js";

/** In the page. */
declare const isthmus: typeof import("../../src/index.js");
declare const longestGap: (work: () => Promise<unknown>) => Promise<number>;

/** Longest task that a visitor does not notice, in ms. */
const LIMIT = 50;
/** A busy machine takes the processor away for a while, but not every time; the library would every time. */
const ATTEMPTS = 10;

describe.each(browserNames)("%s", (name) => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await openBrowser(name);
  });
  afterAll(() => browser?.close());

  /** The longest gaps, in ms, of each way to train 784-32-784, each the best of a few attempts. */
  async function gaps(isolated: boolean, sync: boolean): Promise<Record<string, number>> {
    const server = await serveLibrary(isolated);
    const measured = await withLibrary(browser, server, (page) =>
      page.evaluate(
        async (limit, attempts, sync) => {
          const { Autoencoder, dense, digits } = isthmus;
          const { images } = digits({ samples: 4_000, seed: 1 });
          const measured: Record<string, number> = {};
          for (const [threads, batchSize] of [
            [1, 256],
            [2, 256],
            [1, 4_000],
            [2, 4_000],
          ] as const) {
            let best = Number.POSITIVE_INFINITY;
            for (let attempt = 0; attempt < attempts && best > limit; attempt++) {
              const gap = await longestGap(async () => {
                const model = await Autoencoder.create({
                  inputSize: 784,
                  encoder: [dense(32, "relu")],
                  decoder: [dense(784, "sigmoid")],
                  loss: "binaryCrossentropy",
                  engine: { threads },
                });
                if (sync) model.fitSync(images, { epochs: 2, batchSize });
                else {
                  await model.fit(images, { epochs: 2, batchSize });
                  await model.reconstructionError(images);
                }
                await model.dispose();
              });
              best = Math.min(best, gap);
            }
            measured[`${threads} threads, batches of ${batchSize}`] = best;
          }
          return measured;
        },
        LIMIT,
        sync ? 1 : ATTEMPTS,
        sync,
      ),
    );
    await server.close();
    return measured;
  }

  test.each([true, false])(
    "no task of fit is longer than a visitor would notice, isolated: %s",
    async (isolated) => {
      const measured = await gaps(isolated, false);
      for (const [how, gap] of Object.entries(measured)) expect(gap, how).toBeLessThanOrEqual(LIMIT);
    },
  );

  test("the measure tells: fitSync is one long task", async () => {
    for (const [how, gap] of Object.entries(await gaps(false, true))) expect(gap, how).toBeGreaterThan(LIMIT);
  });
});
