import type { Browser, Page } from "puppeteer-core";
import { expect } from "vitest";
import { standstill } from "../support/pages.js";
import { frames } from "./page.js";

/** What went wrong on a page, or beside it. */
interface Trouble {
  readonly errors: string[];
  /** Requests to other hosts. */
  readonly strangers: string[];
}

/** What the page has offered as files. */
interface Saved {
  readonly name: string;
  readonly base64: string;
}

/** The page of digits in a browser, with what its tests do to it. */
export class DigitsPage {
  readonly page: Page;
  readonly #trouble: Trouble;

  private constructor(page: Page, trouble: Trouble) {
    this.page = page;
    this.#trouble = trouble;
  }

  static async open(browser: Browser, url: string, settings = "", width = 1280): Promise<DigitsPage> {
    const page = await browser.newPage();
    page.setDefaultTimeout(60_000);
    const trouble: Trouble = { errors: [], strangers: [] };
    page.on("console", (message) => {
      if (["error", "warn"].includes(message.type())) trouble.errors.push(message.text());
    });
    page.on("pageerror", (error) => trouble.errors.push(String(error)));
    page.on("request", (request) => {
      const at = request.url();
      if (![url, "blob:", "data:"].some((own) => at.startsWith(own))) trouble.strangers.push(at);
    });
    await page.setViewport({ width, height: 900 });
    await page.evaluateOnNewDocument(keepDownloads);
    await page.goto(`${url}digits.html#${settings}`);
    const digits = new DigitsPage(page, trouble);
    await digits.status(/^Ready/);
    return digits;
  }

  /** Closes the page, which must have had no trouble. */
  async close(): Promise<void> {
    await this.page.close();
    expect(this.#trouble).toEqual({ errors: [], strangers: [] });
  }

  /** Waits until the line of what goes on reads so. */
  async status(wanted: RegExp): Promise<void> {
    await this.until(
      (source) => new RegExp(source).test(document.querySelector("#status")?.textContent ?? ""),
      wanted.source,
    );
  }

  /** Waits until what the page was told is drawn: that takes it a frame for each of its pictures at most. */
  async drawn(): Promise<void> {
    await frames(this.page);
  }

  /** Waits until something holds in the page. */
  async until<A extends string | number>(holds: (argument: A) => boolean, argument: A): Promise<void> {
    try {
      await this.page.waitForFunction(
        holds as (argument: unknown) => boolean,
        { timeout: 60_000, polling: 30 },
        argument,
      );
    } catch (error) {
      throw new Error(`waited in vain for ${argument}; ${await standstill(this.page)}`, { cause: error });
    }
  }

  /** Presses a button; without the pointer, since it may be out of sight. */
  async press(id: string): Promise<void> {
    await this.page.$eval(`#${id}`, (element) => (element as HTMLElement).click());
  }

  async text(id: string): Promise<string> {
    return this.page.$eval(`#${id}`, (element) => element.textContent ?? "");
  }

  /** The number that an element of the page stands for, in full. */
  async number(id: string): Promise<number> {
    return this.page.$eval(`#${id}`, (element) => Number.parseFloat((element as HTMLDataElement).value));
  }

  /** Gives a field a value, as a visitor does. */
  async set(id: string, value: string, event = "change"): Promise<void> {
    await this.page.$eval(
      `#${id}`,
      (element, value, event) => {
        (element as HTMLInputElement).value = value;
        element.dispatchEvent(new Event(event, { bubbles: true }));
      },
      value,
      event,
    );
  }

  /** Gives a field that makes a new model a value, and waits for the model. */
  async configure(id: string, value: string): Promise<void> {
    await this.page.$eval("#model", (element) => {
      element.textContent = "";
    });
    await this.set(id, value);
    await this.until((id) => document.getElementById(id)?.textContent !== "", "model");
    await this.status(/^Ready/);
  }

  /** What a canvas shows. */
  async picture(id: string): Promise<string> {
    return this.page.$eval(`#${id}`, (element) => (element as HTMLCanvasElement).toDataURL());
  }

  /** Waits until a canvas shows something else; gives what it shows then. */
  async changed(id: string, before: string): Promise<string> {
    await this.page.waitForFunction(
      (id, before) => (document.getElementById(id) as HTMLCanvasElement).toDataURL() !== before,
      { timeout: 60_000, polling: 30 },
      id,
      before,
    );
    return this.picture(id);
  }

  /** Drops a file on the page. */
  async drop(name: string, bytes: Uint8Array): Promise<void> {
    await this.page.evaluate(
      (name, base64) => {
        const content = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
        const dataTransfer = new DataTransfer();
        dataTransfer.items.add(new File([content], name));
        const main = document.querySelector("main");
        for (const type of ["dragover", "drop"]) {
          main?.dispatchEvent(new DragEvent(type, { dataTransfer, bubbles: true, cancelable: true }));
        }
      },
      name,
      Buffer.from(bytes).toString("base64"),
    );
  }

  /** The file that the page offers when the model is asked for. */
  async download(): Promise<{ name: string; bytes: Uint8Array }> {
    await this.press("download");
    await this.page.waitForFunction(() => "saved" in globalThis, { timeout: 60_000 });
    const { name, base64 } = await this.page.evaluate(() => {
      const scope = globalThis as unknown as { saved?: Saved };
      const { saved } = scope;
      delete scope.saved;
      return saved as Saved;
    });
    return { name, bytes: new Uint8Array(Buffer.from(base64, "base64")) };
  }

  /** Where an element is in the window, scrolled into sight. */
  async box(id: string): Promise<{ x: number; y: number; width: number; height: number }> {
    return this.page.$eval(`#${id}`, (element) => {
      element.scrollIntoView({ block: "center" });
      const { x, y, width, height } = element.getBoundingClientRect();
      return { x, y, width, height };
    });
  }

  /** Draws with the mouse over an element, between parts of its sides from 0 to 1. */
  async drag(id: string, from: readonly [number, number], to: readonly [number, number]): Promise<void> {
    const { x, y, width, height } = await this.box(id);
    await this.page.mouse.move(x + from[0] * width, y + from[1] * height);
    await this.page.mouse.down();
    await this.page.mouse.move(x + to[0] * width, y + to[1] * height, { steps: 8 });
    await this.page.mouse.up();
  }
}

/** Runs in the page before its own scripts: a link that offers a file is kept and not followed. */
function keepDownloads(): void {
  const click = HTMLAnchorElement.prototype.click;
  HTMLAnchorElement.prototype.click = function (this: HTMLAnchorElement) {
    if (!this.hasAttribute("download")) return click.call(this);
    const blobs = blobsByUrl.get(this.href);
    const reader = new FileReader();
    reader.onload = () => {
      const base64 = String(reader.result).replace(/^.*,/, "");
      (globalThis as unknown as { saved: object }).saved = { name: this.download, base64 };
    };
    if (blobs) reader.readAsDataURL(blobs);
  };
  const blobsByUrl = new Map<string, Blob>();
  const create = URL.createObjectURL.bind(URL);
  URL.createObjectURL = (blob: Blob) => {
    const url = create(blob);
    blobsByUrl.set(url, blob);
    return url;
  };
}
