// Pictures show what their code gives today: one that is quickly made is made again, and compared.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { drawOddRows } from "../../src/docs/pictures/oddRows.mjs";
import { root } from "./guides.js";

test("the odd rows", { timeout: 120_000 }, async () => {
  expect(await drawOddRows()).toBe(readFileSync(join(root, "src/docs/pictures/odd-rows.svg"), "utf8"));
});
