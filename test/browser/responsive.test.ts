// While a model trains on the main thread of a page, the page goes on: the event loop turns. A clock of the test's own
// finds a turn due whenever somebody looks at it, and the turns are counted: how long a turn takes is the machine's.
import type { Browser } from "puppeteer-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { OPERATIONS_PER_TURN } from "../../src/engine/scheduler.js";
import { openBrowser } from "../support/browsers.js";
import { inBrowsers } from "../support/inBrowsers.js";
import { serveLibrary, withLibrary } from "./site.js";

/** In the page. */
declare const isthmus: typeof import("../../src/index.js");
declare const turnsDuring: (work: () => Promise<unknown>) => Promise<number>;

const WAYS = [
  { threads: 1, batchSize: 256 },
  { threads: 2, batchSize: 256 },
  { threads: 1, batchSize: 2000 },
  { threads: 2, batchSize: 2000 },
];
const SAMPLES = 2000;
/** Multiplications and additions of the products of 784-32-784, forward and backward. */
const OPERATIONS = SAMPLES * 2 * (784 * 32 * 5);

inBrowsers((name) => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await openBrowser(name);
  });
  afterAll(() => browser?.close());

  /** How often the event loop of a page turns while it trains for an epoch in each way. */
  async function turns(isolated: boolean, sync: boolean): Promise<number[]> {
    const server = await serveLibrary(isolated);
    try {
      return await withLibrary(browser, server, (page) =>
        page.evaluate(
          async (ways, samples, sync) => {
            const { Autoencoder, dense, digits } = isthmus;
            const { images } = digits({ samples, seed: 1 });
            const counts: number[] = [];
            for (const { threads, batchSize } of ways) {
              const model = await Autoencoder.create({
                inputSize: 784,
                encoder: [dense(32, "relu")],
                decoder: [dense(784, "sigmoid")],
                loss: "binaryCrossentropy",
                engine: { threads },
              });
              const fit = async () => {
                if (sync) model.fitSync(images, { batchSize });
                else await model.fit(images, { batchSize });
              };
              counts.push(await turnsDuring(fit));
              await model.dispose();
            }
            return counts;
          },
          WAYS,
          SAMPLES,
          sync,
        ),
      );
    } finally {
      await server.close();
    }
  }

  test.each([true, false])("the event loop turns while fit runs, isolated: %s", async (isolated) => {
    const counts = await turns(isolated, false);
    for (const [index, { threads, batchSize }] of WAYS.entries()) {
      const least = Math.max(SAMPLES / batchSize, OPERATIONS / OPERATIONS_PER_TURN / threads);
      expect(counts[index], `${threads} threads, batches of ${batchSize}`).toBeGreaterThanOrEqual(least);
    }
  });

  test("the measure tells: it does not turn while fitSync runs", async () => {
    expect(await turns(false, true)).toEqual(WAYS.map(() => 0));
  });
});
