import type { Browser, Page } from "puppeteer-core";
import { standstill } from "../support/pages.js";

/** A page of the playground, and what has gone wrong on it. */
export interface Watched {
  readonly page: Page;
  /** Errors and warnings of the console, what nobody caught, and requests that failed or went to another host. */
  readonly complaints: string[];
}

/** Opens an empty page whose console and requests are watched. */
export async function watchedPage(browser: Browser, origin: string): Promise<Watched> {
  const page = await browser.newPage();
  page.setDefaultTimeout(60_000);
  const complaints: string[] = [];
  page.on("console", (message) => {
    if (["error", "warn"].includes(message.type())) complaints.push(`console: ${message.text()}`);
  });
  page.on("pageerror", (error) => complaints.push(`uncaught: ${String(error)}`));
  page.on("request", (request) => {
    const url = request.url();
    if (!url.startsWith(origin) && !/^(blob|data|about):/.test(url)) complaints.push(`request to ${url}`);
  });
  page.on("requestfailed", (request) => complaints.push(`failed request to ${request.url()}`));
  page.on("response", (response) => {
    if (response.status() >= 400) complaints.push(`${response.status()} for ${response.url()}`);
  });
  return { page, complaints };
}

/** Goes to an address, also where it differs in its hash alone from the one before, and waits for a model. */
export async function visit(page: Page, url: string): Promise<void> {
  await page.goto("about:blank");
  await page.goto(url);
  await page.waitForSelector("#train:not([disabled])");
}

/** Waits until the page's status says something. */
export async function waitForStatus(page: Page, text: RegExp): Promise<void> {
  await page
    .waitForFunction(
      (source: string) => new RegExp(source).test(document.querySelector("#status")?.textContent ?? ""),
      { polling: 20, timeout: 60_000 },
      text.source,
    )
    .catch(async (error: unknown) => {
      throw new Error(`waited in vain for ${text}; ${await standstill(page)}`, { cause: error });
    });
}

export function textOf(page: Page, selector: string): Promise<string> {
  return page.$eval(selector, (element) => element.textContent ?? "");
}

/** The number in a `data` element, to the bit; NaN where there is none. */
export function numberIn(page: Page, id: string): Promise<number> {
  return page.$eval(`#${id}`, (element) => {
    const { value } = element as HTMLDataElement;
    return value === "" ? Number.NaN : Number(value);
  });
}

/** Gives a field another value, as typing and leaving it does. */
export function setField(page: Page, id: string, value: string): Promise<void> {
  return page.$eval(
    `#${id}`,
    (element, text) => {
      (element as HTMLInputElement).value = text;
      element.dispatchEvent(new Event("change", { bubbles: true }));
    },
    value,
  );
}

/** Drops a file on the page. */
export function dropFile(page: Page, name: string, bytes: Uint8Array): Promise<void> {
  return page.evaluate(
    (fileName, content) => {
      const data = new DataTransfer();
      data.items.add(new File([Uint8Array.from(content)], fileName));
      const options = { bubbles: true, cancelable: true, dataTransfer: data };
      document.querySelector("main")!.dispatchEvent(new DragEvent("dragover", options));
      document.querySelector("main")!.dispatchEvent(new DragEvent("drop", options));
    },
    name,
    [...bytes],
  );
}

/** Has the page keep the files that it offers, for browsers that cannot be told where to put them. */
export function keepDownloads(page: Page): Promise<void> {
  return page.evaluate(() => {
    const kept: Blob[] = [];
    (globalThis as unknown as { kept: Blob[] }).kept = kept;
    const create = URL.createObjectURL.bind(URL);
    URL.createObjectURL = (blob: Blob) => {
      kept.push(blob);
      return create(blob);
    };
    // The blob is what is looked at; the browser would ask where to put the file.
    HTMLAnchorElement.prototype.click = () => {};
  });
}

/** The last file that the page has offered. */
export async function lastDownload(page: Page): Promise<Uint8Array> {
  await page.waitForFunction(() => (globalThis as unknown as { kept: Blob[] }).kept.length > 0);
  const bytes = await page.evaluate(async () => {
    const { kept } = globalThis as unknown as { kept: Blob[] };
    return [...new Uint8Array(await kept.at(-1)!.arrayBuffer())];
  });
  return Uint8Array.from(bytes);
}

/** Waits for some frames: what the page was told is drawn then, a picture a frame at most, and what was sent is answered. */
export async function frames(page: Page, count = 20): Promise<void> {
  await page.evaluate(async (count) => {
    for (let frame = 0; frame < count; frame++) {
      await new Promise((resolve) => requestAnimationFrame(resolve));
    }
  }, count);
}
