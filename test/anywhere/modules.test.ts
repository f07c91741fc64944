// Exported modules in each runtime, by themselves: what they say is the same, whoever calculates.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { detectorColumns } from "../../src/anomaly/tableColumns.js";
import { TablePreprocessor, tableFromRecords } from "../../src/data/index.js";
import { exportModule } from "../../src/exchange/exporting.js";
import {
  AnomalyDetector,
  Autoencoder,
  conv1d,
  dense,
  detectAnomalies,
  flatten,
  gru,
  reshape,
} from "../../src/index.js";
import { openBrowser } from "../support/browsers.js";
import { serveFiles } from "../support/fileServer.js";
import { inBrowsers } from "../support/inBrowsers.js";
import { values } from "../support/models.js";
import { openPage, resultOn } from "../support/pages.js";
import { here, installed, runIn, serveWith, unlessInstalled } from "./fixture.js";

const bin = (name: string) => join(here, "node_modules/.bin", name);
const RUNTIMES: readonly [name: string, there: boolean, command: readonly [string, ...string[]]][] = [
  ["Node", true, [process.execPath]],
  ["Bun", installed, [bin("bun")]],
  ["Deno", installed, [bin("deno"), "run", "--no-prompt"]],
];

/** Asks the modules; part of every program. */
const ANSWER = `
import * as model from "./model.js";
import * as table from "./table.js";
const samples = Float32Array.from({ length: 64 }, (_, i) => Math.fround(Math.sin(i * i)));
const rows = [
  { size: 3.5, colour: "red", when: "2024-03-01 10:00" },
  { size: 900, colour: "blue", when: "2024-03-01 22:00" },
];
export const answer = () => ({
  codes: Array.from(model.encode(samples)),
  scores: [...model.score(samples), ...table.score(rows)],
  flags: [...model.flag(samples), ...table.flag(rows)],
  reasons: table.explain(rows).map(({ reasons: [first] }) => first.name + " " + first.value),
});`;

/** A policy that allows scripts of the page's own, and neither WebAssembly nor workers. */
const POLICY = "default-src 'none'; img-src data:; script-src 'self'";
const PAGE = '<!doctype html><link rel="icon" href="data:,"><script type="module" src="page.js"></script>';

interface Answer {
  codes: number[];
  scores: number[];
  flags: number[];
  reasons: string[];
}

let folder = "";
/** What the library itself says. */
let expected: Answer;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "isthmus-modules-"));
  const engine = { threads: 1, math: "portable" } as const;
  const model = await Autoencoder.create({
    inputSize: 32,
    encoder: [reshape([32, 1]), conv1d(3, 4, "gelu", { strides: 4 }), gru(5), dense(4, "tanh")],
    decoder: [dense(32, "elu"), flatten()],
    scaling: "standard",
    engine,
  });
  const samples = values(100, 32);
  await model.fit(samples, { epochs: 2 });
  const detector = await AnomalyDetector.fit(model, samples);
  const cells = Array.from({ length: 120 }, (_, i) => ({
    size: 4 + Math.sin(i),
    colour: ["red", "blue", "green"][i % 3]!,
    when: new Date(1.7e12 + i * 9e6),
  }));
  const table = tableFromRecords(cells);
  const preprocessor = TablePreprocessor.fit(table);
  const { detector: ensemble } = await detectAnomalies(preprocessor.transform(table), {
    columns: detectorColumns(preprocessor),
    steps: 30,
    members: 2,
    engine,
  });
  const exported = [
    exportModule(detector, { name: "model" }),
    exportModule(ensemble, { preprocessor, name: "table" }),
  ];
  for (const { name, bytes } of exported.flatMap(({ files }) => files))
    writeFileSync(join(folder, name), bytes);
  writeFileSync(join(folder, "package.json"), '{ "private": true, "type": "module" }');
  const programs = {
    "answer.js": ANSWER,
    "print.js": 'import { answer } from "./answer.js";\nconsole.log(JSON.stringify(answer()));',
    "page.js": 'import { answer } from "./answer.js";\nglobalThis.result = answer();',
    "edge.js":
      'import { answer } from "./answer.js";\nexport default { fetch: () => Response.json(answer()) };',
  };
  for (const [name, text] of Object.entries(programs)) writeFileSync(join(folder, name), text);

  const given = Float32Array.from({ length: 64 }, (_, i) => Math.sin(i * i));
  const rows = preprocessor.transform(
    tableFromRecords([
      { size: 3.5, colour: "red", when: "2024-03-01 10:00" },
      { size: 900, colour: "blue", when: "2024-03-01 22:00" },
    ]),
  );
  expected = {
    codes: Array.from((await model.encode(given)).data),
    scores: [...(await detector.score(given)), ...(await ensemble.score(rows))],
    flags: [...(await detector.predict(given)), ...(await ensemble.predict(rows))],
    reasons: [expect.any(String), "size 900"],
  };
  await Promise.all([model.dispose(), ensemble.dispose()]);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function expectAnswer({ codes, scores, ...rest }: Answer): void {
  expect(rest).toEqual({ flags: expected.flags, reasons: expected.reasons });
  for (const [actual, wanted] of [
    [codes, expected.codes],
    [scores, expected.scores],
  ] as const) {
    expect(actual).toHaveLength(wanted.length);
    for (const [i, value] of actual.entries())
      expect(Math.abs(value - wanted[i]!)).toBeLessThan(1e-5 * (1 + Math.abs(value)));
  }
}

for (const [name, there, [command, ...args]] of RUNTIMES) {
  test.skipIf(!there)(there ? name : name + unlessInstalled, () =>
    expectAnswer(JSON.parse(runIn(folder, command, ...args, "print.js"))),
  );
}

describe.skipIf(!installed)(`workerd${unlessInstalled}`, () => {
  test("an edge worker, without any export condition", async () => {
    const server = await serveWith(join(here, "edge.mjs"), join(folder, "edge.js"), "none", "2024-09-01");
    try {
      expectAnswer((await (await fetch(server.url)).json()) as Answer);
    } finally {
      await server.close();
    }
  });
});

inBrowsers((name) => {
  test("a page whose policy allows no WebAssembly", async () => {
    const headers = { "Content-Security-Policy": POLICY };
    const server = await serveFiles(folder, { pages: { "/index.html": PAGE }, headers });
    const browser = await openBrowser(name);
    try {
      const { page, errors } = await openPage(browser, `${server.origin}/`);
      expectAnswer(await resultOn<Answer>(page));
      expect(errors).toEqual([]);
    } finally {
      await browser.close();
      await server.close();
    }
  });
});
