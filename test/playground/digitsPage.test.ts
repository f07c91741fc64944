// The page of digits in Debian's browsers, with real files, pointers and keys.

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import type { Browser, ElementHandle } from "puppeteer-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { encodeIdx } from "../../src/formats/index.js";
import { Autoencoder, dense, digits } from "../../src/index.js";
import { servePlayground } from "../../src/playground/serve.mjs";
import { type BrowserName, browserNames, openBrowser } from "../support/browsers.js";
import { DigitsPage } from "./digitsBrowser.js";
import { longestTask, longTask } from "./taskTime.js";

/** What the seeded run of these settings comes to, on every build of the kernels. */
const SMALL = "samples=600&seed=1&hidden=32&code=4&epochs=8";
const SMALL_LOSS = 0.29774;
const SMALL_VAL_LOSS = 0.28225;

/** What a visitor feels. */
const LONGEST_TASK = 50;

const { images } = digits({ samples: 60, seed: 5 });
const idx = encodeIdx({ shape: [60, 28, 28], data: images });

let served: Awaited<ReturnType<typeof servePlayground>>;
let folder: string;

beforeAll(async () => {
  served = await servePlayground({ port: 0 });
  folder = await mkdtemp(join(tmpdir(), "digits-"));
});
afterAll(async () => {
  await served.close();
  await rm(folder, { recursive: true });
});

describe.each(["chromium", "firefox"] as const)("%s", (name: BrowserName) => {
  const installed = browserNames.includes(name);
  if (!installed) test.skip(`${name} is not installed, so nothing is tested in it`);

  describe.runIf(installed)("digits", () => {
    let browser: Browser;
    beforeAll(async () => {
      browser = await openBrowser(name);
    });
    afterAll(() => browser.close());

    const open = (settings = SMALL, width?: number) => DigitsPage.open(browser, served.url, settings, width);

    test("trains to a known loss, on threads, and tells how fast", async () => {
      const digits = await open();
      await digits.drawn();
      const [untrained, chart] = [await digits.picture("showcase"), await digits.picture("loss-chart")];
      const error = await digits.number("mean-error");
      await digits.press("train");
      await digits.status(/^Trained for 8 epochs/);
      expect(await digits.number("epoch")).toBe(8);
      expect(await digits.number("loss")).toBeCloseTo(SMALL_LOSS, 3);
      expect(await digits.number("val-loss")).toBeCloseTo(SMALL_VAL_LOSS, 3);
      expect(await digits.text("engine")).toMatch(
        /^(relaxed|simd) build, up to \d+ threads, [\d,.]+ samples\/s$/,
      );
      expect(await digits.text("data")).toBe("600 built-in digits, seed 1");
      // What tells where a standstill stands can be read.
      const steps = await digits.page.evaluate(() => globalThis.lastSteps?.());
      expect(steps?.[0]).toMatch(/^thread 0 .* \(step \d+\)$/);
      await digits.changed("showcase", untrained);
      await digits.changed("loss-chart", chart);
      await digits.until(
        (before) => Number(document.querySelector<HTMLDataElement>("#mean-error")?.value) < before,
        error,
      );
      expect(await digits.page.$$eval("#suspects li", (items) => items.length)).toBe(24);
      await digits.close();
    });

    test("pauses, steps, goes on, and resets", async () => {
      const digits = await open("samples=600&hidden=32&code=4&epochs=1000");
      await digits.press("train");
      await digits.until(
        (least) => Number(document.querySelector<HTMLDataElement>("#epoch")?.value) > least,
        2,
      );
      expect(await digits.text("train")).toBe("Pause");
      await digits.press("train");
      await digits.status(/^Paused/);
      const paused = await digits.number("epoch");
      await digits.press("step");
      await digits.until(
        (before) => Number(document.querySelector<HTMLDataElement>("#epoch")?.value) > before,
        paused,
      );
      await digits.status(/^Paused/);
      expect(await digits.number("epoch")).toBe(Math.floor(paused) + 1);
      await digits.press("train");
      await digits.until(
        (least) => Number(document.querySelector<HTMLDataElement>("#epoch")?.value) > least,
        paused + 2,
      );
      await digits.press("reset");
      await digits.status(/^Ready/);
      await digits.until(() => document.querySelector<HTMLDataElement>("#epoch")?.value === "0", 0);
      // Steps of a run that rests are epochs.
      await digits.press("step");
      await digits.status(/^Trained for 1 epoch\./);
      await digits.close();
    });

    test("each setting does what it says, and is in the link", async () => {
      const digits = await open();
      const model = () => digits.text("model");
      expect(await model()).toMatch(/^784 → 32 relu → 4 linear → 32 relu → 784 sigmoid; [\d,]+ parameters$/);
      await digits.configure("code", "7");
      expect(await model()).toMatch("→ 7 linear →");
      expect(await digits.page.$$eval("#sliders input", (inputs) => inputs.length)).toBe(7);
      await digits.configure("hidden", "0");
      expect(await model()).toMatch(/^784 → 7 linear → 784 sigmoid/);
      await digits.configure("samples", "300");
      await digits.configure("seed", "12");
      expect(await digits.text("data")).toBe("300 built-in digits, seed 12");
      // Not possible without a hidden layer, which is said where it is read out.
      await digits.set("kind", "variational");
      await digits.until(() => document.querySelector<HTMLElement>("#alert")?.hidden === false, 0);
      expect(await digits.text("alert")).toMatch("a variational model needs a hidden layer");
      await digits.configure("hidden", "16");
      expect(await model()).toMatch("→ 7 gaussian →");
      const noiseShown = () => digits.page.$eval("#noise", (element) => !(element as HTMLElement).hidden);
      expect(await noiseShown()).toBe(false);
      const tall = await digits.page.$eval("#showcase", (canvas) => (canvas as HTMLCanvasElement).height);
      await digits.configure("kind", "denoising");
      expect(await noiseShown()).toBe(true);
      await digits.until(
        (tall) => document.querySelector<HTMLCanvasElement>("#showcase")!.height > tall,
        tall,
      );
      const gaussian = await digits.picture("showcase");
      await digits.configure("corruption", "maskingNoise");
      const masked = await digits.changed("showcase", gaussian);
      await digits.configure("strength", "0.1");
      await digits.changed("showcase", masked);
      await digits.set("epochs", "2");
      await digits.press("train");
      await digits.status(/^Trained for 2 epochs/);
      const linear = await digits.picture("loss-chart");
      await digits.set("scale", "log");
      await digits.changed("loss-chart", linear);
      await digits.set("odd", "mixed");
      await digits.until(
        () => /of the 12 odd ones/.test(document.querySelector("#anomalies")?.textContent ?? ""),
        0,
      );
      expect(await digits.page.$$eval("#suspects li.above", (items) => items.length)).toBeGreaterThan(3);
      const link = await digits.page.evaluate(() => location.hash);
      expect(link).toBe(
        "#samples=300&seed=12&kind=denoising&layers=dense&corruption=maskingNoise&strength=0.1&code=7&hidden=16&activation=relu&beta=1&optimizer=adam&rate=0&batch=128&weightPenalty=0&codePenalty=0&epochs=2&scale=log&odd=mixed",
      );
      await digits.close();
      const shared = await open(link.slice(1));
      expect(await shared.text("model")).toMatch("784 → 16 relu → 7 linear → 16 relu → 784 sigmoid");
      expect(await shared.text("anomalies")).toMatch(/^The model is untrained/);
      await shared.press("step");
      await shared.until(
        () => /of the 12 odd ones/.test(document.querySelector("#anomalies")?.textContent ?? ""),
        0,
      );
      await shared.close();
    });

    test("refuses values that cannot be, beside the field, and says what is wrong with a link", async () => {
      const digits = await open(`${SMALL}&strength=7&colour=red`);
      expect(await digits.text("alert")).toMatch(/Strength must be .* not "7"; there is no setting "colour"/);
      await digits.set("code", "65");
      expect(await digits.text("code-problem")).toBe('Code must be an integer from 1 to 64, not "65"');
      expect(await digits.text("model")).toMatch("→ 4 linear →");
      await digits.close();
    });

    test("copies the link", async () => {
      const digits = await open();
      await digits.press("copy");
      await digits.status(/^The link to this run (has been copied|can be copied)/);
      await digits.close();
    });

    test("takes IDX files that are dropped or chosen, gzipped or not, and goes back to its own digits", async () => {
      const digits = await open();
      await digits.press("train");
      await digits.status(/^Trained/);
      await digits.drop("some.idx", idx);
      await digits.status(/^Ready/);
      expect(await digits.text("data")).toBe("60 pictures of some.idx");
      await digits.press("train");
      await digits.status(/^Trained for 8 epochs/);
      const path = join(folder, "train-images.gz");
      await writeFile(path, gzipSync(idx));
      await ((await digits.page.$("#file")) as ElementHandle<HTMLInputElement>).uploadFile(path);
      await digits.until(
        () => document.querySelector("#data")?.textContent === "60 pictures of train-images.gz",
        0,
      );
      await digits.status(/^Ready/);
      await digits.press("built-in");
      await digits.until(
        () => document.querySelector("#data")?.textContent === "600 built-in digits, seed 1",
        0,
      );
      await digits.status(/^Ready/);
      await digits.close();
    });

    test("says what is wrong with a file, and goes on as before", async () => {
      const digits = await open();
      const other = await Autoencoder.create({ inputSize: 2, encoder: [dense(1)], decoder: [dense(2)] });
      for (const [file, bytes, message] of [
        ["notes.txt", new TextEncoder().encode("no pictures"), /notes\.txt is text, not an IDX file/],
        ["half.gz", gzipSync(idx).subarray(0, 500), /half\.gz is damaged gzip data: it is truncated/],
        [
          "wide.idx",
          encodeIdx({ shape: [4, 5, 5], data: images.slice(0, 100) }),
          /samples of 5×5, .* pictures of 28×28/,
        ],
        [
          "two.safetensors",
          other.toSafetensors(),
          /two\.safetensors is a model for samples of 2 values, .* 784 values/,
        ],
      ] as const) {
        await digits.drop(file, bytes);
        await digits.until(
          (source) => new RegExp(source).test(document.querySelector("#alert")?.textContent ?? ""),
          message.source,
        );
      }
      await other.dispose();
      await digits.press("train");
      await digits.status(/^Trained for 8 epochs/);
      expect(await digits.number("loss")).toBeCloseTo(SMALL_LOSS, 3);
      expect(await digits.page.$eval("#alert", (element) => (element as HTMLElement).hidden)).toBe(true);
      await digits.close();
    });

    test("a model that is downloaded and dropped again has the same error", async () => {
      const digits = await open();
      await digits.press("train");
      await digits.status(/^Trained/);
      await digits.drawn();
      const error = await digits.number("mean-error");
      const { name: file, bytes } = await digits.download();
      expect(file).toBe("digits.safetensors");
      const model = await Autoencoder.fromSafetensors(bytes);
      expect(model.description).toMatchObject({ inputSize: 784, seed: 1 });
      await model.dispose();
      await digits.press("reset");
      await digits.status(/^Ready/);
      await digits.until(
        (before) => Number(document.querySelector<HTMLDataElement>("#mean-error")?.value) > before,
        error,
      );
      await digits.drop("mine.safetensors", bytes);
      await digits.status(/^Loaded mine\.safetensors/);
      await digits.until(
        (before) => Number(document.querySelector<HTMLDataElement>("#mean-error")?.value) === before,
        error,
      );
      expect(await digits.text("model")).toMatch(/^mine\.safetensors: 784 → 32/);
      await digits.close();
    });

    test("a digit is drawn by pointer, encoded, rebuilt, denoised and judged", async () => {
      const digits = await open();
      const empty = await digits.picture("rebuilt");
      expect(await digits.text("verdict")).toBe("Nothing is drawn yet.");
      await digits.drag("pad", [0.5, 0.2], [0.5, 0.6]);
      const untrained = await digits.changed("rebuilt", empty);
      expect(await digits.text("verdict")).toBe(
        "The model is untrained, so it cannot judge the drawing yet.",
      );
      await digits.press("step");
      await digits.status(/^Trained for 1 epoch/);
      const one = await digits.changed("rebuilt", untrained);
      expect(await digits.text("verdict")).toMatch(/error [\d.e-]+, [\d.]+ × the threshold\.$/);
      const bars = await digits.picture("bars");
      await digits.drag("pad", [0.3, 0.4], [0.7, 0.4]);
      const cross = await digits.changed("rebuilt", one);
      await digits.changed("bars", bars);
      // Where the drawing goes when it is fitted, and where it is.
      const fitted = await digits.picture("seen");
      await digits.press("fit");
      await digits.changed("seen", fitted);
      await digits.press("add-noise");
      await digits.changed("rebuilt", cross);
      await digits.until(
        () =>
          /Mean squared difference from the drawing: .* with noise/.test(
            document.querySelector("#verdict")?.textContent ?? "",
          ),
        0,
      );
      expect(await digits.text("rebuilt-caption")).toBe("Denoised");
      await digits.press("add-noise");
      const inked = await digits.picture("pad");
      await digits.set("brush", "2.5");
      await digits.press("erase");
      await digits.drag("pad", [0.5, 0.2], [0.5, 0.8]);
      await digits.changed("pad", inked);
      await digits.press("clear");
      expect(await digits.text("verdict")).toBe("Nothing is drawn yet.");
      await digits.press("sample");
      await digits.until(() => /error/.test(document.querySelector("#verdict")?.textContent ?? ""), 0);
      const first = await digits.picture("rebuilt");
      await digits.press("sample");
      await digits.changed("rebuilt", first);
      await digits.close();
    });

    test("a convolutional model shows its filters and maps while it learns, of what is drawn", async () => {
      const digits = await open("samples=600&layers=convolutional&code=4&epochs=3");
      const shown = (id: string) =>
        digits.page.$eval(`#${id}`, (element) => element.getClientRects().length > 0);
      expect([await shown("hidden"), await shown("features-card")]).toEqual([false, true]);
      await digits.until(() => document.querySelectorAll("#maps canvas").length === 2, 0);
      expect(await digits.text("maps")).toBe("Convolution 1: 16 maps of 14×14Convolution 2: 32 maps of 7×7");
      const maps = () =>
        digits.page.$$eval("#maps canvas", (all) => all.map((map) => (map as HTMLCanvasElement).toDataURL()));
      await digits.drawn();
      const [untrained, filters] = [await maps(), await digits.picture("filters")];
      await digits.press("train");
      await digits.status(/^Trained for 3 epochs/);
      await digits.changed("filters", filters);
      await digits.drawn();
      const trained = await maps();
      for (const [i, map] of untrained.entries()) expect(trained[i]).not.toBe(map);
      const picture = await digits.picture("features-picture");
      await digits.drag("pad", [0.5, 0.2], [0.5, 0.8]);
      await digits.until((before) => {
        const [seen, encoded] = ["seen", "features-picture"].map((id) =>
          (document.getElementById(id) as HTMLCanvasElement).toDataURL(),
        );
        return seen === encoded && seen !== before;
      }, picture);
      await digits.until(
        () => /for the drawing\.$/.test(document.querySelector("#features-of")?.textContent ?? ""),
        0,
      );
      await digits.press("clear");
      await digits.until(
        (before) => document.querySelector<HTMLCanvasElement>("#features-picture")?.toDataURL() === before,
        picture,
      );
      await digits.configure("layers", "dense");
      expect([await shown("hidden"), await shown("features-card")]).toEqual([true, false]);
      await digits.close();
    });

    test("a digit is drawn by finger, and the page does not scroll meanwhile", async () => {
      const digits = await open(SMALL, 390);
      const empty = await digits.picture("rebuilt");
      const { x, y, width, height } = await digits.box("pad");
      const scrolled = () => digits.page.evaluate(() => scrollY);
      const before = await scrolled();
      const { touchscreen } = digits.page;
      await touchscreen.touchStart(x + 0.5 * width, y + 0.2 * height);
      for (const part of [0.3, 0.4, 0.5, 0.6])
        await touchscreen.touchMove(x + 0.5 * width, y + part * height);
      await touchscreen.touchEnd();
      await digits.changed("rebuilt", empty);
      expect(await scrolled()).toBe(before);
      await digits.close();
    });

    test("a digit is drawn by keyboard", async () => {
      const digits = await open();
      await digits.box("pad");
      await digits.page.focus("#pad");
      const before = await digits.picture("pad");
      for (let i = 0; i < 6; i++) await digits.page.keyboard.press("ArrowUp");
      const moved = await digits.changed("pad", before);
      const empty = await digits.picture("rebuilt");
      await digits.page.keyboard.press(" ");
      await digits.changed("pad", moved);
      const dot = await digits.changed("rebuilt", empty);
      await digits.page.keyboard.down("Shift");
      for (let i = 0; i < 12; i++) await digits.page.keyboard.press("ArrowDown");
      await digits.page.keyboard.up("Shift");
      await digits.changed("rebuilt", dot);
      const line = await digits.picture("pad");
      await digits.page.keyboard.press("Backspace");
      await digits.changed("pad", line);
      await digits.close();
    });

    test("sliders over the code change the picture, and take the drawing's code", async () => {
      const digits = await open();
      await digits.press("train");
      await digits.status(/^Trained/);
      const middle = await digits.picture("decoded");
      const slider = (i: number) => `#sliders label:nth-of-type(${i}) input`;
      await digits.page.$eval(slider(1), (input) => {
        (input as HTMLInputElement).value = (input as HTMLInputElement).max;
        input.dispatchEvent(new Event("input"));
      });
      const moved = await digits.changed("decoded", middle);
      await digits.page.focus(slider(2));
      await digits.page.keyboard.press("Home");
      const lowered = await digits.changed("decoded", moved);
      await digits.press("middle");
      await digits.changed("decoded", lowered);
      const places = await digits.page.$$eval("#sliders input", (inputs) =>
        inputs.map((input) => {
          const { min, max, value } = input as HTMLInputElement;
          return (Number(value) - Number(min)) / (Number(max) - Number(min));
        }),
      );
      for (const place of places) expect(place).toBeCloseTo(0.5, 2);
      await digits.press("sample");
      await digits.until(
        () => document.querySelector<HTMLButtonElement>("#use-drawing")?.disabled === false,
        0,
      );
      const rebuilt = await digits.picture("rebuilt");
      await digits.press("use-drawing");
      await digits.page.waitForFunction(
        (wanted) => document.querySelector<HTMLCanvasElement>("#decoded")?.toDataURL() === wanted,
        { timeout: 60_000 },
        rebuilt,
      );
      await digits.close();
    });

    test("a code that is 2 wide is chosen on a plane, by pointer and by keyboard", async () => {
      const digits = await open(SMALL.replace("code=4", "code=2"));
      const first = await digits.picture("decoded");
      await digits.drag("code-pad", [0.5, 0.5], [0.1, 0.9]);
      const corner = await digits.changed("decoded", first);
      const label = () => digits.page.$eval("#code-pad", (canvas) => canvas.getAttribute("aria-label"));
      const before = await label();
      await digits.page.focus("#code-pad");
      await digits.page.keyboard.down("Shift");
      for (let i = 0; i < 4; i++) await digits.page.keyboard.press("ArrowRight");
      await digits.page.keyboard.up("Shift");
      await digits.changed("decoded", corner);
      expect(await label()).not.toBe(before);
      const value = await digits.page.$eval("#sliders input", (input) =>
        Number((input as HTMLInputElement).value),
      );
      expect(Number((await label())?.match(/-?[\d.]+/)?.[0])).toBeCloseTo(value, 0);
      await digits.close();
    });

    test("the map of digits is there at once, until other settings are asked for", async () => {
      const digits = await open();
      await digits.page.goto(`${served.url}digits.html?preset=map`);
      await digits.status(/^Loaded the finished map/);
      expect(await digits.text("model")).toMatch(/784 → 64 relu → 2 gaussian/);
      expect(await digits.text("data")).toBe("1,000 built-in digits");
      await digits.until(() => document.querySelectorAll("#suspects li").length > 0, "");
      await digits.set("samples", "500");
      await digits.status(/^Ready/);
      expect(await digits.text("data")).toBe("500 built-in digits, seed 1");
      await digits.close();
    });

    test("no task of the page's own takes long while it trains", async ({ skip }) => {
      if (name !== "chromium") skip("only Chromium tells how long its tasks are on a processor");
      const digits = await open("samples=5000&hidden=128&code=2&kind=denoising&epochs=1000&odd=mixed");
      await digits.press("sample");
      await digits.press("train");
      await digits.status(/^Training/);
      const anEpoch = async () => {
        const epoch = await digits.number("epoch");
        await digits.until(
          (before) => Number(document.querySelector<HTMLDataElement>("#epoch")?.value) > before + 1,
          epoch,
        );
      };
      await anEpoch();
      // Everything there is to draw is drawn meanwhile.
      const busy = async () => {
        for (const odd of ["none", "mixed"]) {
          await digits.set("odd", odd);
          await digits.press("sample");
          await anEpoch();
          await digits.drawn();
        }
      };
      expect(await longestTask(digits.page, busy)).toBeLessThan(LONGEST_TASK);
      expect(await longestTask(digits.page, () => longTask(digits.page))).toBeGreaterThan(LONGEST_TASK);
      await digits.close();
    });

    test.each([390, 1280])("nothing is wider than a window of %i pixels", async (width) => {
      const digits = await open(`${SMALL}&kind=denoising&odd=mixed`, width);
      await digits.press("sample");
      await digits.press("train");
      await digits.status(/^Trained/);
      const [page, window] = await digits.page.evaluate(() => [
        document.documentElement.scrollWidth,
        innerWidth,
      ]);
      expect(page).toBeLessThanOrEqual(window!);
      await digits.close();
    });

    test("trains on one thread without isolation, and says so", async () => {
      const bare = await servePlayground({ port: 0, isolation: false });
      try {
        const digits = await DigitsPage.open(browser, bare.url, SMALL);
        expect(await digits.text("engine")).toMatch(
          / build, 1 thread \(the page is not cross-origin isolated\)$/,
        );
        await digits.press("train");
        await digits.status(/^Trained for 8 epochs/);
        expect(await digits.number("loss")).toBeCloseTo(SMALL_LOSS, 3);
        await digits.close();
      } finally {
        await bare.close();
      }
    });
  });
});
