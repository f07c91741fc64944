// Pictures show what their code gives today: one that is quickly made is made again, and compared.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { drawOddRows } from "../../src/docs/pictures/oddRows.mjs";
import { root } from "./guides.js";

test("the odd rows", { timeout: 120_000 }, async () => {
  expect(await drawOddRows()).toBe(readFileSync(join(root, "src/docs/pictures/odd-rows.svg"), "utf8"));
});

test("the recorded training is a whole animation, and loads quickly", () => {
  const file = readFileSync(join(root, "src/docs/pictures/start.webp"));
  expect(file.toString("latin1", 0, 4) + file.toString("latin1", 8, 16)).toBe("RIFFWEBPVP8X");
  expect(file.readUInt32LE(4)).toBe(file.length - 8);
  const names: string[] = [];
  for (let at = 12; at < file.length; ) {
    names.push(file.toString("latin1", at, at + 4));
    const length = file.readUInt32LE(at + 4);
    at += 8 + length + (length % 2);
  }
  expect(names.slice(0, 2)).toEqual(["VP8X", "ANIM"]);
  expect(names.slice(2).length).toBeGreaterThan(15);
  expect(new Set(names.slice(2))).toEqual(new Set(["ANMF"]));
  expect(file.length).toBeLessThan(600_000);
});
