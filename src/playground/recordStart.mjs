// Records the start page's training as pictures, the same ones each time: for the README, and for links.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { argv } from "node:process";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { launch } from "puppeteer-core";
import { servePlayground } from "./serve.mjs";

/** Of lossy pictures, from 0 to 100. */
const QUALITY = 40;

/** What the pictures show: the page from its top, or the network and its points alone. */
const PARTS = { page: undefined, network: ".stage" };

/**
 * Steps through a training and takes a picture of each state.
 *
 * @param {string} folder where to: `frame-000.png` and so on
 * @param {object} [options]
 * @param {number} [options.frames] number of pictures, default 48; the first shows the untrained network
 * @param {number | readonly number[]} [options.steps] training steps between two of them, default 25; 12 are an epoch. A
 *   list has those before each picture, and says how many pictures there are
 * @param {"png" | "webp"} [options.format] default `"png"`
 * @param {string} [options.settings] of the page, as after `?`, such as `seed=3&turns=1`
 * @param {keyof typeof PARTS} [options.part] default `"network"`
 * @param {"light" | "dark"} [options.scheme] default `"light"`
 * @param {number} [options.width] of the page, in CSS pixels; default 1200
 * @param {number} [options.height] default 630
 * @param {number} [options.scale] pixels per CSS pixel, default 1
 * @param {string} [options.browser] path of Chromium
 * @returns {Promise<string[]>} the files, in order
 */
export async function recordStart(
  folder,
  {
    frames = 48,
    steps = 25,
    format = "png",
    settings = "",
    part = "network",
    scheme = "light",
    width = 1200,
    height = 630,
    scale = 1,
    browser: executablePath = "/usr/bin/chromium",
  } = {},
) {
  mkdirSync(folder, { recursive: true });
  const server = await servePlayground({ port: 0 });
  const browser = await launch({ executablePath, args: ["--no-sandbox", "--disable-gpu"] });
  try {
    const page = await browser.newPage();
    await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
    await page.setViewport({ width, height, deviceScaleFactor: scale });
    await page.goto(`${server.url}index.html?controls=none&${settings}`);
    await page.waitForSelector("html[data-phase=ready]");
    const files = [];
    const before = typeof steps === "number" ? Array.from({ length: frames }, (_, i) => i && steps) : steps;
    for (const [frame, count] of before.entries()) {
      // The page resolves it when its pictures show the new state.
      await page.evaluate(`advance(${count})`);
      const path = join(folder, `frame-${String(frame).padStart(3, "0")}.${format}`);
      const shown = PARTS[part] ? await page.$(PARTS[part]) : page;
      await shown.screenshot({ path, type: format, ...(format === "webp" && { quality: QUALITY }) });
      files.push(path);
    }
    return files;
  } finally {
    await browser.close();
    await server.close();
  }
}

async function main() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      frames: { type: "string", default: "48" },
      steps: { type: "string", default: "25" },
      settings: { type: "string", default: "" },
      part: { type: "string", default: "network" },
      scheme: { type: "string", default: "light" },
      scale: { type: "string", default: "1" },
    },
  });
  const [folder = "build/frames"] = positionals;
  const { frames, steps, scale, settings } = values;
  const part = values.part === "page" ? "page" : "network";
  const scheme = values.scheme === "dark" ? "dark" : "light";
  const numbers = { frames: Number(frames), steps: Number(steps), scale: Number(scale) };
  const files = await recordStart(folder, { ...numbers, settings, part, scheme });
  console.log(`Wrote ${files.length} pictures to ${folder}.`);
}

if (argv[1] && import.meta.url === pathToFileURL(argv[1]).href) await main();
