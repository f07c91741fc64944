import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ArgumentError, FormatError } from "../../src/common/errors.js";
import { TablePreprocessor } from "../../src/data/index.js";
import { loadTable, streamTable, type Table } from "../../src/node.js";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "isthmus-table-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function file(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

const text = `time,site,value\n${Array.from({ length: 30_000 }, (_, i) => `${1_700_000_000 + 60 * i},s${i % 3},${i % 101}.5`).join("\n")}\n`;

test("a table is loaded, and streamed as often as wanted, plain and gzipped", async () => {
  for (const path of [file("a.csv", text), file("a.csv.gz", gzipSync(text))]) {
    const table = await loadTable(path);
    expect(table.rows).toBe(30_000);
    const stream = streamTable(path, { rows: 7000 });
    for (let pass = 0; pass < 2; pass++) {
      const parts: Table[] = [];
      for await (const part of stream) parts.push(part);
      expect(parts.map(({ rows }) => rows)).toEqual([7000, 7000, 7000, 7000, 2000]);
      expect(parts.flatMap(({ columns }) => [...(columns[2]!.values as string[])])).toEqual(
        table.columns[2]!.values,
      );
    }
    const learnt = await TablePreprocessor.fitStream(stream);
    expect(JSON.stringify(learnt)).toBe(JSON.stringify(TablePreprocessor.fit(table)));
    let row = 0;
    const whole = learnt.transform(table);
    for await (const part of learnt.transformStream(stream)) {
      expect(part.data).toEqual(whole.data.subarray(row * part.columns, (row + part.rows) * part.columns));
      row += part.rows;
    }
    expect(row).toBe(30_000);
  }
});

test("errors name the path and the line", async () => {
  const ragged = file("ragged.csv", "a,b\n1,2\n3\n");
  await expect(loadTable(ragged)).rejects.toThrow(FormatError);
  await expect(loadTable(ragged)).rejects.toThrow(
    `line 3 of ${ragged} has 1 field, but there are names for 2 columns`,
  );
  const first = async () => streamTable(ragged)[Symbol.asyncIterator]().next();
  await expect(first()).rejects.toThrow(`line 3 of ${ragged} has 1 field`);
  const missing = join(folder, "none.csv");
  await expect(loadTable(missing)).rejects.toThrow(`File not found: ${missing}`);
  await expect(loadTable(5 as never)).rejects.toThrow(ArgumentError);
  await expect(loadTable(ragged, { delim: ";" } as never)).rejects.toThrow(
    'option of loadTable "delim" is not known',
  );
  expect(() => streamTable(ragged, { rows: 0 })).toThrow("rows must be a positive integer, not 0");
});
