import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Browser } from "puppeteer-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { compareModels, drawReport } from "../../src/report/drawReport.js";
import { browserNames, openBrowser } from "../support/browsers.js";
import { detectionPages } from "./detectionPages.js";
import { digitSubject, type Made, spiralSubject, tableSubject } from "./subjects.js";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

async function pageOf(make: () => Promise<Made>): Promise<string> {
  const { subject, dispose } = await make();
  const html = await drawReport(subject, [["data", "some data"]]);
  await dispose();
  return html;
}

async function comparison(): Promise<string> {
  const made = [await digitSubject("plain"), await digitSubject("tied")];
  const models = made.map(({ subject }, i) => ({
    ...{ subject: { ...subject, modelTitle: `${i}.safetensors` }, layers: "784 → 12 → 784", bytes: 9000 },
  }));
  const html = await compareModels(models);
  await Promise.all(made.map((one) => one.dispose()));
  return html;
}

const PAGES: [name: string, draw: () => Promise<string>][] = [
  ["points", () => pageOf(() => spiralSubject())],
  ["images", () => pageOf(() => digitSubject("variational"))],
  ["a table", () => pageOf(() => tableSubject())],
  ["several models", comparison],
  ["odd rows", detectionPages["rows with labels, names and texts"]],
  ["odd rows with very many columns", detectionPages["very many columns with long names"]],
  ["an odd stretch of a series", detectionPages["a series"]],
];
/** Of a desk and of a phone. */
const WIDTHS = { light: 1440, dark: 390 };

describe.skipIf(!browserNames.includes("chromium"))("axe finds nothing (skipped without chromium)", () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await openBrowser("chromium");
  }, 90_000);
  afterAll(() => browser?.close());

  test.each(PAGES)(
    "in a report of %s, light and dark",
    async (_, draw) => {
      const html = await draw();
      const page = await browser.newPage();
      await page.setBypassCSP(true);
      for (const [value, width] of Object.entries(WIDTHS)) {
        await page.setViewport({ width, height: 900 });
        await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value }]);
        await page.setContent(html);
        await page.evaluate(AXE);
        const found = await page.evaluate(
          "axe.run().then(({ violations, passes }) => ({ violations, passes }))",
        );
        const { violations, passes } = found as {
          violations: { id: string; nodes: { html: string; failureSummary: string }[] }[];
          passes: { id: string }[];
        };
        const told = violations.map(({ id, nodes }) => [
          id,
          nodes[0]!.html.slice(0, 200),
          nodes[0]!.failureSummary,
        ]);
        expect(told, value).toEqual([]);
        expect(passes.map(({ id }) => id)).toContain("color-contrast");
      }
      await page.close();
    },
    120_000,
  );
});
