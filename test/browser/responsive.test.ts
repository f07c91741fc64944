// While a model trains on the main thread of a page, the page goes on: the event loop turns every few milliseconds.
import type { Browser } from "puppeteer-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openBrowser } from "../support/browsers.js";
import { inBrowsers } from "../support/inBrowsers.js";
import { serveLibrary, withLibrary } from "./site.js";

/** In the page. */
declare const isthmus: typeof import("../../src/index.js");
declare const longestGap: (work: () => Promise<unknown>) => Promise<number>;
declare const stretch: () => Promise<number>;

/** Longest task that a visitor does not notice, in ms. */
const LIMIT = 50;
const WAYS = [
  { threads: 1, batchSize: 256 },
  { threads: 2, batchSize: 256 },
  { threads: 1, batchSize: 4000 },
  { threads: 2, batchSize: 4000 },
];

inBrowsers((name) => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await openBrowser(name);
  });
  afterAll(() => browser?.close());

  /**
   * The longest gap of each way to train 784-32-784, in ms, as it would be if no other program kept the processor
   * meanwhile. That is not exact, so there are a few attempts to be within the limit, or beyond it with `sync`.
   */
  async function gaps(isolated: boolean, sync: boolean): Promise<[string, number][]> {
    const server = await serveLibrary(isolated);
    const measured = await withLibrary(browser, server, (page) =>
      page.evaluate(
        async (ways, limit, sync) => {
          const { Autoencoder, dense, digits } = isthmus;
          const { images } = digits({ samples: 4000, seed: 1 });
          const train = async (threads: number, batchSize: number) => {
            const model = await Autoencoder.create({
              inputSize: 784,
              encoder: [dense(32, "relu")],
              decoder: [dense(784, "sigmoid")],
              loss: "binaryCrossentropy",
              engine: { threads },
            });
            if (sync) model.fitSync(images, { epochs: 12, batchSize });
            else await model.fit(images, { epochs: 3, batchSize });
            await model.reconstructionError(images);
            await model.dispose();
          };
          const measured: [string, number][] = [];
          for (const { threads, batchSize } of ways) {
            let measure = sync ? 0 : Number.POSITIVE_INFINITY;
            for (let attempt = 0; attempt < 8 && measure > limit !== sync; attempt++) {
              const gap = await longestGap(() => train(threads, batchSize));
              measure = gap / (await stretch());
            }
            measured.push([`${threads} threads, batches of ${batchSize}`, measure]);
          }
          return measured;
        },
        WAYS,
        LIMIT,
        sync,
      ),
    );
    await server.close();
    return measured;
  }

  test.each([true, false])(
    "no task of fit is one that a visitor notices, isolated: %s",
    { timeout: 60_000 },
    async (isolated) => {
      for (const [way, gap] of await gaps(isolated, false)) expect(gap, way).toBeLessThanOrEqual(LIMIT);
    },
  );

  test("the measure tells: fitSync is one long task", async () => {
    for (const [way, gap] of await gaps(false, true)) expect(gap, way).toBeGreaterThan(LIMIT);
  });
});
