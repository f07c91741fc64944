// The README's five jobs, followed from a packed install in an empty folder.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { jobs } from "../docs/guides.js";
import { openBrowser } from "../support/browsers.js";
import { CDN } from "../support/cdn.js";
import { serveFiles } from "../support/fileServer.js";
import { inBrowsers } from "../support/inBrowsers.js";
import { openPage } from "../support/pages.js";
import { expectPrinted, writeProgram } from "../support/snippets.js";
import { npm, pack, runIn } from "./fixture.js";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "isthmus-jobs-"));
  writeFileSync(join(folder, "package.json"), '{ "private": true }');
  npm(folder, "install", pack(folder));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("there are five, each with something to run and a picture", () => {
  expect(jobs.map(({ blocks }) => blocks.map(({ language }) => language).join(" "))).toEqual([
    "sh ts",
    "ts",
    "ts",
    "ts",
    "html",
  ]);
  for (const { text } of jobs) expect(text).toMatch(/^!\[.+\]\(.+\)$/m);
});

test("the command finds the odd row of a file, and says why", () => {
  const rows = Array.from(
    { length: 400 },
    (_, i) => `${i},${50 + 9 * Math.sin(i / 20)},${7 * Math.sin(i / 20)}`,
  );
  rows[123] = "123,90,0";
  writeFileSync(join(folder, "sensors.csv"), `id,pressure,flow\n${rows.join("\n")}\n`);
  const [, ...args] = jobs[0]!.blocks[0]!.code.trim().split(" ");
  runIn(folder, join(folder, "node_modules/.bin", args[0]!), ...args.slice(1));
  const [header, ...flagged] = readFileSync(join(folder, "flagged.csv"), "utf8").trim().split("\n");
  expect(header).toBe("id,pressure,flow,score,anomaly,rank,reason");
  const odd = flagged.filter((line) => /^\d+,[^,]*,[^,]*,[^,]*,(1|true),/.test(line));
  expect(odd).toHaveLength(1);
  expect(odd[0]).toMatch(/^123,.*expected/);
  expect(readFileSync(join(folder, "report.html"), "utf8")).toContain("<svg");
});

const programs = jobs.flatMap(({ title, blocks }) =>
  blocks.filter(({ language }) => language === "ts").map(({ code }) => [title, code] as const),
);

test.each(programs)("%s", { timeout: 120_000 }, (title, code) => {
  const file = writeProgram(folder, title.replace(/\W+/g, "-"), code);
  expectPrinted(runIn(folder, process.execPath, file), code);
});

inBrowsers((name) => {
  test("the page trains, saves, and loads what it saved", { timeout: 180_000 }, async () => {
    const html = jobs[4]!.blocks[0]!.code.replace("<title>", '<link rel="icon" href="data:,"><title>');
    expect(html).toMatch(CDN);
    const pages = { "/index.html": html.replace(CDN, "/node_modules/isthmus/") };
    const server = await serveFiles(folder, { pages });
    const browser = await openBrowser(name);
    try {
      const { page, errors, foreign } = await openPage(browser, `${server.origin}/`);
      await page.click("#train");
      await page.waitForFunction("document.querySelector('#save').href.startsWith('blob:')");
      const status = () => page.$eval("#status", (element) => element.textContent);
      expect(await status()).toMatch(/^Epoch 10: loss 0\.\d{4}$/);
      const bytes = (await page.evaluate(
        "fetch(document.querySelector('#save').href).then((answer) => answer.arrayBuffer()).then((buffer) => [...new Uint8Array(buffer)])",
      )) as number[];
      const file = join(folder, `${name}.safetensors`);
      writeFileSync(file, Uint8Array.from(bytes));
      const input = await page.$("input#load");
      await (input as unknown as { uploadFile(path: string): Promise<void> }).uploadFile(file);
      await page.waitForFunction("document.querySelector('#status').textContent.startsWith('Loaded')");
      expect(await status()).toMatch(/^Loaded: loss 0\.\d{4}$/);
      expect([...errors, ...foreign]).toEqual([]);
    } finally {
      await browser.close();
      await server.close();
    }
  });
});
