import type { Browser, Page } from "puppeteer-core";
import { afterAll, afterEach, beforeAll, expect } from "vitest";
import { servePlayground } from "../../src/playground/serve.mjs";
import { openBrowser } from "../support/browsers.js";
import { type Watched, watchedPage } from "./page.js";

/**
 * The start page in Chromium for the tests of a `describe`: opened before the first and closed after the last of them. After
 * each, the page must have had nothing to complain about.
 *
 * @param height of the window; it is wide enough for all controls to be in sight
 */
export function startPage(height: number) {
  let server: Awaited<ReturnType<typeof servePlayground>>;
  let browser: Browser;
  let watched: Watched;
  beforeAll(async () => {
    server = await servePlayground({ port: 0 });
    browser = await openBrowser("chromium");
    watched = await watchedPage(browser, server.url);
    await watched.page.setViewport({ width: 1280, height });
  });
  afterAll(async () => {
    await browser?.close();
    await server?.close();
  });
  afterEach(() => {
    expect(watched.complaints.splice(0)).toEqual([]);
  });
  return {
    get page(): Page {
      return watched.page;
    },
    get url(): string {
      return server.url;
    },
    /** Goes to the page with a query or a hash, also where the address differs in that alone, and waits for a model. */
    async open(link = ""): Promise<void> {
      await watched.page.goto("about:blank");
      await watched.page.goto(`${server.url}index.html${link}`);
      await watched.page.waitForSelector("html[data-phase]");
    },
  };
}
