import type { Browser, BrowserContext, Page } from "puppeteer-core";

/** A page that is being watched. */
export interface WatchedPage {
  readonly page: Page;
  /** Errors on the console, and exceptions that nobody caught. */
  readonly errors: string[];
  /** Requests that went elsewhere than to the page's own origin. */
  readonly foreign: string[];
}

/** Opens a page and waits for it to be loaded. */
export async function openPage(browser: Browser | BrowserContext, url: string): Promise<WatchedPage> {
  const page = await browser.newPage();
  page.setDefaultTimeout(60_000);
  const errors: string[] = [];
  const foreign: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error") errors.push(message.text());
  });
  page.on("pageerror", (error) => errors.push(String(error)));
  page.on("request", (request) => {
    // Where a blob or data URL leads to is in the page already.
    const own = [new URL(url).origin, "blob:", "data:"];
    if (!own.some((start) => request.url().startsWith(start))) foreign.push(request.url());
  });
  await page.goto(url);
  return { page, errors, foreign };
}

/**
 * What a page of the playground was about when a wait came to nothing: its status, and the last step of each thread,
 * looked at twice, so that it shows what still moves.
 */
export async function standstill(page: Page): Promise<string> {
  const look = () =>
    page.evaluate(() => [
      `status: ${document.querySelector("#status")?.textContent}`,
      ...(globalThis.lastSteps?.() ?? []),
    ]);
  const first = await look();
  await new Promise((resolve) => setTimeout(resolve, 1000));
  return [...first, "a second later", ...(await look())].join("\n  ");
}

/** What the page's script leaves in `globalThis.result`, a value or a promise, once it does. */
export async function resultOn<T>(page: Page, timeout = 60_000): Promise<T> {
  const there = await page.waitForFunction("'result' in globalThis", { timeout });
  await there.dispose();
  return (await page.evaluate("globalThis.result")) as T;
}
