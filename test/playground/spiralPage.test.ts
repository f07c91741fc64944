import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "puppeteer-core";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { Autoencoder, dense, orderCorrelation, spiral } from "../../src/index.js";
import { servePlayground } from "../../src/playground/serve.mjs";
import { fromHash } from "../../src/playground/shared/settingsText.js";
import { modelOptions } from "../../src/playground/spiral/model.js";
import { SETTINGS } from "../../src/playground/spiral/spiralSettings.js";
import { type BrowserName, browserNames, openBrowser } from "../support/browsers.js";
import {
  dropFile,
  frames,
  keepDownloads,
  lastDownload,
  numberIn,
  setField,
  textOf,
  visit,
  type Watched,
  waitForStatus,
  watchedPage,
} from "./page.js";
import { longestTask, longTask } from "./taskTime.js";

type Server = Awaited<ReturnType<typeof servePlayground>>;

/** A run that takes a moment. */
const SHORT = "points=200&hidden=16,8&epochs=40&seed=7";

/** What the library makes of a link's settings in this process, after so many epochs. */
async function reference(hash: string, epochs: number) {
  const { values } = fromHash(SETTINGS, hash);
  const { points: samples, noise, turns, seed, batchSize, math } = values;
  const { points, positions } = spiral({ samples, noise, turns, seed });
  const model = await Autoencoder.create({ ...modelOptions(values), engine: { math } });
  const { loss } = await model.fit(points, { epochs, batchSize });
  const correlation = await orderCorrelation(model, points, positions);
  await model.dispose();
  return { loss: loss.at(-1)!, correlation };
}

const press = (page: Page, id: string) => page.$eval(`#${id}`, (element) => (element as HTMLElement).click());

let isolated: Server;
let plain: Server;

beforeAll(async () => {
  isolated = await servePlayground({ port: 0 });
  plain = await servePlayground({ port: 0, isolation: false });
});
afterAll(() => Promise.all([isolated.close(), plain.close()]));

describe.each(["chromium", "firefox"] as const)("the spiral's page in %s", (name) => {
  if (browserNames.includes(name)) testIn(name);
  else it.skip(`${name} is not installed, so nothing is tested in it`);
});

function testIn(name: BrowserName): void {
  let browser: Browser;
  let watched: Watched;
  let page: Page;
  const open = (hash: string, { url } = isolated) => visit(page, `${url}spiral.html#${hash}`);

  beforeAll(async () => {
    browser = await openBrowser(name);
    watched = await watchedPage(browser, "http://127.0.0.1:");
    page = watched.page;
    await page.setViewport({ width: 1280, height: 900 });
  });
  afterAll(() => browser?.close());
  afterEach(() => {
    expect(watched.complaints.splice(0)).toEqual([]);
  });

  /** Trains until it stops by itself; gives the loss. */
  async function finish(epoch = 40, on = page): Promise<number> {
    await press(on, "train");
    await waitForStatus(on, new RegExp(`^Stopped after epoch ${epoch.toLocaleString("en")}\\.`));
    return numberIn(on, "loss");
  }

  it("is one of the pages, beside that where the playground begins", async () => {
    await page.goto(isolated.url);
    await page.waitForSelector("#train:not([disabled])");
    await page.goto(`${isolated.url}spiral.html`);
    await page.waitForSelector("#train:not([disabled])");
    const links = await page.$$eval("header nav a", (all) => all.map((link) => link.getAttribute("href")));
    expect(links).toEqual(["index.html", "spiral.html", "digits.html", "table.html"]);
  });

  it.each(["with", "without"])("trains to the same bits as elsewhere, %s isolation", async (how) => {
    await open(SHORT, how === "with" ? isolated : plain);
    const { loss, correlation } = await reference(SHORT, 40);
    expect(await finish()).toBe(loss);
    expect(await numberIn(page, "correlation")).toBe(correlation);
    expect(await numberIn(page, "epoch")).toBe(40);
    const line = await textOf(page, "#engine");
    if (how === "with") expect(line).toMatch(/^simd build, (up to \d+ threads|1 thread), [\d,]+ samples\/s$/);
    else
      expect(line).toMatch(
        /^simd build, 1 thread \(the page is not cross-origin isolated\), [\d,]+ samples\/s$/,
      );
  });

  it("finds the order of the points with what it is set to at first", async () => {
    await open("epochs=250");
    expect(await finish(250)).toBeLessThan(0.03);
    expect(Math.abs(await numberIn(page, "correlation"))).toBeGreaterThan(0.99);
    expect(await numberIn(page, "mse")).toBeLessThan(0.002);
    expect(await textOf(page, "#layers")).toBe("2 → 128 → 64 → 1 → 64 → 128 → 2, 17,411 parameters");
  });

  it("pauses and goes on without changing what comes out, run after run", async () => {
    const hash = "points=300&epochs=1000000&hidden=64,32";
    await open(hash);
    await press(page, "train");
    await waitForStatus(page, /^Training/);
    await press(page, "train");
    await waitForStatus(page, /^Paused/);
    expect(await textOf(page, "#train")).toBe("Resume");
    const epoch = await numberIn(page, "epoch");
    await frames(page);
    expect(await numberIn(page, "epoch")).toBe(epoch);
    const more = epoch + 20;
    await setField(page, "epochs", String(more));
    expect(await finish(more)).toBe((await reference(hash, more)).loss);
    expect(await finish(2 * more)).toBe((await reference(hash, 2 * more)).loss);
  });

  it("does not wait for the page to draw", async () => {
    await open(SHORT);
    await page.evaluate(() => {
      globalThis.requestAnimationFrame = () => 0;
    });
    expect(await finish()).toBe((await reference(SHORT, 40)).loss);
  });

  it("steps an epoch, and resets", async () => {
    await open(SHORT);
    const first = (await reference(SHORT, 1)).loss;
    for (const epoch of [1, 2, 3]) {
      await press(page, "step");
      await waitForStatus(page, new RegExp(`^Paused after epoch ${epoch}\\.`));
      if (epoch === 1) expect(await numberIn(page, "loss")).toBe(first);
    }
    expect(await numberIn(page, "loss")).toBe((await reference(SHORT, 3)).loss);
    await press(page, "reset");
    await waitForStatus(page, /^Ready/);
    expect(await numberIn(page, "epoch")).toBe(0);
    expect(await numberIn(page, "loss")).toBeNaN();
    await press(page, "step");
    await waitForStatus(page, /^Paused after epoch 1/);
    expect(await numberIn(page, "loss")).toBe(first);
  });

  it("begins anew with each setting, which is then in the address", async () => {
    await open(SHORT);
    const wanted = new URLSearchParams(await page.evaluate(() => location.hash.slice(1)));
    const others = {
      points: "150",
      noise: "0.1",
      turns: "1.5",
      hidden: "12",
      encoderActivation: "gelu",
      decoderActivation: "silu",
      optimizer: "rmsprop",
      learningRate: "0.01",
      batchSize: "50",
      seed: "9",
      epochs: "3",
    };
    await press(page, "step");
    await waitForStatus(page, /^Paused after epoch 1\./);
    for (const [id, value] of Object.entries(others)) {
      wanted.set(id, value);
      await setField(page, id, value);
      const hash = await page.evaluate(() => decodeURIComponent(location.hash.slice(1)));
      expect(hash).toBe(decodeURIComponent(wanted.toString()));
      if (id === "epochs") continue;
      await waitForStatus(page, /^Ready/);
      await press(page, "step");
      await waitForStatus(page, /^Paused after epoch 1\./);
      expect(await numberIn(page, "loss"), id).toBe((await reference(hash, 1)).loss);
    }
    expect(await finish(3)).toBe((await reference(wanted.toString(), 3)).loss);
    await setField(page, "math", "fast");
    await waitForStatus(page, /^Ready/);
    expect(await textOf(page, "#engine")).toMatch(/^(relaxed|simd) build/);
    await press(page, "step");
    await waitForStatus(page, /^Paused after epoch 1\./);
    expect(await numberIn(page, "loss")).toBeCloseTo((await reference(wanted.toString(), 1)).loss, 5);
  });

  it("goes back to the run before a change, to the bit", async () => {
    await open(SHORT);
    await press(page, "step");
    await waitForStatus(page, /^Paused after epoch 1\./);
    await press(page, "train");
    await waitForStatus(page, /^Stopped after epoch 40\./);
    const { loss } = await reference(SHORT, 40);
    await setField(page, "learningRate", "0.01");
    await waitForStatus(page, /^Ready/);
    await press(page, "step");
    await waitForStatus(page, /^Paused after epoch 1\./);
    await press(page, "undo");
    await waitForStatus(page, /^Stopped after epoch 40\./);
    expect(await numberIn(page, "loss")).toBe(loss);
    expect(await numberIn(page, "epoch")).toBe(40);
    expect(await finish(80)).toBe((await reference(SHORT, 80)).loss);
  });

  it("goes on training when a setting is changed meanwhile", async () => {
    await open("epochs=100000&points=100&hidden=8");
    await press(page, "train");
    await waitForStatus(page, /^Training/);
    await setField(page, "hidden", "8,8");
    await page.waitForFunction(() =>
      document.querySelector("#layers")?.textContent?.startsWith("2 → 8 → 8 → 1"),
    );
    await page.waitForFunction(() => Number((document.querySelector("#epoch") as HTMLDataElement).value) > 2);
    expect(await textOf(page, "#status")).toBe("Training…");
  });

  it("gives the model away while it trains", async () => {
    await open("epochs=100000&points=100&hidden=8");
    await keepDownloads(page);
    await press(page, "train");
    await waitForStatus(page, /^Training/);
    await press(page, "download");
    const model = await Autoencoder.fromSafetensors(await lastDownload(page));
    expect([model.inputSize, model.latentSize]).toEqual([2, 1]);
    expect(model.scaling).toBeDefined();
    await model.dispose();
    const epoch = await numberIn(page, "epoch");
    await page.waitForFunction(
      (before: number) => Number((document.querySelector("#epoch") as HTMLDataElement).value) > before,
      {},
      epoch,
    );
  });

  it("refuses a setting that is not valid beside its field, and changes nothing", async () => {
    await open(SHORT);
    const before = page.url();
    await setField(page, "points", "3");
    expect(await textOf(page, "#points-problem")).toBe('Points must be an integer from 10 to 5000, not "3"');
    expect(await page.$eval("#points", (field) => field.getAttribute("aria-invalid"))).toBe("true");
    await setField(page, "hidden", "wide");
    expect(await textOf(page, "#hidden-problem")).toContain(
      "Hidden layers must be up to 6 widths from 1 to 512",
    );
    expect(page.url()).toBe(before);
    await setField(page, "points", "200");
    expect(await page.$eval("#points-problem", (problem) => (problem as HTMLElement).hidden)).toBe(true);
    expect(await page.$eval("#points", (field) => field.getAttribute("aria-invalid"))).toBeNull();
    expect(await finish()).toBe((await reference(SHORT, 40)).loss);
  });

  it("gives the same run for the link that it copies", async () => {
    await open("");
    await setField(page, "points", "200");
    await setField(page, "hidden", "16, 8");
    await setField(page, "epochs", "40");
    await setField(page, "seed", "7");
    if (name === "chromium") {
      const permissions = ["clipboard-read", "clipboard-write"] as const;
      await browser.defaultBrowserContext().overridePermissions(isolated.url, [...permissions]);
    }
    await press(page, "copy");
    await waitForStatus(page, /^The link to this run/);
    // Where there is no clipboard to be had, the link is there to be copied by hand.
    const link = await page.evaluate(async () => {
      const field = document.querySelector<HTMLInputElement>("input.address");
      return field ? field.value : await navigator.clipboard.readText();
    });
    expect(link).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/spiral\.html#points=200&/);
    const loss = await finish();
    const other = await watchedPage(browser, isolated.url);
    await visit(other.page, link);
    expect(await finish(40, other.page)).toBe(loss);
    expect(other.complaints).toEqual([]);
    await other.page.close();
  });

  it("shows the link where the clipboard does not answer", async () => {
    await open("points=40");
    await page.evaluate(() => {
      const never = () => new Promise<void>(() => {});
      Object.defineProperty(navigator, "clipboard", { value: { writeText: never } });
    });
    await press(page, "copy");
    await waitForStatus(page, /^The link to this run can be copied/);
    expect(await page.$eval("input.address", (field) => (field as HTMLInputElement).value)).toBe(page.url());
  });

  it("says what is wrong with a link, and follows one that is typed in", async () => {
    await open("points=1&noise=0.1&colour=red");
    expect(await textOf(page, "#alert")).toBe(
      'Some settings in the link are invalid: Points must be an integer from 10 to 5000, not "1"; there is no setting "colour". ' +
        "They have been replaced by defaults.",
    );
    expect(await page.$eval("#noise", (field) => (field as HTMLInputElement).value)).toBe("0.1");
    expect(page.url()).toContain("#points=500&noise=0.1&");
    await page.evaluate((hash) => {
      location.hash = hash;
    }, SHORT);
    await page.waitForFunction(() =>
      document.querySelector("#layers")?.textContent?.startsWith("2 → 16 → 8"),
    );
    expect(await page.$eval("#alert", (alert) => (alert as HTMLElement).hidden)).toBe(true);
    expect(await finish()).toBe((await reference(SHORT, 40)).loss);
  });

  it("has a downloaded model give the same reconstructions when it is dropped or chosen", async () => {
    await open(SHORT);
    await keepDownloads(page);
    await finish();
    const mse = await numberIn(page, "mse");
    await press(page, "download");
    const bytes = await lastDownload(page);
    await open("points=200&hidden=4&seed=7");
    expect(await numberIn(page, "mse")).not.toBe(mse);
    await dropFile(page, "mine.safetensors", bytes);
    await waitForStatus(page, /^Loaded mine\.safetensors\./);
    expect(await numberIn(page, "mse")).toBe(mse);
    expect(await textOf(page, "#layers")).toContain("2 → 16 → 8 → 1 → 8 → 16 → 2");
    await press(page, "copy");
    await waitForStatus(page, /^The link to these settings, not to the loaded model,/);
    await press(page, "step");
    await waitForStatus(page, /^Paused after epoch 1/);
    await press(page, "reset");
    await waitForStatus(page, /^Ready/);
    expect(await textOf(page, "#layers")).toContain("2 → 4 → 1 → 4 → 2");
    const model = await Autoencoder.fromSafetensors(bytes);
    const { points } = spiral({ samples: 200, noise: 0.3, turns: 1, seed: 7 });
    const rebuilt = await model.reconstruct(points);
    const sum = rebuilt.data.reduce((total, value, i) => total + (value - points.data[i]!) ** 2, 0);
    expect(sum / rebuilt.data.length).toBeCloseTo(mse, 7);
    await model.dispose();
  });

  it("puts a downloaded model on the disk, from where it can be chosen", async ({ skip }) => {
    if (name !== "chromium") skip("only Chromium can be told where to put a download");
    const folder = await mkdtemp(join(tmpdir(), "isthmus-"));
    try {
      const session = await page.createCDPSession();
      await session.send("Browser.setDownloadBehavior", { behavior: "allow", downloadPath: folder });
      await open(SHORT);
      await finish();
      const mse = await numberIn(page, "mse");
      await press(page, "download");
      const file = join(folder, "spiral.safetensors");
      const size = await vi.waitUntil(
        () =>
          stat(file).then(
            ({ size }) => size,
            () => 0,
          ),
        { timeout: 60_000 },
      );
      expect(size).toBeGreaterThan(1000);
      await open("points=200&hidden=4&seed=7");
      const input = await page.$("input#file");
      await input!.uploadFile(file);
      await waitForStatus(page, /^Loaded spiral\.safetensors\./);
      expect(await numberIn(page, "mse")).toBe(mse);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it("says what is wrong with a file, and keeps the run that there is", async () => {
    await open(SHORT);
    await finish();
    const loss = await numberIn(page, "loss");
    const alert = async (part: string) => {
      await page.waitForFunction(
        (text: string) => document.querySelector("#alert")?.textContent?.includes(text),
        { timeout: 60_000 },
        part,
      );
      expect(await page.$eval("#alert", (box) => (box as HTMLElement).hidden)).toBe(false);
    };
    await dropFile(page, "notes.txt", new TextEncoder().encode("these are no weights"));
    await alert("notes.txt cannot be loaded: ");
    const wide = await Autoencoder.create({ inputSize: 4, encoder: [dense(2)], decoder: [dense(4)] });
    await dropFile(page, "wide.safetensors", wide.toSafetensors());
    await alert("wide.safetensors cannot be loaded: its model encodes 4 values as 2");
    await wide.dispose();
    expect(await numberIn(page, "loss")).toBe(loss);
    expect(await finish(80)).toBe((await reference(SHORT, 80)).loss);
  });

  it("says so when training diverges, and can be reset", async () => {
    await open(
      "optimizer=sgd&learningRate=1000&points=100&hidden=8&encoderActivation=linear&decoderActivation=linear",
    );
    await press(page, "train");
    await waitForStatus(page, /^Stopped:/);
    expect(await textOf(page, "#alert")).toMatch(/^Training failed: .* stopped being finite in epoch 1/);
    expect(await page.$eval("#train", (element) => (element as HTMLButtonElement).disabled)).toBe(true);
    await setField(page, "learningRate", "0.01");
    await waitForStatus(page, /^Ready/);
    expect(await page.$eval("#alert", (box) => (box as HTMLElement).hidden)).toBe(true);
    await press(page, "step");
    await waitForStatus(page, /^Paused after epoch 1/);
    expect(await numberIn(page, "loss")).toBeGreaterThan(0);
  });

  it("can be used by the keyboard alone", async () => {
    await open(SHORT);
    const reached: string[] = [];
    for (let i = 0; i < 40 && !reached.includes("keys"); i++) {
      await page.keyboard.press("Tab");
      reached.push(
        await page.evaluate(() => document.activeElement?.id || document.activeElement?.tagName || ""),
      );
    }
    expect(reached).toEqual([
      ...[
        // The brand, four pages and two presets.
        ...Array.from({ length: 7 }, () => "A"),
        "train",
        "step",
        "reset",
        "speed",
        "copy",
        "download",
        "file",
        // What epoch, loss, rank correlation and engine are.
        ...Array.from({ length: 4 }, () => "BUTTON"),
        "SUMMARY",
        "points",
        "noise",
        "turns",
        "heldOut",
      ],
      ...[
        "hidden",
        "encoderActivation",
        "decoderActivation",
        "optimizer",
        "learningRate",
        "batchSize",
        "weightPenalty",
        "codePenalty",
        "seed",
      ],
      ...["epochs", "math", "keys"],
    ]);
    await page.focus("#train");
    await page.keyboard.press(" ");
    await waitForStatus(page, /^Stopped after epoch 40\./);
    await page.focus("#seed");
    await page.keyboard.press("End");
    await page.keyboard.type("1");
    await page.keyboard.press("Enter");
    await waitForStatus(page, /^Ready/);
    expect(page.url()).toContain("seed=71");
  });

  it("has keys for its buttons, which fields and the box for them keep from working", async () => {
    await open(SHORT);
    await page.evaluate(() => (document.activeElement as HTMLElement).blur());
    await page.keyboard.press("s");
    await waitForStatus(page, /^Paused after epoch 1/);
    await page.keyboard.press(" ");
    await waitForStatus(page, /^Stopped after epoch 40\./);
    await page.keyboard.press("r");
    await waitForStatus(page, /^Ready/);
    await page.focus("#hidden");
    await page.keyboard.press("s");
    await page.click("#keys");
    await page.keyboard.press("s");
    await frames(page);
    expect(await numberIn(page, "epoch")).toBe(0);
  });

  it("draws the run in the visitor's colours", async ({ skip }) => {
    if (name !== "chromium") skip("only Chromium can be told of another colour scheme");
    await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: "light" }]);
    await open("points=300&learningRate=0.005&epochs=80");
    await finish(80);
    /** The canvases' own colours: how many dots of a drawing there are, and a sum that tells drawings apart. */
    const ink = () =>
      page.evaluate(() =>
        Array.from(document.querySelectorAll("canvas"), (canvas) => {
          const copy = new OffscreenCanvas(canvas.width, canvas.height);
          const context = copy.getContext("2d", { willReadFrequently: true })!;
          context.drawImage(canvas, 0, 0);
          const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
          let painted = 0;
          let sum = 0;
          for (let i = 0; i < data.length; i += 4) {
            if (data[i + 3]! > 0) painted++;
            sum += data[i]! * data[i + 3]!;
          }
          return { painted, sum };
        }),
      );
    const seen = { timeout: 60_000 };
    const light = await vi.waitFor(async () => {
      const drawn = await ink();
      expect(drawn).toHaveLength(7);
      for (const { painted } of drawn) expect(painted).toBeGreaterThan(300);
      return drawn;
    }, seen);
    await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: "dark" }]);
    await vi.waitFor(async () => {
      const dark = await ink();
      for (const [index, { sum }] of dark.entries()) expect(sum).not.toBe(light[index]!.sum);
    }, seen);
  });

  it.each([390, 320])("fits a page %d px wide", async (width) => {
    await page.setViewport({ width, height: 800 });
    try {
      await open(SHORT);
      await finish();
      const widths = await page.evaluate(() => {
        const { scrollWidth } = document.documentElement;
        const edges = Array.from(document.querySelectorAll("main *"), (e) => e.getBoundingClientRect().right);
        return [scrollWidth, Math.max(...edges)];
      });
      for (const found of widths) expect(found).toBeLessThanOrEqual(width);
      await page.click("#settings-box > summary");
      await page.waitForSelector("#points", { visible: true });
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
    } finally {
      await page.setViewport({ width: 1280, height: 900 });
    }
  });

  it("draws axes and names of the points once, not with every picture", async () => {
    await open("epochs=60&points=300&hidden=16");
    await frames(page);
    await page.evaluate(() => {
      const texts: Record<string, number> = {};
      (globalThis as unknown as { texts: typeof texts }).texts = texts;
      const { fillText } = CanvasRenderingContext2D.prototype;
      CanvasRenderingContext2D.prototype.fillText = function (...how) {
        texts[this.canvas.id] = (texts[this.canvas.id] ?? 0) + 1;
        fillText.apply(this, how);
      };
    });
    await finish(60);
    await frames(page);
    const texts = await page.evaluate(() => (globalThis as unknown as { texts: object }).texts);
    // The axes of the loss grow with it.
    expect(Object.keys(texts)).toEqual(["loss-chart"]);
  });

  it("leaves the main thread free while it trains and draws", async ({ skip }) => {
    if (name !== "chromium") skip("only Chromium tells how long its tasks are on a processor");
    await open("epochs=1000000&points=2000&batchSize=100");
    await press(page, "train");
    const epochs = async () => {
      const least = (await numberIn(page, "epoch")) + 100;
      await page.waitForFunction(
        (least) => Number((document.querySelector("#epoch") as HTMLDataElement).value) > least,
        { timeout: 60_000 },
        least,
      );
      await frames(page);
    };
    await epochs();
    expect(await longestTask(page, epochs)).toBeLessThan(50);
    expect(await longestTask(page, () => longTask(page))).toBeGreaterThan(50);
  });
}
