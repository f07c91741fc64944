// The page of tables in Debian's browsers, with real files, pointers and keys.
import { existsSync, readFileSync } from "node:fs";
import type { Browser, Page } from "puppeteer-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { encodeParquet } from "../../src/codecs/index.js";
import { readTable } from "../../src/data/index.js";
import type { Detection } from "../../src/index.js";
import { servePlayground } from "../../src/playground/serve.mjs";
import { openBrowser } from "../support/browsers.js";
import { inBrowsers } from "../support/inBrowsers.js";
import {
  dropFile,
  frames,
  keepDownloads,
  lastDownload,
  numberIn,
  setField,
  textOf,
  waitForStatus,
  watchedPage,
} from "./page.js";
import { inLibrary, readings, series } from "./readings.js";

const TABLES = new URL("../../../shared/data/tables/", import.meta.url);
const SMALL = "members=2&steps=150&seed=3";

let served: Awaited<ReturnType<typeof servePlayground>>;
let expected: Detection;

beforeAll(async () => {
  served = await servePlayground({ port: 0 });
  expected = await inLibrary(readings(), { seed: 3, members: 2, steps: 150 });
});
afterAll(() => served.close());

const press = (page: Page, id: string) => page.$eval(`#${id}`, (element) => (element as HTMLElement).click());
const drop = (page: Page, name: string, content: string | Uint8Array) =>
  dropFile(page, name, typeof content === "string" ? Buffer.from(content) : content);
const hidden = (page: Page, id: string) =>
  page.$eval(`#${id}`, (element) => element.getClientRects().length === 0);

/** Waits until the oddest rows are shown. */
const rowsShown = (page: Page) =>
  page.waitForFunction(() => document.querySelectorAll("#finds tbody tr").length > 0, { polling: 20 });

async function train(page: Page): Promise<void> {
  await press(page, "train");
  await waitForStatus(page, /^Trained and scored in/);
  await rowsShown(page);
}

inBrowsers((name) => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await openBrowser(name);
  });
  afterAll(() => browser?.close());

  /** Opens the page, uses it, and expects silence of its console and no request elsewhere. */
  async function onPage(use: (page: Page) => Promise<void>, { settings = SMALL, width = 1280 } = {}) {
    const { page, complaints } = await watchedPage(browser, served.url);
    await page.setViewport({ width, height: 900 });
    await page.goto(`${served.url}table.html#${settings}`);
    await waitForStatus(page, /^Open a table/);
    await keepDownloads(page);
    await use(page);
    await page.close();
    expect(complaints).toEqual([]);
  }

  test("a dropped CSV is trained on, and judged as the library does with this seed", async () => {
    await onPage(async (page) => {
      await drop(page, "wrong.csv", readings());
      await waitForStatus(page, /^Ready/);
      expect(await textOf(page, "#table-title")).toMatch(
        /^wrong\.csv: 300 rows, 5 columns, of which 4 are used/,
      );
      const rows = await page.$$eval("#columns tbody tr", (all) =>
        all.map((row) => [row.querySelector("th")?.textContent, row.querySelectorAll("td")[1]?.textContent]),
      );
      expect(rows[0]).toEqual(["site", expect.stringMatching(/^category: 3: "Köln", "Berlin"/)]);
      expect(rows[4]).toEqual(["label", "label"]);
      await train(page);
      const { threshold, flags, evaluation, rank } = expected;
      const count = flags.reduce((a, b) => a + b, 0);
      const text = `${count} of 300 rows are odd (${(count / 3).toFixed(1)} %). The oddest is row 78: flow 900, expected`;
      expect(await textOf(page, "#verdict")).toContain(text);
      expect(await numberIn(page, "threshold-value")).toBe(threshold);
      expect(await numberIn(page, "flagged")).toBe(count);
      expect(await numberIn(page, "roc-auc")).toBe(evaluation!.rocAuc);
      expect(await numberIn(page, "average-precision")).toBe(evaluation!.averagePrecision);
      expect(await numberIn(page, "precision")).toBe(evaluation!.precision);
      expect(await numberIn(page, "recall")).toBe(evaluation!.recall);
      const finds = await page.$$eval("#finds tbody tr", (all) =>
        all.map((row) => ({
          place: row.querySelector("th")!.firstChild!.textContent,
          why: row.querySelector("li")!.textContent,
          flagged: row.className === "flagged",
        })),
      );
      expect(finds).toHaveLength(15);
      const first = Array.from(rank.keys()).sort((a, b) => rank[a]! - rank[b]!);
      expect(finds.map(({ place }) => place)).toEqual(first.slice(0, 15).map((row) => `row ${row + 1}`));
      expect(finds.map(({ flagged }) => flagged)).toEqual(first.slice(0, 15).map((row) => flags[row] === 1));
      expect(finds[0]!.why).toMatch(/^flow 900, expected 1\d\d(\.\d+)? \(\d+ %\)$/);
      await press(page, "more");
      await page.waitForFunction(() => document.querySelectorAll("#finds tbody tr").length === 30);
    });
  });

  test.skipIf(!existsSync(TABLES))(
    "a table of the world has the library's ROC AUC (skipped without ../shared/data)",
    async () => {
      const text = readFileSync(new URL("cardio.csv", TABLES), "utf8");
      const { evaluation } = await inLibrary(text, { seed: 0 });
      await onPage(
        async (page) => {
          await drop(page, "cardio.csv", text);
          await waitForStatus(page, /^Ready/);
          await train(page);
          expect(await numberIn(page, "roc-auc")).toBe(evaluation!.rocAuc);
        },
        { settings: "" },
      );
    },
  );

  test("the threshold follows pointer, keys and field, and the count follows the threshold", async () => {
    await onPage(async (page) => {
      await drop(page, "wrong.csv", readings());
      await waitForStatus(page, /^Ready/);
      await train(page);
      const count = () => numberIn(page, "flagged");
      const above = async () => {
        const threshold = await numberIn(page, "threshold-value");
        return [...expected.scores].filter((score) => score > threshold).length;
      };
      const box = await page.$eval("#scores", (canvas) => {
        canvas.scrollIntoView({ block: "center" });
        const { x, y, width, height } = canvas.getBoundingClientRect();
        return { x, y, width, height };
      });
      await page.mouse.move(box.x + 0.9 * box.width, box.y + 0.5 * box.height);
      await page.mouse.down();
      await page.mouse.move(box.x + 0.2 * box.width, box.y + 0.5 * box.height, { steps: 5 });
      await page.mouse.up();
      const many = await count();
      expect(many).toBeGreaterThan(10);
      expect(many).toBe(await above());
      expect(await textOf(page, "#threshold-rule")).toBe("chosen by you");
      await page.focus("#scores");
      await page.keyboard.down("Shift");
      for (let i = 0; i < 4; i++) await page.keyboard.press("ArrowRight");
      await page.keyboard.up("Shift");
      expect(await count()).toBeLessThan(many);
      expect(await count()).toBe(await above());
      const value = () => page.$eval("#scores", (canvas) => Number(canvas.getAttribute("aria-valuenow")));
      expect(await value()).toBe(await numberIn(page, "threshold-value"));
      await page.keyboard.press("End");
      expect(await count()).toBe(0);
      expect(await textOf(page, "#verdict")).toMatch(/^None of 300 rows is odd at this threshold\./);
      expect(await page.$$eval("#finds tr.flagged", (rows) => rows.length)).toBe(0);
      await setField(page, "threshold", "2");
      expect(await numberIn(page, "threshold-value")).toBe(2);
      expect(await count()).toBe(await above());
      expect(await page.$$eval("#finds tr.flagged", (rows) => rows.length)).toBe(Math.min(15, await count()));
      await setField(page, "threshold", "");
      expect(await numberIn(page, "threshold-value")).toBe(2);
    });
  });

  test("what was decided about a column can be changed", async () => {
    await onPage(async (page) => {
      await drop(page, "wrong.csv", readings());
      await waitForStatus(page, /^Ready/);
      await setField(page, "use-2", "drop");
      await page.waitForFunction(() => document.querySelectorAll("#columns tr.unused").length === 2);
      await setField(page, "use-0", "number");
      await page.waitForSelector("#alert:not([hidden])");
      expect(await textOf(page, "#alert")).toMatch(/^line 2: column "site" has "Berlin"/);
      expect(await page.$eval("#use-0", (select) => (select as HTMLSelectElement).value)).toBe("auto");
      await setField(page, "use-4", "drop");
      await page.waitForFunction(() => document.querySelectorAll("#columns tr.unused").length === 2);
      await train(page);
      expect(await hidden(page, "roc-auc")).toBe(true);
      expect(await textOf(page, "#finds")).not.toMatch("flow");
    });
  });

  test("downloads the flagged table and the detector, which scores a new file", async () => {
    await onPage(async (page) => {
      await drop(page, "wrong.csv", readings());
      await waitForStatus(page, /^Ready/);
      await train(page);
      await press(page, "save-table");
      await waitForStatus(page, /^flagged\.csv has been downloaded/);
      const table = await readTable(await lastDownload(page));
      expect(table.columns.map(({ name }) => name)).toEqual([
        ...["site", "pressure", "flow", "level", "label"],
        ...["score", "anomaly", "rank", "reason"],
      ]);
      const [score, anomaly, rank, reason] = table.columns.slice(5).map(({ values }) => Array.from(values));
      expect(score!.map((cell) => Math.fround(Number(cell)))).toEqual([...expected.scores]);
      expect(anomaly!.map(Number)).toEqual([...expected.flags]);
      expect(rank!.map(Number)).toEqual([...expected.rank]);
      expect(reason![77]).toMatch(/^flow 900, expected .* \(\d+ %\); /);
      await press(page, "save-detector");
      await waitForStatus(page, /^detector\.safetensors has been downloaded/);
      const detector = await lastDownload(page);
      await page.reload();
      await waitForStatus(page, /^Open a table/);
      await drop(page, "mine.safetensors", detector);
      await waitForStatus(page, /^Loaded mine\.safetensors\. Open a table/);
      await drop(page, "again.csv", readings());
      await waitForStatus(page, /^Scored with mine\.safetensors/);
      expect(await numberIn(page, "roc-auc")).toBe(expected.evaluation!.rocAuc);
      expect(await hidden(page, "train")).toBe(true);
      expect(await page.$eval("#use-0", (select) => (select as HTMLSelectElement).disabled)).toBe(true);
      await press(page, "forget");
      await waitForStatus(page, /^Ready/);
      expect(await hidden(page, "result-card")).toBe(true);
    });
  });

  test("files that are no tables are refused in a sentence, and the page goes on", async () => {
    await onPage(async (page) => {
      for (const [file, content, message] of [
        [
          "ragged.csv",
          "a,b\n1,2\n3\n",
          'line 3 of ragged.csv has 1 field, but there are names for 2 columns; fields are divided by ","',
        ],
        ["empty.csv", "", "empty.csv is empty: there is no table in it"],
        ["same.csv", "a\n1\n1\n", 'the table has no column to learn from: "a": always 1, left out'],
      ] as const) {
        await drop(page, file, content);
        await page.waitForFunction(
          (wanted) => document.querySelector("#alert")?.textContent === wanted,
          { polling: 20 },
          message,
        );
      }
      expect(await hidden(page, "columns-card")).toBe(true);
      await drop(page, "wrong.csv", readings());
      await waitForStatus(page, /^Ready/);
      expect(await hidden(page, "alert")).toBe(true);
    });
  });

  test("names from a file are text, whatever they look like", async () => {
    await onPage(async (page) => {
      const header =
        '<img src=x onerror="document.title=1">,"<script>document.title=2</script>",flow,level,label';
      await drop(page, "<b>bold</b>.csv", readings(300, { header }).replaceAll("Köln", "<i>Köln</i>"));
      await waitForStatus(page, /^Ready/);
      await train(page);
      expect(await page.$$eval("main img, main script, main i, main b", (all) => all.length)).toBe(0);
      expect(await page.title()).toBe("Table · Isthmus playground");
      expect(await textOf(page, "#columns")).toContain('<img src=x onerror="document.title=1">');
      expect(await textOf(page, "#table-title")).toContain("<b>bold</b>.csv");
    });
  });

  test("decoders are loaded when a file needs them", async () => {
    await onPage(async (page) => {
      const scripts: string[] = [];
      page.on("response", (response) => scripts.push(new URL(response.url()).pathname));
      await drop(page, "wrong.csv", readings());
      await waitForStatus(page, /^Ready/);
      expect(scripts.filter((path) => /Parquet|Arrow|npz/i.test(path))).toEqual([]);
      const columns = [{ name: "a", values: Array.from({ length: 40 }, (_, i) => Math.sin(i)) }];
      await drop(page, "some.parquet", encodeParquet({ rows: 40, columns }));
      await page.waitForFunction(() =>
        /^some\.parquet/.test(document.querySelector("#table-title")!.textContent!),
      );
      expect(await textOf(page, "#table-title")).toMatch(/40 rows, 1 columns/);
    });
  });

  test("the built-in example is trained by keyboard alone", async () => {
    await onPage(
      async (page) => {
        await page.focus("#example");
        await page.keyboard.press("Enter");
        await waitForStatus(page, /^Ready/);
        expect(await textOf(page, "#table-title")).toMatch(/^Built-in example, seed 0: 600 rows/);
        await page.focus("#train");
        await page.keyboard.press("Enter");
        await waitForStatus(page, /^Trained and scored/);
        expect(await numberIn(page, "roc-auc")).toBeGreaterThan(0.98);
        expect(await textOf(page, "#verdict")).toMatch(
          /The labels call 10 odd, and \d+ of them are flagged\.$/,
        );
      },
      { settings: "" },
    );
  });

  test("a series is cut into windows, and its odd stretch is shown", async () => {
    await onPage(async (page) => {
      await drop(page, "wrong.csv", readings());
      await waitForStatus(page, /^Ready/);
      expect(await hidden(page, "window")).toBe(true);
      await drop(page, "series.csv", series());
      await page.waitForFunction(() =>
        /^series\.csv/.test(document.querySelector("#table-title")!.textContent!),
      );
      expect(await hidden(page, "window")).toBe(false);
      await setField(page, "window", "24");
      expect(await page.evaluate(() => location.hash)).toContain("window=24");
      await train(page);
      expect(await hidden(page, "over-time")).toBe(false);
      const places = () => page.$$eval("#finds tbody th", (all) => all.map((cell) => cell.textContent));
      expect(await places()).toEqual([
        expect.stringMatching(/^2026-01-02 1\d:\d0 to .* \(rows 2\d\d to 2\d\d\)▲/),
      ]);
      // Of a lower threshold there are other stretches.
      const before = await textOf(page, "#finds");
      await setField(page, "threshold", "0.5");
      await page.waitForFunction(
        (text) => document.querySelector("#finds")!.textContent !== text,
        {},
        before,
      );
    });
  });

  test.each([390, 1280])("nothing is wider than a window of %i pixels", async (width) => {
    await onPage(
      async (page) => {
        await drop(page, "wrong.csv", readings());
        await waitForStatus(page, /^Ready/);
        await train(page);
        await frames(page);
        const [content, window] = await page.evaluate(() => [
          document.documentElement.scrollWidth,
          innerWidth,
        ]);
        expect(content).toBeLessThanOrEqual(window!);
        const scrolled = await page.$$eval(".wide", (all) =>
          all.map(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth),
        );
        expect(scrolled.filter((by) => by > 0)).toEqual([]);
      },
      { width },
    );
  });
});

describe("without isolation", () => {
  inBrowsers((name) => {
    test("it trains on one thread to the same figures", async () => {
      const bare = await servePlayground({ port: 0, isolation: false });
      const browser = await openBrowser(name);
      try {
        const { page } = await watchedPage(browser, bare.url);
        await page.goto(`${bare.url}table.html#${SMALL}`);
        await waitForStatus(page, /^Open a table/);
        await drop(page, "wrong.csv", readings());
        await waitForStatus(page, /^Ready/);
        await train(page);
        expect(await numberIn(page, "threshold-value")).toBe(expected.threshold);
        expect(await textOf(page, "#engine")).toMatch(/1 thread \(the page is not cross-origin isolated\)$/);
      } finally {
        await browser.close();
        await bare.close();
      }
    });
  });
});
