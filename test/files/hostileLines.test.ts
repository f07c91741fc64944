// Lines that a pattern which goes back over what it has matched would take minutes or years for; none is timed, since
// the time that a test may take is far less than that.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { corruption, schedule, sparsity } from "../../src/cli/optimizationOptions.js";
import { imageShape, widths } from "../../src/cli/options.js";
import { FormatError } from "../../src/common/errors.js";
import { parseNpyHeader } from "../../src/formats/npyHeader.js";
import { streamCsv } from "../../src/node.js";
import { failure } from "../support/models.js";

const LENGTH = 1_000_000;
let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "isthmus-lines-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function rowsOf(text: string): Promise<number[][]> {
  const path = join(folder, "lines.csv");
  writeFileSync(path, text);
  const rows: number[][] = [];
  for await (const chunk of streamCsv(path)) {
    for (let row = 0; row < chunk.rows; row++) rows.push([...chunk.row(row)]);
  }
  return rows;
}

const many = (text: string) => text.repeat(Math.ceil(LENGTH / text.length));

test.each([
  ["digits and an x", `${many("1")}x`],
  ["digits, a point, digits and an x", `${many("1")}.${many("1")}x`],
  ["digits and two points", `${many("1")}..`],
  ["digits, an e, digits and an x", `1e${many("1")}x`],
  ["white space and an x", `${many(" ")}x`],
  ["a number, white space and an x", `1${many(" \t")}x`],
  ["signs", many("-")],
  ["es", many("1e")],
])("a field of %s is refused as no number", async (_, field) => {
  const error = await failure(() => rowsOf(`1,2\n3,${field}\n`));
  expect(error).toBeInstanceOf(FormatError);
  expect((error as Error).message).toMatch(/^line 2 of .* in column 2, which is not a number$/s);
});

test("long numbers and long lines are read", async () => {
  expect(await rowsOf(`0.${many("1")}, ${many("0")}7 ${many(" ")}\n`)).toEqual([[1 / 9, 7]]);
  const columns = 4_000_000;
  const [row, ...others] = await rowsOf(`${"12,".repeat(columns - 1)}34`);
  expect(others).toEqual([]);
  expect(row).toHaveLength(columns);
  expect([row![0], row!.at(-2), row!.at(-1)]).toEqual([12, 12, 34]);
});

test("empty lines, line by line, are passed over at the end", async () => {
  expect(await rowsOf(`1,2\n${many("\r\n")}`)).toEqual([[1, 2]]);
});

test.each([
  ["white space for a dict", many(" ")],
  ["white space in a dict", `{${many(" ")}'descr'${many(" ")}`],
  ["a word for a value", `{'descr': ${many("a")}`],
  ["a string without an end", `{'descr': '${many("a")}`],
  ["a tuple without an end", `{'shape': (${many("1, ")}`],
  ["keys of a structured type", many("'descr' : ")],
  ["keys of a structured type far from what follows", many(`'descr'${" ".repeat(1000)}`)],
  ["white space after the dict", `{'descr': '<f4', }${many(" ")}x`],
  ["a shape of white space", `{'descr': '<f4', 'fortran_order': False, 'shape': (1${many(" ")}x,), }`],
  ["a shape of digits", `{'descr': '<f4', 'fortran_order': False, 'shape': (${many("1")}x,), }`],
])("a header of a .npy file with %s is refused", (_, header) => {
  expect(() => parseNpyHeader(header)).toThrow(FormatError);
});

test.each<[string, (text: string) => unknown, string]>([
  ["--schedule", schedule, `${many("a")}:`],
  ["--schedule's options", schedule, `a:${many("=")},${many("b")}`],
  ["--image-shape", imageShape, many("1")],
  ["--hidden", widths, `${many("1")}x`],
  ["--corruption", corruption, many("gaussian:")],
  ["--sparsity", sparsity, `l1:${many("1")}x`],
])("a long value of %s is refused", (_, parse, text) => {
  expect(() => parse(text)).toThrow();
});
