// The pictures show what their code gives today: the drawn ones are made again, and compared.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { decodeImage } from "../../src/codecs/index.js";
import { drawRebuilt } from "../../src/docs/pictures/digits.mjs";
import { drawOddRows } from "../../src/docs/pictures/oddRows.mjs";
import { root } from "./guides.js";

const read = (name: string) => readFileSync(join(root, "src/docs/pictures", name));

test("the odd rows", { timeout: 120_000 }, async () => {
  expect(await drawOddRows()).toBe(read("odd-rows.svg").toString());
});

test("the digits, rebuilt: the same pixels, however they are compressed", { timeout: 120_000 }, async () => {
  const [drawn, kept] = await Promise.all(
    [drawRebuilt(), read("rebuilt.png")].map(async (png) => decodeImage(await png)),
  );
  expect(drawn).toEqual(kept);
});
