// axe-core on every page, light and dark, before and after something is shown.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Browser, Page } from "puppeteer-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { servePlayground } from "../../src/playground/serve.mjs";
import { browserNames, openBrowser } from "../support/browsers.js";
import { frames, waitForStatus, watchedPage } from "./page.js";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** What each page is brought to, after which it is looked at once more. */
const PAGES: { [page: string]: (page: Page) => Promise<unknown> } = {
  "index.html?seed=3": (page) => page.evaluate("advance(40)"),
  "index.html#data=drawing&heldOut=30&penalty=l2&code=2": async (page) => {
    await page.evaluate("advance(40)");
    await page.$eval(".fold", (details) => {
      (details as HTMLDetailsElement).open = true;
    });
    await page.focus(".cursor");
  },
  "spiral.html?preset=unroll#epochs=2&hidden=8": async (page) => {
    await page.click("#train");
    await waitForStatus(page, /^Stopped/);
  },
  "digits.html?preset=odd#samples=200&hidden=8&epochs=1&odd=mixed": async (page) => {
    await page.click("#train");
    await waitForStatus(page, /^Trained/);
    await page.click("#sample");
  },
  "table.html?preset=pumps#steps=20&members=2": async (page) => {
    await page.waitForSelector("#train:not([disabled])");
    await page.click("#train");
    await page.waitForSelector("#finds tbody tr");
  },
};

/** Violations of WCAG 2.2 AA and of best practices, as lines. */
async function violations(page: Page): Promise<string[]> {
  await frames(page);
  return page.evaluate(async () => {
    const run = (globalThis as unknown as { axe: { run(): Promise<unknown> } }).axe.run();
    const { violations, passes } = (await run) as {
      passes: unknown[];
      violations: { id: string; nodes: { target: string[]; failureSummary: string }[] }[];
    };
    if (passes.length < 15) return [`only ${passes.length} rules found something to check`];
    return violations.flatMap(({ id, nodes }) =>
      nodes.map(({ target, failureSummary }) => `${id} at ${target.join(" ")}: ${failureSummary}`),
    );
  });
}

describe.skipIf(!browserNames.includes("chromium"))("axe-core finds nothing", () => {
  let server: Awaited<ReturnType<typeof servePlayground>>;
  let browser: Browser;
  beforeAll(async () => {
    server = await servePlayground({ port: 0 });
    browser = await openBrowser("chromium");
  });
  afterAll(async () => {
    await browser?.close();
    await server?.close();
  });

  it.each(Object.keys(PAGES))("on %s", async (address) => {
    const { page, complaints } = await watchedPage(browser, server.url);
    await page.evaluateOnNewDocument(axe);
    await page.goto(server.url + address);
    await page.waitForFunction(
      () => !/^Loading/.test(document.querySelector("[role=status]")?.textContent ?? ""),
    );
    for (const shown of ["at first", "in use"]) {
      if (shown === "in use") await PAGES[address]!(page);
      for (const value of ["light", "dark"]) {
        await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value }]);
        expect(await violations(page), `${shown}, ${value}`).toEqual([]);
      }
    }
    expect(complaints).toEqual([]);
    await page.close();
  });
});
