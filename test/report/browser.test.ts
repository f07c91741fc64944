// Reports as Chromium shows them: every picture there, nothing fetched, nothing said on the console.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser, Page } from "puppeteer-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { drawPicture, drawReport, pictureNames } from "../../src/report/drawReport.js";
import { imageShapeOf } from "../../src/report/subject.js";
import { browserNames, openBrowser } from "../support/browsers.js";
import { detectionPages } from "./detectionPages.js";
import {
  colourSubject,
  digitSubject,
  farSubject,
  type Made,
  spiralSubject,
  tableSubject,
} from "./subjects.js";

const there = browserNames.includes("chromium");
const skipped = there ? "" : " (skipped: chromium is not installed)";

let browser: Browser;
let folder: string;

beforeAll(async () => {
  if (!there) return;
  folder = mkdtempSync(join(tmpdir(), "isthmus-report-"));
  browser = await openBrowser("chromium");
});
afterAll(async () => {
  if (!there) return;
  await browser.close();
  rmSync(folder, { recursive: true, force: true });
});

/** A page of its own, with all that it says and asks for. */
async function open(name: string, content: string, width: number, scheme: "light" | "dark") {
  const path = join(folder, name);
  writeFileSync(path, content);
  const page = await browser.newPage();
  const heard: string[] = [];
  page.on("console", (message) => heard.push(message.text()));
  page.on("pageerror", (error) => heard.push(String(error)));
  page.on("request", (request) => {
    if (!request.url().startsWith("data:")) heard.push(request.url());
  });
  await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
  await page.setViewport({ width, height: 800 });
  await page.goto(pathToFileURL(path).href);
  return { page, heard, url: pathToFileURL(path).href };
}

/** What can be measured of a report, in the page. */
async function layoutOf(page: Page) {
  return page.evaluate(() => {
    const figures = Array.from(document.querySelectorAll("figure")).map((figure) => {
      // Of a picture in two widths, one is seen.
      const svg = Array.from(figure.querySelectorAll("svg")).find(
        (one) => one.getBoundingClientRect().width > 0,
      )!;
      const box = svg.getBoundingClientRect();
      const scale = box.width / svg.viewBox.baseVal.width;
      const texts = Array.from(svg.querySelectorAll("text")).filter((text) => text.textContent !== "");
      const outside = texts.filter((text) => {
        const own = text.getBoundingClientRect();
        return (
          own.left < box.left - 1 ||
          own.right > box.right + 1 ||
          own.top < box.top - 1 ||
          own.bottom > box.bottom + 1
        );
      });
      const boxes = texts.map((text) => ({
        text: text.textContent,
        ...text.getBoundingClientRect().toJSON(),
      }));
      const overlapping = boxes.flatMap((a, i) =>
        boxes
          .slice(i + 1)
          .filter((b) => a.left < b.right && b.left < a.right && a.top + 2 < b.bottom && b.top + 2 < a.bottom)
          .map((b) => `${a.text} / ${b.text}`),
      );
      const sizes = texts.map((text) => Number.parseFloat(getComputedStyle(text).fontSize) * scale);
      const drawn = svg.querySelectorAll("path, circle, rect, image, line").length;
      return {
        id: figure.id,
        width: box.width,
        height: box.height,
        drawn,
        outside: outside.map((text) => text.textContent),
        overlapping,
        smallest: Math.min(...sizes, 99),
      };
    });
    const images = Array.from(document.querySelectorAll("image")).map((image) => image.getAttribute("href")!);
    const { backgroundColor, color } = getComputedStyle(document.body);
    return {
      figures,
      images,
      backgroundColor,
      color,
      overflow: document.documentElement.scrollWidth - document.documentElement.clientWidth,
    };
  });
}

/** Whether images are decoded, and how wide they are. */
async function decoded(page: Page, urls: readonly string[]): Promise<number[]> {
  return page.evaluate(
    (sources) =>
      Promise.all(
        sources.map(async (source) => {
          const image = new Image();
          image.src = source;
          await image.decode();
          return image.naturalWidth;
        }),
      ),
    [...urls],
  );
}

const brightness = (colour: string) =>
  (colour.match(/\d+/g) ?? []).slice(0, 3).reduce((sum, channel) => sum + Number(channel), 0) / 3;

const SUBJECTS: [string, () => Promise<Made>][] = [
  ["points", () => spiralSubject()],
  ["points of long numbers", farSubject],
  ["digits of a denoiser", () => digitSubject("denoiser")],
  ["digits of a variational model", () => digitSubject("variational")],
  ["a table", tableSubject],
  ["colour images of a convolutional model", colourSubject],
];
const SCREENS = [
  [390, "light"],
  [390, "dark"],
  [1280, "light"],
  [1280, "dark"],
] as const;

type Layout = Awaited<ReturnType<typeof layoutOf>>;

/** Every picture fits its place, no text covers another or is too small, and the colours follow the reader. */
function expectReadable(layout: Layout, width: number, scheme: "light" | "dark"): void {
  expect(layout.overflow).toBe(0);
  for (const figure of layout.figures) {
    expect(figure.width, figure.id).toBeGreaterThan(300);
    expect(figure.width, figure.id).toBeLessThan(width);
    expect(figure.height, figure.id).toBeGreaterThan(40);
    expect(figure.drawn, figure.id).toBeGreaterThan(2);
    expect(figure.outside, figure.id).toEqual([]);
    expect(figure.overlapping, figure.id).toEqual([]);
    expect(figure.smallest, figure.id).toBeGreaterThan(7);
  }
  const dark = scheme === "dark";
  expect(brightness(layout.backgroundColor) < 60).toBe(dark);
  expect(brightness(layout.color) > 180).toBe(dark);
}

describe.skipIf(!there).each(SUBJECTS)(`the report of %s${skipped}`, (_, make) => {
  let made: Made;
  let html: string;
  beforeAll(async () => {
    made = await make();
    html = await drawReport(made.subject, [["data", made.subject.dataTitle]]);
  });
  afterAll(() => made.dispose());

  test.each(SCREENS)("at %i pixels, %s", async (width, scheme) => {
    const { page, heard, url } = await open("report.html", html, width, scheme);
    const layout = await layoutOf(page);
    expect(heard).toEqual([url]);
    // A report on a variational model leaves two out, which can still be drawn alone.
    const apart = made.subject.model.description.latent ? ["encoder", "decoder"] : [];
    expect([...layout.figures.map(({ id }) => id), ...apart]).toEqual(pictureNames(made.subject));
    expectReadable(layout, width, scheme);
    if (width === 390 && scheme === "light") {
      const widths = await decoded(page, layout.images);
      const known = [28, 61, ...(made.subject.model.inputShape.length === 3 ? [3, 6] : [])];
      expect(widths.filter((pixels) => !known.includes(pixels))).toEqual([]);
      expect(widths.length > 50).toBe(imageShapeOf(made.subject) !== undefined);
    }
    const shot = await page.screenshot({ fullPage: true });
    expect(shot.length).toBeGreaterThan(20_000);
    await page.close();
  });

  test("each picture opens as an SVG file", async () => {
    for (const name of pictureNames(made.subject)) {
      const { page, heard, url } = await open(
        `${name}.svg`,
        await drawPicture(made.subject, name),
        600,
        "dark",
      );
      expect(heard).toEqual([url]);
      const parsed = await page.evaluate(() => {
        const svg = document.documentElement;
        const box = svg.getBoundingClientRect();
        const outside = Array.from(svg.querySelectorAll("text")).filter((text) => {
          const own = text.getBoundingClientRect();
          return own.left < box.left || own.right > box.right + 1 || own.bottom > box.bottom + 1;
        });
        return { name: svg.nodeName, outside: outside.map((text) => text.textContent) };
      });
      expect(parsed, name).toEqual({ name: "svg", outside: [] });
      await page.close();
    }
  });
});

describe.skipIf(!there).each(Object.entries(detectionPages))(`the report on %s${skipped}`, (_, draw) => {
  let html: string;
  beforeAll(async () => {
    html = await draw();
  });

  test.each(SCREENS)("at %i pixels, %s", async (width, scheme) => {
    const { page, heard, url } = await open("detection.html", html, width, scheme);
    const layout = await layoutOf(page);
    expect(heard).toEqual([url]);
    expect(layout.figures.length).toBeGreaterThan(1);
    expectReadable(layout, width, scheme);
    // Tables scroll by themselves, and none need: on a phone each row is a card.
    const { scrolled, cards } = await page.evaluate(() => {
      for (const details of Array.from(document.querySelectorAll("details"))) details.open = true;
      return {
        scrolled: Array.from(document.querySelectorAll(".scroll")).map(
          (box) => box.scrollWidth - box.clientWidth,
        ),
        cards: Array.from(document.querySelectorAll("#columns tbody tr, #rows tbody tr")).map(
          (row) => getComputedStyle(row).display,
        ),
      };
    });
    expect(scrolled.length).toBeGreaterThan(1);
    expect(scrolled.filter((by) => by > 1)).toEqual([]);
    expect(new Set(cards)).toEqual(new Set([width < 640 ? "flex" : "table-row"]));
    await page.close();
  });
});
