// Pages built by each bundler, from the packed package, in default configuration, opened in browsers.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import type { Browser } from "puppeteer-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openBrowser } from "../support/browsers.js";
import { ISOLATION, serveFiles } from "../support/fileServer.js";
import { inBrowsers } from "../support/inBrowsers.js";
import { openPage, resultOn } from "../support/pages.js";
import { Fixture, here, installed, type PortableResult, serveWith, unlessInstalled } from "./fixture.js";

/** Pages by bundler: `main` trains in the page, `own` in a web worker of the page's own, `core` imports only that. */
const PAGES = {
  vite: ["main", "core", "own"],
  webpack: ["main", "core", "own"],
  rollup: ["main", "core"],
  esbuild: ["main", "core"],
};
const BUNDLERS = Object.keys(PAGES) as (keyof typeof PAGES)[];

/** Most bytes that a page takes, minified and gzipped, with all of a part: kernels, workers and all. */
const PARTS = {
  isthmus: 119_000,
  "isthmus/core": 96_000,
  "isthmus/data": 36_500,
  "isthmus/anomaly": 102_000,
  "isthmus/datasets": 9_900,
  "isthmus/formats": 13_600,
  "isthmus/latent": 4_800,
  "isthmus/export": 190_000,
  // With the engine: it makes an autoencoder.
  "isthmus/import": 129_000,
  // With Brotli's dictionary, which is loaded apart where scripts may be several.
  "isthmus/codecs": 175_000,
  // With Observable Plot, and a document to draw in.
  "isthmus/report": 232_000,
};

/** Every page, with and without cross-origin isolation. */
const VISITS = BUNDLERS.flatMap((bundler) =>
  PAGES[bundler]
    .filter((page) => page !== "core")
    .flatMap((page) => [true, false].map((isolated) => ({ bundler, page, isolated }))),
);

describe.skipIf(!installed)(`bundlers${unlessInstalled}`, () => {
  let fixture: Fixture;
  let expected: PortableResult;
  const built = (bundler: string, page: string) => join(fixture.folder, bundler, page);

  /** The files that a bundler made of a page. */
  const files = (bundler: string, page: string) =>
    readdirSync(built(bundler, page), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name));
  const code = (bundler: string, page: string) =>
    files(bundler, page)
      .filter((file) => file.endsWith(".js"))
      .map((file) => readFileSync(file, "utf8"))
      .join("");

  const bundle = (bundler: string, pages: string[]) =>
    fixture.run(process.execPath, join(here, "bundle.mjs"), bundler, fixture.folder, ...pages);

  beforeAll(() => {
    fixture = new Fixture();
    [expected] = JSON.parse(fixture.run(process.execPath, "print.js"));
    for (const bundler of BUNDLERS) bundle(bundler, PAGES[bundler]);
  });
  afterAll(() => fixture?.remove());

  test.each(BUNDLERS)("%s makes scripts alone, with nothing of Node in them", (bundler) => {
    for (const page of PAGES[bundler]) {
      expect(files(bundler, page).filter((file) => !/\.(js|html)$/.test(file))).toEqual([]);
      const text = code(bundler, page);
      expect(text).toContain("WebAssembly");
      expect(text).not.toMatch(/\b(import|from)\s*\(?\s*["']node:|\brequire\s*\(\s*["']|\bBuffer\b/);
    }
  });

  // Rollup minifies nothing by itself; what it is given is minified already.
  test.each(BUNDLERS)("a page built by %s pays for what it uses", (bundler) => {
    const [all, core] = ["main", "core"].map((page) => gzipSync(code(bundler, page)).length) as [
      number,
      number,
    ];
    expect(core).toBeLessThan(PARTS["isthmus/core"]);
    expect(all).toBeLessThan(PARTS.isthmus);
    expect(core).toBeLessThan(all - 4_000);
  });

  test.each(Object.entries(PARTS))("all of %s takes less than %i bytes, gzipped", (part, bound) => {
    const page = part.replace("/", "-");
    mkdirSync(join(fixture.folder, page));
    const whole = `import * as part from "${part}"; globalThis.part = part;`;
    writeFileSync(join(fixture.folder, page, "index.js"), whole);
    bundle("esbuild", [page]);
    const size = gzipSync(code("esbuild", page)).length;
    expect(size).toBeLessThan(bound);
    // A bound that is far off says nothing.
    expect(size).toBeGreaterThan(0.8 * bound);
  });

  inBrowsers((name) => {
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
        // Firefox that is driven can hang where a worker starts workers: see src/playground/shared/hosted.ts.
        const nested = page !== "own" || name !== "firefox";
        await expectTraining(`${server.origin}/?threads=${nested ? 2 : 1}`, isolated && nested ? 2 : 1);
        await server.close();
      },
    );

    test.each(BUNDLERS)("%s: a page with isthmus/core alone trains", async (bundler) => {
      const server = await serveFiles(built(bundler, "core"));
      const { page, errors } = await openPage(browser, `${server.origin}/`);
      const losses = await resultOn<number[]>(page);
      expect(losses).toHaveLength(200);
      expect(losses[199]).toBeLessThan(losses[0]! / 2);
      expect(errors).toEqual([]);
      await page.close();
      await server.close();
    });

    test.each(["main", "own"])("Vite's development server: page %s trains", async (page) => {
      const server = await serveWith(join(here, "viteDev.mjs"), join(fixture.folder, page));
      await expectTraining(server.url, 1);
      await server.close();
    });
  });
});
