// The start page's choices: data, held-out points, a drawing, and the network's numbers by pointer and by keyboard.
import type { Page } from "puppeteer-core";
import { beforeAll, describe, expect, it } from "vitest";
import { Autoencoder } from "../../src/index.js";
import { initialValues } from "../../src/playground/shared/settingsText.js";
import { modelOptions } from "../../src/playground/spiral/model.js";
import { pointsOf } from "../../src/playground/spiral/runPoints.js";
import { runOf, SETTINGS, type StartSettings } from "../../src/playground/start/startSettings.js";
import { browserNames } from "../support/browsers.js";
import { numberIn, setField, textOf } from "./page.js";
import { startPage } from "./startFixture.js";
import { longestTask } from "./taskTime.js";

/** The losses of a run, in this process. */
async function losses(own: Partial<StartSettings>, epochs: number) {
  const run = runOf({ ...initialValues(SETTINGS), ...own });
  const { training, heldOut } = pointsOf(run);
  const model = await Autoencoder.create({ ...modelOptions(run), engine: { math: "portable" } });
  const { batchSize } = run;
  const history = await model.fit(training.points, {
    epochs,
    batchSize,
    ...(heldOut && { validationData: heldOut }),
  });
  await model.dispose();
  return { loss: history.loss.at(-1)!, heldOut: history.valLoss?.at(-1) };
}

describe.skipIf(!browserNames.includes("chromium"))("the start page's choices", () => {
  const start = startPage(1000);
  const { open } = start;
  let page: Page;
  beforeAll(() => {
    page = start.page;
  });

  const again = () => open(new URL(page.url()).hash);
  const pressed = () => page.$$eval(".data[aria-pressed=true]", (all) => all.map((one) => one.textContent));
  const field = (id: string) => page.$eval(`#${id}`, (input) => (input as HTMLInputElement).value);
  const isHidden = (selector: string) => page.$eval(selector, (one) => (one as HTMLElement).hidden);
  const choose = (title: string) =>
    page.$$eval(
      ".data",
      (all, wanted) => (all.find((one) => one.textContent === wanted) as HTMLElement).click(),
      title,
    );
  const waitForPressed = (title: string) =>
    page.waitForFunction(
      (wanted) => document.querySelector(".data[aria-pressed=true]")?.textContent === wanted,
      {},
      title,
    );
  const picture = (id: string) => page.$eval(id, (canvas) => (canvas as HTMLCanvasElement).toDataURL());
  const told = () => textOf(page, "#network [aria-live]");

  it("takes data by their picture, keeps them in the link, and takes them back", async () => {
    await open();
    expect(await pressed()).toEqual(["Spiral"]);
    expect(await isHidden("#order")).toBe(false);
    await choose("Circle");
    await waitForPressed("Circle");
    expect(page.url()).toContain("data=circle");
    // Nobody knows where a circle begins.
    expect(await isHidden("#order")).toBe(true);
    await again();
    expect(await pressed()).toEqual(["Circle"]);
    // Two settings, one change.
    await choose("Three turns");
    await waitForPressed("Three turns");
    expect(await field("turns")).toBe("3");
    await page.click("#undo");
    await waitForPressed("Circle");
    expect(await field("turns")).toBe("1");
    expect(page.url()).toContain("data=circle&turns=1");
  });

  it.each([
    { heldOut: 30, data: "moons" },
    { penalty: "l1", penaltyRate: 0.01, batchSize: 10 },
    { code: 2, data: "clusters", noise: 0.6 },
  ] as Partial<StartSettings>[])("trains a link's %j to the same bits as elsewhere", async (own) => {
    const hash = Object.entries(own).map((entry) => entry.join("="));
    const rows = 300 - 3 * (own.heldOut ?? 0);
    const steps = 4 * Math.ceil(rows / (own.batchSize ?? 25));
    await open(`?steps=${steps}#${hash.join("&")}`);
    await page.waitForSelector("html[data-phase=paused]");
    for (const [name, value] of Object.entries(own)) expect(await field(name)).toBe(String(value));
    const expected = await losses(own, 4);
    expect(await numberIn(page, "epoch")).toBe(4);
    expect(await numberIn(page, "loss")).toBe(expected.loss);
    expect(await isHidden("div.of-held-out")).toBe(expected.heldOut === undefined);
    expect(await numberIn(page, "held-out-loss")).toBe(expected.heldOut ?? Number.NaN);
    const label = await page.$eval("#loss-line", (canvas) => canvas.getAttribute("aria-label"));
    expect(/held-out points from/.test(label!)).toBe(expected.heldOut !== undefined);
    const more = await page.$eval("#more", (details) => (details as HTMLDetailsElement).open);
    expect(more).toBe(own.penalty !== undefined);
  });

  it("has sliders for noise and held-out points, which the keyboard moves", async () => {
    await open();
    await page.focus("#noise");
    await page.keyboard.press("ArrowRight");
    await page.waitForFunction(() => location.hash.includes("noise=0.35"));
    expect(await textOf(page, "output[for=noise]")).toBe("0.35");
    await page.focus("#heldOut");
    await page.keyboard.press("ArrowRight");
    await page.waitForFunction(() => location.hash.includes("heldOut=5"));
    expect(await textOf(page, "output[for=heldOut]")).toBe("5 %");
    await page.waitForSelector("div.of-held-out:not([hidden])");
    await page.click("#undo");
    await page.waitForFunction(() => location.hash.includes("heldOut=0"));
    expect(await textOf(page, "output[for=heldOut]")).toBe("0 %");
    // A link may have what the slider does not offer.
    await open("#noise=2.345");
    expect(await textOf(page, "output[for=noise]")).toBe("2.345");
    await setField(page, "seed", "4");
    await page.waitForFunction(
      () => location.hash.includes("noise=2.345") && location.hash.includes("seed=4"),
    );
  });

  it("takes a drawing, by pointer and by keyboard, and brings it back from the link", async () => {
    await open();
    await choose("Your own");
    await waitForPressed("Your own");
    await page.$eval("#input", (canvas) => canvas.scrollIntoView({ block: "center" }));
    const { x, y, width } = (await (await page.$("#input"))!.boundingBox())!;
    await page.mouse.move(x + 0.2 * width, y + 0.3 * width);
    await page.mouse.down();
    await page.mouse.move(x + 0.8 * width, y + 0.7 * width);
    await page.mouse.up();
    await page.waitForFunction(() => /drawing=[\w-]{60}/.test(location.hash));
    const first = page.url();
    const before = await picture("#input");
    await page.focus("#input");
    await page.keyboard.press("ArrowUp");
    await page.keyboard.press("Enter");
    await page.waitForFunction((url) => location.href.length > url.length, {}, first);
    const second = await field("drawing");
    expect(second.length).toBe(new URL(first).hash.match(/drawing=([\w-]*)/)![1]!.length + 3);
    await page.click("#undo");
    await page.waitForFunction((url) => location.href === url, {}, first);
    await again();
    expect(await field("drawing")).toBe(second.slice(0, -3));
    expect(await isHidden("#draw-tools")).toBe(false);
    await page.waitForFunction(
      (least) => document.querySelector<HTMLCanvasElement>("#input")!.toDataURL().length > least,
      {},
      0.5 * before.length,
    );
    // Without the pencil, the pointer follows a point.
    await page.click("#draw");
    await page.mouse.click(x + 0.5 * width, y + 0.5 * width);
    expect(await field("drawing")).toBe(second.slice(0, -3));
    await page.click("#clear");
    await page.waitForFunction(() => location.hash.endsWith("drawing="));
  });

  it("shows the bias that is pointed at, and changes it", async () => {
    await open("?steps=24");
    await page.waitForSelector("html[data-phase=paused]");
    await page.$eval("#network", (network) => network.scrollIntoView({ block: "center" }));
    const { x, y } = await page.$$eval(".bias", (all) => {
      const { left, top, width, height } = all[2]!.getBoundingClientRect();
      return { x: left + width / 2, y: top + height / 2 };
    });
    await page.mouse.move(x, y);
    await page.waitForSelector(".number-note:not([hidden]) strong");
    expect(await textOf(page, ".number-note")).toMatch(
      /^[−\d.]+ bias of encoder, hidden layer 1, unit 3\. Click to change it\.$/,
    );
    await page.mouse.click(x, y);
    await page.keyboard.type("7");
    await page.keyboard.press("Enter");
    await page.mouse.move(0, 0);
    await page.waitForFunction(
      () => document.querySelectorAll<HTMLElement>(".bias")[2]!.style.background !== "",
    );
    await page.mouse.move(x, y);
    await page.waitForFunction(() => document.querySelector(".number-note strong")?.textContent === "7.00");
  });

  it("goes through weights and biases by keyboard, and says them", async () => {
    await open("?steps=24");
    await page.waitForSelector("html[data-phase=paused]");
    await page.focus(".unit[tabindex='0']");
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("Enter");
    expect(await told()).toMatch(/bias of encoder, hidden layer 1, unit 1\. Enter changes it\.$/);
    await page.keyboard.press("ArrowDown");
    expect(await told()).toMatch(/ input x₁ → encoder, hidden layer 1, unit 1\. Enter changes it\.$/);
    expect(await page.$eval(".cursor", (cursor) => getComputedStyle(cursor).outlineStyle)).toBe("solid");
    const value = (await told()).split(" ")[0]!;
    await page.keyboard.press("Enter");
    expect(await page.$eval(":focus", (input) => input.ariaLabel)).toBe(
      "input x₁ → encoder, hidden layer 1, unit 1",
    );
    await page.keyboard.type("5");
    await page.keyboard.press("Enter");
    expect(await page.$eval(":focus", (button) => button.className)).toBe("cursor");
    await page.waitForFunction(() => document.querySelector(".number-note strong")?.textContent === "5.00");
    // Escape takes back what was typed.
    await page.keyboard.press("Enter");
    await page.keyboard.type("8");
    await page.keyboard.press("Escape");
    await page.waitForFunction(() => document.querySelector(".number-note strong")?.textContent === "5.00");
    expect(value).not.toBe("5.00");
    await page.keyboard.press("Tab");
    expect(await isHidden(".number-note")).toBe(true);
    // Undo takes back what was changed, and nothing that Escape has taken back.
    await page.click("#undo");
    await page.focus(".cursor");
    await page.waitForFunction(
      (before) => document.querySelector(".number-note strong")?.textContent === before,
      {},
      value,
    );
    expect(await page.$eval("#undo", (button) => (button as HTMLButtonElement).disabled)).toBe(true);
  });

  it("cannot take back a weight of a model that is gone", async () => {
    const disabled = () => page.$eval("#undo", (button) => (button as HTMLButtonElement).disabled);
    await open("?steps=24");
    await page.waitForSelector("html[data-phase=paused]");
    await page.focus(".cursor");
    await page.keyboard.press("Enter");
    await page.keyboard.type("3");
    await page.keyboard.press("Enter");
    expect(await disabled()).toBe(false);
    await page.click("#reset");
    await page.waitForSelector("#undo:disabled");
  });

  it("gives the code a second unit, and draws a net for it", async () => {
    await open("?steps=24");
    await page.waitForSelector("html[data-phase=paused]");
    await page.click("button[aria-label='One unit more in the code']");
    await page.waitForFunction(() => document.querySelectorAll(".unit.code").length === 2);
    expect(page.url()).toContain("code=2");
    expect(await textOf(page, ".hero")).toContain("and has two numbers to remember them by.");
    expect(await isHidden("#order")).toBe(true);
    await page.evaluate("advance(300)");
    expect(await textOf(page, "#story")).toMatch(/^(Copied|The code has as many)/);
    await again();
    expect(await page.$$eval(".unit.code", (all) => all.length)).toBe(2);
  });

  it("explains its words", async () => {
    await open("#heldOut=20&penalty=l2");
    const terms = ["noise", "held-out data", "regularization", "batch size", "bias"];
    for (const term of terms) {
      expect(await page.$(`button[aria-label='What is this: ${term}?']`), term).not.toBeNull();
    }
  });

  it("keeps the main thread free while it trains with everything shown", async () => {
    await open("#data=moons&heldOut=30&hidden=8,8,8&code=2");
    await page.select("#speed", "0");
    await page.click("#train");
    const epochs = () =>
      page.waitForFunction(() => Number((document.querySelector("#epoch") as HTMLDataElement).value) > 20);
    expect(await longestTask(page, epochs)).toBeLessThan(50);
  });

  it.each([1440, 390, 320])("fits a page %d px wide with everything shown", async (width) => {
    await page.setViewport({ width, height: 800 });
    await open("?steps=12#data=drawing&heldOut=30&penalty=l2&hidden=8,8,8&code=2");
    await page.waitForSelector("html[data-phase=paused]");
    await page.$eval(".fold", (details) => {
      (details as HTMLDetailsElement).open = true;
    });
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
    if (width > 1000) return;
    // Pictures first, controls folded.
    const tops = await page.evaluate(() =>
      ["#network", ".data"].map((one) => document.querySelector(one)!.getBoundingClientRect().top),
    );
    expect(tops[0]!).toBeLessThan(tops[1]!);
  });
});
