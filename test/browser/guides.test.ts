// The README's page with a web worker of its own, built and opened.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openBrowser } from "../support/browsers.js";
import { ISOLATION, serveFiles } from "../support/fileServer.js";
import { inBrowsers } from "../support/inBrowsers.js";
import { openPage } from "../support/pages.js";

const root = fileURLToPath(new URL("../..", import.meta.url));
const readme = readFileSync(join(root, "README.md"), "utf8");
const scripts = [...readme.matchAll(/^```js\n\/\/ (\w+\.js)\n(.*?)^```/gms)] as unknown as [
  string,
  string,
  string,
][];
const PAGE = `<!doctype html><link rel="icon" href="data:,"><body><script type="module" src="page.js"></script>`;
let folder = "";

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "isthmus-readme-page-"));
  mkdirSync(join(folder, "node_modules"));
  symlinkSync(root, join(folder, "node_modules", "isthmus"), "dir");
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

test("each script of the README is part of the page", () => {
  expect(scripts.map(([, name]) => name)).toEqual(["worker.js", "page.js"]);
  expect(readme.match(/^```js$/gm)).toHaveLength(scripts.length);
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
});
