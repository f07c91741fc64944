// The pages of the guide "Pages and servers": one with a web worker of its own, built and opened; one that loads from a
// CDN; and one that is opened from disk.
import { copyFileSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";
import { afterAll, beforeAll, expect, test } from "vitest";
import { blocksIn, guides, root, textOf } from "../docs/guides.js";
import { openBrowser } from "../support/browsers.js";
import { CDN } from "../support/cdn.js";
import { ISOLATION, serveFiles } from "../support/fileServer.js";
import { inBrowsers } from "../support/inBrowsers.js";
import { openPage } from "../support/pages.js";
import { projectFolder } from "../support/snippets.js";

const guide = "src/docs/pages-and-servers.md";
const scripts = [...textOf(guide).matchAll(/^```js\n\/\/ (\w+\.js)\n(.*?)^```/gms)] as unknown as [
  string,
  string,
  string,
][];
const PAGE = `<!doctype html><link rel="icon" href="data:,"><body><script type="module" src="page.js"></script>`;
let folder = "";

beforeAll(async () => {
  folder = projectFolder();
  for (const [, name, code] of scripts) writeFileSync(join(folder, name), code);
  const entryPoints = scripts.map(([, name]) => join(folder, name));
  await build({
    entryPoints,
    bundle: true,
    format: "esm",
    outdir: join(folder, "site"),
    logLevel: "error",
  });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Whole pages of the guide; the README's is tried by anywhere/jobs.test.ts. */
const pages = blocksIn("html", [guide]);
const fromCdn = pages.find(({ code }) => code.match(CDN))!.code;
const fromDisk = pages.find(({ code }) => code.includes('src="isthmus.global.js"'))!.code;

test("each script and each page of the guides is tried", () => {
  expect(scripts.map(([, name]) => name)).toEqual(["worker.js", "page.js"]);
  expect(blocksIn("js")).toHaveLength(scripts.length);
  expect(blocksIn("html")).toHaveLength(3);
  expect(new Set([fromCdn, fromDisk])).toEqual(new Set(pages.map(({ code }) => code)));
});

test("what is loaded from a CDN is this version, and a file of the package", () => {
  const { version, jsdelivr, unpkg } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const named = guides.flatMap((one) => [...textOf(one).matchAll(/isthmus@([\w.]+)/g)].map(([, of]) => of));
  expect(named.length).toBeGreaterThanOrEqual(4);
  expect(new Set(named)).toEqual(new Set([version.split(".").slice(0, 2).join(".")]));
  expect([jsdelivr, unpkg]).toEqual(["./build/isthmus.global.js", "./build/isthmus.global.js"]);
});

inBrowsers((name) => {
  test.each([true, false])("the page trains in its worker, isolated: %s", async (isolated) => {
    const headers = isolated ? ISOLATION : {};
    const server = await serveFiles(join(folder, "site"), { pages: { "/index.html": PAGE }, headers });
    const browser = await openBrowser(name);
    try {
      const { page, errors, foreign } = await openPage(browser, `${server.origin}/`);
      const done = await page.waitForFunction("document.body.innerText.endsWith(' bytes')", {
        timeout: 60_000,
      });
      await done.dispose();
      const text = await page.evaluate("document.body.innerText");
      expect(text).toMatch(/^epoch 1: 0\.\d+ epoch 2: 0\.\d+ epoch 3: 0\.\d+ \d{6} bytes$/);
      expect([...errors, ...foreign]).toEqual([]);
    } finally {
      await browser.close();
      await server.close();
    }
  });

  test("the page that loads from a CDN trains", async () => {
    const html = fromCdn.replace(CDN, "/").replace("<p", '<link rel="icon" href="data:,"><p');
    const server = await serveFiles(root, { pages: { "/index.html": html } });
    const browser = await openBrowser(name);
    try {
      const { page, errors, foreign } = await openPage(browser, `${server.origin}/`);
      await page.waitForFunction(
        "/^epoch 5: loss 0\\.\\d{3}$/.test(document.querySelector('#status').textContent)",
      );
      expect([...errors, ...foreign]).toEqual([]);
    } finally {
      await browser.close();
      await server.close();
    }
  });

  test("a page that is opened from disk trains, with the one script beside it", async () => {
    writeFileSync(join(folder, "disk.html"), fromDisk);
    copyFileSync(join(root, "build/isthmus.global.js"), join(folder, "isthmus.global.js"));
    const browser = await openBrowser(name);
    try {
      const url = pathToFileURL(join(folder, "disk.html")).href;
      const { page, errors, foreign } = await openPage(browser, url);
      await page.waitForFunction("/^loss 0\\.\\d{3}$/.test(document.querySelector('#status').textContent)");
      expect(errors).toEqual([]);
      expect(foreign.filter((from) => !from.startsWith("file:"))).toEqual([]);
      // All that `isthmus` exports.
      const names = await page.evaluate("Object.keys(isthmus).sort()");
      expect(names).toEqual(Object.keys(await import("../../src/index.js")).sort());
    } finally {
      await browser.close();
    }
  });
});
