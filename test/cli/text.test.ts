import { expect, test } from "vitest";
import { table } from "../../src/cli/text.js";

test("a table may have more rows than a function takes arguments", () => {
  const rows = Array.from({ length: 200_000 }, (_, i) => [String(i), "x"]);
  const lines = table(rows).split("\n");
  expect(lines).toHaveLength(200_000);
  expect([lines[0], lines.at(-1)]).toEqual(["0       x", "199999  x"]);
});
