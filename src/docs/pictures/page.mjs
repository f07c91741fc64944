// The README's page in a browser, after training: a real one, from the built package.
import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { launch } from "puppeteer-core";
import { root, snippet } from "./runs.mjs";

const CHROMIUM = process.env.CHROMIUM ?? "/usr/bin/chromium";
/** What a file server of the package's makers serves. */
const CDN = /https:\/\/cdn\.jsdelivr\.net\/npm\/isthmus@[\d.]+\//g;
/** Only for the picture. */
const STYLE = "<style>body{font:16px system-ui,sans-serif;margin:20px}</style>";

/** The picture, as PNG; undefined where there is no Chromium. */
export async function drawPage() {
  if (!existsSync(CHROMIUM)) return undefined;
  const page = snippet("Train, save and load in a page", "html").replace(CDN, "/") + STYLE;
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url, "http://localhost");
    const script = /^\/build\/[\w./]+\.js$/.test(pathname);
    response.setHeader("Content-Type", script ? "text/javascript" : "text/html; charset=utf-8");
    response.end(script ? readFileSync(join(root, pathname)) : page);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)));
  const browser = await launch({
    executablePath: CHROMIUM,
    args: ["--no-sandbox", "--disable-gpu"],
    headless: true,
  });
  try {
    const opened = await browser.newPage();
    await opened.setViewport({ width: 560, height: 110, deviceScaleFactor: 1 });
    const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
    await opened.goto(`http://127.0.0.1:${port}/`);
    await opened.click("#train");
    await opened.waitForFunction("document.getElementById('save').href.startsWith('blob:')", {
      timeout: 120_000,
    });
    return await opened.screenshot({ type: "png" });
  } finally {
    await browser.close();
    server.close();
  }
}
