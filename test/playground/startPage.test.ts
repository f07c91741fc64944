// The page that explains what an autoencoder does, in a browser.
import type { Page } from "puppeteer-core";
import { beforeAll, describe, expect, it } from "vitest";
import { Autoencoder, spearman, spiral } from "../../src/index.js";
import { initialValues } from "../../src/playground/shared/settingsText.js";
import { anatomyOf, gridPoints } from "../../src/playground/spiral/anatomy.js";
import { modelOptions } from "../../src/playground/spiral/model.js";
import { runOf, SETTINGS } from "../../src/playground/start/startSettings.js";
import { storyOf } from "../../src/playground/start/story.js";
import { layoutOf } from "../../src/playground/start/unitTiles.js";
import { browserNames } from "../support/browsers.js";
import { numberIn, textOf } from "./page.js";
import { startPage } from "./startFixture.js";
import { longestTask } from "./taskTime.js";

const SETTINGS_OF_RUN = runOf(initialValues(SETTINGS));
const EPOCHS = 100;
/** 300 points in batches of 25. */
const STEPS_PER_EPOCH = 12;

/** The page's first run, in this process. */
async function reference() {
  const { points: samples, noise, turns, seed, batchSize, math } = SETTINGS_OF_RUN;
  const data = spiral({ samples, noise, turns, seed });
  const model = await Autoencoder.create({ ...modelOptions(SETTINGS_OF_RUN), engine: { math } });
  const { loss } = await model.fit(data.points, { epochs: EPOCHS, batchSize });
  return { model, data, loss: loss.at(-1)! };
}

describe("what is drawn of a network", () => {
  it("is what its layers give, unit by unit, with the weights between them", async () => {
    const { model, data } = await reference();
    const probe = [0.25, 0.75] as const;
    const { layers, probe: followed, weights } = anatomyOf(model, 5, probe);
    expect(layers.map(({ length }) => length / 25)).toEqual([2, 6, 4, 1, 4, 6, 2]);
    expect(weights.map(({ length }) => length)).toEqual([12, 24, 4, 4, 24, 12]);
    const grid = gridPoints(5);
    // The first field is at the top left.
    expect(grid[0]!).toBeCloseTo(0.02, 6);
    expect(grid[1]!).toBeCloseTo(0.98, 6);
    const codes = model.encodeSync(grid).data;
    expect([...layers[3]!]).toEqual([...codes]);
    const rebuilt = model.reconstructSync(grid).data;
    expect([...layers[6]!.subarray(25)]).toEqual([...rebuilt.filter((_, index) => index % 2 === 1)]);
    expect([...followed.at(-1)!]).toEqual([...model.reconstructSync(Float32Array.from(probe)).data]);
    // The run that the page shows first unrolls the spiral.
    expect(Math.abs(spearman(model.encodeSync(data.points).data, data.positions))).toBeGreaterThan(0.99);
    await model.dispose();
  });

  it("has no two units in one place, and all within its box", () => {
    for (const [width, height] of [
      [700, 400],
      [334, 248],
    ] as const) {
      const { tiles, code } = layoutOf([2, 8, 8, 8, 1, 8, 8, 8, 2], width, height);
      expect(code).toBe(4);
      for (const { x, y, side } of tiles.flat()) {
        expect(x - side / 2).toBeGreaterThanOrEqual(0);
        expect(x + side / 2).toBeLessThanOrEqual(width);
        expect(y - side / 2).toBeGreaterThanOrEqual(-1);
        expect(y + side / 2).toBeLessThanOrEqual(height + 1);
      }
      for (const layer of tiles)
        layer.slice(1).forEach(({ y, side }, index) => {
          expect(y - layer[index]!.y).toBeGreaterThan(side);
        });
    }
  });

  it.each([
    [{ steps: 0, epoch: 0, correlation: Number.NaN, mse: 0.1 }, {}, /^Untrained/],
    [{ correlation: -0.995, mse: 0.01 }, {}, /^Unrolled.*spiral/],
    [{ correlation: -0.995, mse: 0.001 }, { data: "s-curve" }, /^Unrolled.*the S /],
    [{ epoch: 500, correlation: 0.7, mse: 0.01 }, {}, /^Stuck/],
    [{ epoch: 100, correlation: 0.5, mse: 0.001 }, { data: "s-curve" }, /^Small loss, wrong order/],
    [{ correlation: 0.99, mse: 0.05 }, { activation: "linear" }, /straight line/],
    [{ correlation: Number.NaN, mse: 0.001 }, { data: "circle" }, /no ends/],
    [{ correlation: Number.NaN, mse: 0.001 }, { data: "moons" }, /^Both moons/],
    [{ correlation: Number.NaN, mse: 0.001 }, { data: "clusters" }, /from cluster to cluster/],
    [{ epoch: 500, correlation: Number.NaN, mse: 0.05 }, { data: "moons" }, /misses a part/],
    [{ correlation: Number.NaN, mse: 0.0001 }, { code: 2 }, /^Copied/],
    [{ correlation: Number.NaN, mse: 0.05 }, { code: 2 }, /^The code has as many/],
  ] as const)("is told in words: %j, %j", (state, settings, text) => {
    const usual = { activation: "tanh", hidden: [6, 4], data: "spiral", code: 1 } as const;
    expect(storyOf({ steps: 1200, epoch: 100, ...state }, { ...usual, ...settings }, 0.1)).toMatch(text);
  });
});

describe.skipIf(!browserNames.includes("chromium"))("the start page", () => {
  const start = startPage(800);
  const { open } = start;
  let page: Page;
  beforeAll(() => {
    page = start.page;
  });

  /** The page has a function for scripts. */
  const advance = (steps: number) => page.evaluate(`advance(${steps})`);

  it("trains to the same bits as elsewhere, whatever steps it is asked for", async () => {
    await open(`?steps=${STEPS_PER_EPOCH * (EPOCHS - 1)}`);
    await page.waitForSelector("html[data-phase=paused]");
    await advance(5);
    await advance(STEPS_PER_EPOCH - 5);
    const { model, loss } = await reference();
    await model.dispose();
    expect(await numberIn(page, "loss")).toBe(loss);
    expect(await numberIn(page, "epoch")).toBe(EPOCHS);
    expect(await textOf(page, "#story")).toMatch(/^Unrolled/);
  });

  it("goes on, pauses at once in slow motion, and starts anew", async () => {
    await open();
    await page.select("#speed", "400");
    await page.click("#train");
    await page.waitForSelector("html[data-phase=training]");
    await page.click("#train");
    await page.waitForSelector("html[data-phase=paused]");
    await page.click("#reset");
    await page.waitForSelector("html[data-phase=ready]");
    expect(await numberIn(page, "epoch")).toBe(0);
  });

  it("changes the network by buttons, takes that back, and keeps it in the link", async () => {
    await open();
    const units = () => page.$$eval(".unit", (all) => all.length);
    expect(await units()).toBe(25);
    await page.click(".unit-buttons button[aria-label^='One unit more']");
    await page.waitForFunction(() => document.querySelectorAll(".unit").length === 27);
    expect(page.url()).toContain("hidden=7,4");
    await page.click("#undo");
    await page.waitForFunction(() => document.querySelectorAll(".unit").length === 25);
    expect(page.url()).toContain("hidden=6,4");
  });

  it("takes back a change with what was learnt before it", async () => {
    await open("?steps=24");
    await page.waitForSelector("html[data-phase=paused]");
    const loss = await numberIn(page, "loss");
    await page.click("#another");
    await page.waitForSelector("html[data-phase=ready]");
    expect(await numberIn(page, "loss")).toBeNaN();
    await page.click("#undo");
    await page.waitForSelector("html[data-phase=paused]");
    expect(await numberIn(page, "loss")).toBe(loss);
    expect(await numberIn(page, "epoch")).toBe(2);
  });

  it("shows the weight that is pointed at, and changes it", async () => {
    await open("?steps=24");
    await page.waitForSelector("html[data-phase=paused]");
    const epoch = await numberIn(page, "epoch");
    await page.$eval("#network", (network) => network.scrollIntoView({ block: "center" }));
    const [from, to] = await page.$$eval(".unit", (units) =>
      [1, 7].map((index) => {
        const { left, right, top, height } = units[index]!.getBoundingClientRect();
        return { left, right, y: top + height / 2 };
      }),
    );
    // At an end of its line: from the second input to the last unit of the first layer.
    await page.mouse.move(to!.left - 3, to!.y);
    await page.waitForSelector(".number-note:not([hidden]) strong");
    const note = await textOf(page, ".number-note");
    expect(note).toMatch(/input x[₁₂] → encoder, hidden layer 1, unit 6\. Click to change it\.$/);
    expect(from!.right).toBeLessThan(to!.left);
    const picture = () => page.$eval("#output", (canvas) => (canvas as HTMLCanvasElement).toDataURL());
    const before = await picture();
    await page.mouse.click(to!.left - 3, to!.y);
    await page.keyboard.type("9");
    await page.waitForFunction(
      (before) => document.querySelector<HTMLCanvasElement>("#output")?.toDataURL() !== before,
      {},
      before,
    );
    await page.keyboard.press("Enter");
    await page.mouse.move(0, 0);
    await page.mouse.move(to!.left - 3, to!.y);
    await page.waitForFunction(() => document.querySelector(".number-note strong")?.textContent === "9.00");
    expect(await numberIn(page, "epoch")).toBe(epoch);
  });

  it("follows a unit and a point by the keyboard, and explains its words", async () => {
    await open("?steps=24");
    await page.waitForSelector("html[data-phase=paused]");
    await page.focus(".unit[tabindex='0']");
    await page.keyboard.press("ArrowRight");
    expect(await textOf(page, "#in-title")).toBe("encoder, hidden layer 1, unit 1");
    await page.focus("#input");
    const label = () => page.$eval("#input", (canvas) => canvas.getAttribute("aria-label"));
    const before = await label();
    await page.keyboard.press("ArrowUp");
    expect(await label()).not.toBe(before);
    await page.click("button[aria-label='What is this: loss?']");
    await page.waitForSelector(".note:popover-open");
    await page.keyboard.press("Escape");
    await page.waitForFunction(() => !document.querySelector(".note:popover-open"));
  });

  it("hides its controls for lessons, and links to every preset", async () => {
    await open("?controls=none");
    expect(await page.$eval("#settings", (form) => getComputedStyle(form).display)).toBe("none");
    const links = await page.$$eval("#presets a", (all) => all.map((link) => link.getAttribute("href")!));
    expect(links).toHaveLength(8);
    for (const link of links) {
      await page.goto(start.url + link);
      await page.waitForFunction(() => document.querySelector("#preset-hint")?.textContent);
      expect(await page.$eval("#alert", (alert) => (alert as HTMLElement).hidden)).toBe(true);
    }
  });

  it("keeps the main thread free while it trains", async () => {
    await open();
    await page.select("#speed", "0");
    await page.click("#train");
    const epochs = () =>
      page.waitForFunction(
        (least) => Number((document.querySelector("#epoch") as HTMLDataElement).value) > least,
        {},
        20,
      );
    expect(await longestTask(page, epochs)).toBeLessThan(50);
  });

  it.each([1440, 1024, 390, 320])("fits a page %d px wide", async (width) => {
    await page.setViewport({ width, height: 800 });
    await open("?steps=12");
    await page.waitForSelector("html[data-phase=paused]");
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
  });
});
