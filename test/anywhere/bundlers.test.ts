// Pages built by each bundler, from the packed package, in default configuration, opened in browsers.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Browser } from "puppeteer-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type BrowserName, browserNames, openBrowser } from "../support/browsers.js";
import { ISOLATION, serveFiles } from "../support/fileServer.js";
import { openPage, resultOn } from "../support/pages.js";
import { Fixture, here, installed, type PortableResult, unlessInstalled } from "./fixture.js";

/** Pages by bundler: `main` trains in the page, `own` in a web worker of the page's own. */
const PAGES = {
  vite: ["main", "own"],
  webpack: ["main", "own"],
  rollup: ["main"],
  esbuild: ["main"],
};
const BUNDLERS = Object.keys(PAGES) as (keyof typeof PAGES)[];

/** Every page, with and without cross-origin isolation. */
const VISITS = BUNDLERS.flatMap((bundler) =>
  PAGES[bundler].flatMap((page) => [true, false].map((isolated) => ({ bundler, page, isolated }))),
);

describe.skipIf(!installed)(`bundlers${unlessInstalled}`, () => {
  let fixture: Fixture;
  let expected: PortableResult;
  const built = (bundler: string, page: string) => join(fixture.folder, bundler, page);

  beforeAll(() => {
    fixture = new Fixture();
    [expected] = JSON.parse(fixture.run(process.execPath, "print.js"));
    for (const bundler of BUNDLERS) {
      fixture.run(process.execPath, join(here, "bundle.mjs"), bundler, fixture.folder, ...PAGES[bundler]);
    }
  });
  afterAll(() => fixture?.remove());

  test.each(BUNDLERS)("%s makes scripts alone, with nothing of Node in them", (bundler) => {
    for (const page of PAGES[bundler]) {
      const entries = readdirSync(built(bundler, page), { recursive: true, withFileTypes: true });
      const files = entries.filter((entry) => entry.isFile()).map((file) => join(file.parentPath, file.name));
      expect(files.filter((file) => !/\.(js|html)$/.test(file))).toEqual([]);
      const code = files.map((file) => readFileSync(file, "utf8")).join("");
      expect(code).toContain("WebAssembly");
      expect(code).not.toMatch(/\b(import|from)\s*\(?\s*["']node:|\brequire\s*\(\s*["']|\bBuffer\b/);
    }
  });

  describe.each(browserNames)("in %s", (name: BrowserName) => {
    let browser: Browser;
    beforeAll(async () => {
      browser = await openBrowser(name);
    });
    afterAll(() => browser?.close());

    /** Expects of a page that it trains to the same bits as Node, quietly and by itself. */
    async function expectTraining(url: string, threads: number) {
      const { page, errors, foreign } = await openPage(browser, url);
      expect(await resultOn<PortableResult>(page)).toEqual({ bits: expected.bits, threads });
      expect(errors).toEqual([]);
      expect(foreign).toEqual([]);
      await page.close();
    }

    test.each(VISITS)(
      "$bundler: page $page trains, isolated: $isolated",
      async ({ bundler, page, isolated }) => {
        const server = await serveFiles(built(bundler, page), { headers: isolated ? ISOLATION : {} });
        await expectTraining(`${server.origin}/`, isolated ? 2 : 1);
        await server.close();
      },
    );

    test.each(PAGES.vite)("Vite's development server: page %s trains", async (page) => {
      const server = await fixture.serve(join(here, "viteDev.mjs"), join(fixture.folder, page));
      await expectTraining(server.url, 1);
      await server.close();
    });
  });
});
