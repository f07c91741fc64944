// The playground as a folder for file servers that set no headers and know nothing of it.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import type { Browser } from "puppeteer-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { writeHosted } from "../../src/playground/hostedFolder.mjs";
import { browserNames, openBrowser } from "../support/browsers.js";
import { type FileServer, serveFiles } from "../support/fileServer.js";
import { textOf, watchedPage } from "./page.js";

const folder = mkdtempSync(join(tmpdir(), "isthmus-site-"));
let written: Awaited<ReturnType<typeof writeHosted>>;
const files = () => readdirSync(join(folder, "deep/site"), { recursive: true, encoding: "utf8" });
const content = (name: string) => readFileSync(join(folder, "deep/site", name));

beforeAll(async () => {
  written = await writeHosted(join(folder, "deep/site"), "https://example.org/play");
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("a folder of pages", () => {
  it("has each text compressed beside it, with the same content", () => {
    const texts = files().filter((name) => /\.(html|js|css|svg)$/.test(name));
    expect(texts.length).toBeGreaterThan(20);
    const sums = { plain: 0, packed: 0 };
    for (const name of texts) {
      sums.plain += content(name).length;
      sums.packed += content(`${name}.br`).length;
      expect(brotliDecompressSync(content(`${name}.br`)).equals(content(name))).toBe(true);
      expect(gunzipSync(content(`${name}.gz`)).equals(content(name))).toBe(true);
    }
    expect(sums.packed).toBeLessThan(0.45 * sums.plain);
    expect(written.packed).toBeLessThan(0.7 * written.bytes);
  });

  it("has only relative paths, and an absolute address for the picture alone", () => {
    for (const name of files().filter((name) => name.endsWith(".html"))) {
      const html = content(name).toString();
      // Links to other sites are not files of the folder.
      const paths = [...html.matchAll(/<(?!a\b)\w[^>]*?\b(?:src|href)="([^"]*)"/g)].map(([, path]) => path!);
      expect(paths.filter((path) => /^(\/|[a-z]+:\/\/)/.test(path))).toEqual([]);
      expect(html).toContain('<meta property="og:image" content="https://example.org/play/preview.png">');
      expect(html).toMatch(/<meta property="og:description" content=".{30,}">/);
    }
  });

  it("refuses an address that is none", async () => {
    await expect(writeHosted(folder, "ftp://example.org")).rejects.toThrow("--url must begin with http");
    await expect(writeHosted(folder, "example")).rejects.toThrow("--url must begin with http");
  });
});

describe.skipIf(browserNames.length === 0)("from a file server without headers", () => {
  let server: FileServer;
  let browser: Browser;
  beforeAll(async () => {
    server = await serveFiles(folder);
    browser = await openBrowser(browserNames[0]!);
  });
  afterAll(async () => {
    await browser?.close();
    await server?.close();
  });

  it("isolates its pages, in whatever folder they are, and trains in them", async () => {
    const { page, complaints } = await watchedPage(browser, server.origin);
    await page.goto(`${server.origin}/deep/site/spiral.html#epochs=3`);
    await page.waitForFunction(() => crossOriginIsolated && document.querySelector("#train:not([disabled])"));
    await page.click("#train");
    await page.waitForFunction(() => /^Stopped/.test(document.querySelector("#status")!.textContent ?? ""));
    expect(await textOf(page, "#engine")).not.toContain("not cross-origin isolated");
    // Of the first load, which ends when the page is loaded again, requests may have been given up.
    expect(complaints.filter((text) => !text.startsWith("failed request"))).toEqual([]);
    await page.close();
  });
});
