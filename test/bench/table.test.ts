import { expect, test } from "vitest";
import { figure, toMarkdown, toText } from "../../bench/table.mjs";

const table = {
  title: "Times",
  columns: ["who", "ms"],
  rows: [
    ["fast", "1.5"],
    ["a|b", "12.25"],
  ],
  notes: ["a note"],
};

test("plain text: words at the left, figures at the right", () => {
  const lines = ["Times", "", "who      ms", "----  -----", "fast    1.5", "a|b   12.25", "* a note"];
  expect(toText(table)).toBe(lines.join("\n"));
});

test("Markdown: bars inside cells are escaped", () => {
  const rows = ["| who | ms |", "| --- | ---: |", "| fast | 1.5 |", "| a\\|b | 12.25 |"];
  expect(toMarkdown(table)).toBe(["### Times", "", ...rows, "", "- a note"].join("\n"));
});

test.each([
  [0, "0.00"],
  [0.012345, "0.0123"],
  [1.23456, "1.23"],
  [99.96, "100"],
  [123456, "123456"],
  [-0.5, "-0.500"],
])("figure of %f is %s", (value, text) => {
  expect(figure(value)).toBe(text);
});
