// export --to module: what the command saved becomes a module that says the same.
import { readFileSync, writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { expect, test } from "vitest";
import { events, inFolder } from "./run.js";

const here = inFolder();

interface AnyModule {
  encode?(samples: unknown): Float32Array;
  score(samples: unknown): Float32Array;
  flag?(samples: unknown): Uint8Array;
  scoreSeries?(rows: unknown): { pointFlags: Uint8Array };
}
const load = (name: string) => import(pathToFileURL(here.path(name)).href) as Promise<AnyModule>;

test("a model, with weights of half the size", async () => {
  const trained = await here.run("train", "spiral", "--epochs", "2", "--out", "spiral.safetensors");
  expect(trained.code).toBe(0);
  const ended = await here.run("export", "spiral.safetensors", "--to", "module", "--out", "spiral.mjs");
  expect([ended.code, ended.stderr]).toEqual([0, ""]);
  expect(ended.stdout).toMatch(
    /^spiral\.mjs \(.*\)\nspiral\.d\.mts \(.*\)\nexports encode, decode, reconstruct, score\n$/,
  );
  expect(readFileSync(here.path("spiral.d.mts"), "utf8")).toContain("export declare function encode");
  expect((await load("spiral.mjs")).encode!([[0.1, 0.2]])).toHaveLength(1);

  const args = [
    "export",
    "spiral.safetensors",
    "--to",
    "module",
    "--weights",
    "f16",
    "--json",
    "--out",
    "half.js",
  ];
  const [event] = events((await here.run(...args)).stdout);
  expect(event).toMatchObject({ event: "export", to: "module", out: "half.js" });
  expect((event!.notes as string[])[1]).toMatch(/^weights differ by at most \d[\d.e-]* \(f16\)$/);

  const refused = await here.run(
    "export",
    "spiral.safetensors",
    "--to",
    "module",
    "--part",
    "encoder",
    "--out",
    "x.js",
  );
  expect(refused.code).not.toBe(0);
  expect(refused.stderr).toMatch(/--part encoder is not for --to module/);
});

test("a detector of a table flags the rows that detect flags", async () => {
  const rows = Array.from({ length: 150 }, (_, i) => {
    const a = Math.sin(i / 7);
    return { pressure: i === 80 ? 90 : 4 + a, valve: i % 2 ? "open" : "shut", flow: (10 + 3 * a).toFixed(3) };
  });
  const lines = rows.map(({ pressure, valve, flow }) => `${pressure},${valve},${flow}`);
  writeFileSync(here.path("plant.csv"), `pressure,valve,flow\n${lines.join("\n")}\n`);
  const detected = await here.run(
    ...[
      "detect",
      "plant.csv",
      "--out",
      "flagged.csv",
      "--save",
      "plant.safetensors",
      "--contamination",
      "0.02",
    ],
  );
  expect(detected.code, detected.stderr).toBe(0);
  const ended = await here.run("export", "plant.safetensors", "--to", "module", "--out", "plant.mjs");
  expect([ended.code, ended.stderr]).toEqual([0, ""]);
  const { flag, score } = await load("plant.mjs");
  const table = readFileSync(here.path("flagged.csv"), "utf8").trimEnd().split("\n");
  const place = table[0]!.split(",").indexOf("anomaly");
  const flags = table.slice(1).map((line) => Number(line.split(",")[place]));
  expect(Array.from(flag!(rows))).toEqual(flags);
  expect(flags[80]).toBe(1);
  expect(score(rows)[80]).toBe(Math.max(...score(rows)));
});

test("a detector of a series flags the rows that detect flags", async () => {
  const rows = Array.from({ length: 120 }, (_, i) => ({
    heat: i > 79 && i < 86 ? 9 : Math.sin(i / 4),
    mode: i % 10 < 6 ? "on" : "off",
  }));
  writeFileSync(
    here.path("series.csv"),
    `heat,mode\n${rows.map(({ heat, mode }) => `${heat},${mode}`).join("\n")}\n`,
  );
  const detected = await here.run(
    ...["detect", "series.csv", "--window", "5", "--steps", "60", "--members", "2", "--seed", "1"],
    ...["--out", "odd.csv", "--save", "series.safetensors", "--contamination", "0.08"],
  );
  expect(detected.code, detected.stderr).toBe(0);
  const ended = await here.run("export", "series.safetensors", "--to", "module", "--out", "series.mjs");
  expect([ended.code, ended.stderr]).toEqual([0, ""]);
  expect(ended.stdout).toContain("scoreSeries, scoreWindow, windowSize, windowStride");
  const table = readFileSync(here.path("odd.csv"), "utf8").trimEnd().split("\n");
  const place = table[0]!.split(",").indexOf("anomaly");
  const flags = table.slice(1).map((line) => Number(line.split(",")[place]));
  expect(flags).toContain(1);
  expect(Array.from((await load("series.mjs")).scoreSeries!(rows).pointFlags)).toEqual(flags);
});
