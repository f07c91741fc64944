import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Browser, BrowserContext, Page } from "puppeteer-core";
import { type FileServer, ISOLATION, serveFiles } from "../support/fileServer.js";
import { openPage, resultOn } from "../support/pages.js";

const build = fileURLToPath(new URL("../../build", import.meta.url));
const script = readFileSync(new URL("library.js", import.meta.url), "utf8");
const HTML = `<!doctype html><title>Isthmus</title><link rel="icon" href="data:,">
  <script type="module" src="/library.js"></script><input type="file"><a download="model.safetensors">Download</a>`;

/** Neither eval nor anything from elsewhere; workers from a blob, unless `workers` says otherwise. */
const policy = (workers: string) =>
  `default-src 'none'; img-src data:; script-src 'self' 'wasm-unsafe-eval'; worker-src ${workers}`;

/** Serves the built library, and a page that loads it. */
export function serveLibrary(isolated: boolean, workers = "'self' blob:"): Promise<FileServer> {
  return serveFiles(build, {
    pages: { "/index.html": HTML, "/library.js": script },
    headers: { "Content-Security-Policy": policy(workers), ...(isolated && ISOLATION) },
  });
}

/** Opens the page; `use` finds the library in the global `isthmus`. Expects silence, and no request elsewhere. */
export async function withLibrary<T>(
  browser: Browser | BrowserContext,
  { origin }: FileServer,
  use: (page: Page) => Promise<T>,
): Promise<T> {
  const { page, errors, foreign } = await openPage(browser, `${origin}/`);
  await resultOn(page);
  const result = await use(page);
  const violations = (await page.evaluate("violations")) as string[];
  await page.close();
  const faults = [...errors, ...foreign, ...violations];
  if (faults.length > 0) throw new Error(`on the page: ${faults.join("; ")}`);
  return result;
}
