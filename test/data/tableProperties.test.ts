// Whatever the table: CSV gives it back, chunks in any order give the same, and a preprocessor that was learnt from it
// takes it, or says with an error of the library why not.
import fc from "fast-check";
import { expect, test } from "vitest";
import { IsthmusError } from "../../src/common/errors.js";
import {
  type Cell,
  readTable,
  readTableChunks,
  type Table,
  TablePreprocessor,
} from "../../src/data/index.js";

const DELIMITERS = [",", ";", "\t", "|"];

/** A field as RFC 4180 writes it. */
function field(text: string, delimiter: string): string {
  return /["\r\n]|^\s|^#/.test(text) || text.includes(delimiter) || text === ""
    ? `"${text.replaceAll('"', '""')}"`
    : text;
}

const csvCase = fc
  .record({
    columns: fc.integer({ min: 2, max: 5 }),
    delimiter: fc.constantFrom(...DELIMITERS),
    newline: fc.constantFrom("\n", "\r\n"),
    last: fc.boolean(),
  })
  .chain((form) => {
    // A carriage return at a row's end is taken for the line's, even in quotes.
    const text = fc.string({ unit: fc.constantFrom(...'ab1.,;|\t\n"# é😀-'), maxLength: 8 });
    const row = fc.array(text, { minLength: form.columns, maxLength: form.columns });
    return fc.record({ form: fc.constant(form), rows: fc.array(row, { minLength: 1, maxLength: 12 }) });
  });

test("CSV gives back every text", async () => {
  await fc.assert(
    fc.asyncProperty(csvCase, fc.integer({ min: 1, max: 20 }), async ({ form, rows }, size) => {
      const { columns, delimiter, newline, last } = form;
      const names = Array.from({ length: columns }, (_, i) => `name ${i}`);
      const lines = [names, ...rows].map((row) => row.map((each) => field(each, delimiter)).join(delimiter));
      const text = lines.join(newline) + (last ? newline : "");
      const bytes = new TextEncoder().encode(text);
      const expected = names.map((_, j) => rows.map((row) => row[j]!));
      const whole = await readTable(bytes, { delimiter, header: true });
      expect(whole.columns.map(({ name }) => name)).toEqual(names);
      expect(whole.columns.map(({ values }) => values)).toEqual(expected);
      const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
        bytes.subarray(i * size, (i + 1) * size),
      );
      const parts: Table[] = [];
      for await (const part of readTableChunks(pieces, { delimiter, header: true, rows: 3 }))
        parts.push(part);
      expect(names.map((_, j) => parts.flatMap((part) => Array.from(part.columns[j]!.values)))).toEqual(
        expected,
      );
    }),
    { numRuns: 150 },
  );
});

const cell = fc.oneof(
  { weight: 3, arbitrary: fc.double() as fc.Arbitrary<Cell> },
  { weight: 2, arbitrary: fc.integer() as fc.Arbitrary<Cell> },
  { weight: 2, arbitrary: fc.string({ maxLength: 6 }) as fc.Arbitrary<Cell> },
  fc.constantFrom<Cell>(
    "1,5",
    "1.234,5",
    "2024-01-05",
    "5/6/2024",
    "18:00",
    "yes",
    "no",
    "NA",
    "",
    "inf",
    "$5",
    "0012",
  ),
  fc.boolean() as fc.Arbitrary<Cell>,
  fc.bigInt() as fc.Arbitrary<Cell>,
  fc.date() as fc.Arbitrary<Cell>,
  fc.constantFrom<Cell>(null, undefined, Number.NaN, Number.POSITIVE_INFINITY, new Date(Number.NaN), -0),
);

/** Columns of one kind of cell, mostly, and of any. */
const columnOf = (rows: number) =>
  fc.oneof(
    ...[
      cell,
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.integer({ min: 0, max: 3 }).map(String),
      fc.constantFrom("a", "b", "c", "", "NA"),
      fc.constantFrom("yes", "No", null),
      fc.constantFrom("1,5", "2", "3.000,25", "?"),
      fc
        .date({ min: new Date(0), max: new Date("2030-01-01"), noInvalidDate: true })
        .map((date) => date.toISOString()),
      fc.constantFrom("1/2/2024", "13/2/2024", "3/4/2025"),
    ].map((each) => fc.array(each as fc.Arbitrary<Cell>, { minLength: rows, maxLength: rows })),
  );

const names = fc.constantFrom("a", "id", "time", "label", "index", "price €", "__proto__", "");
const anyTable = fc.integer({ min: 0, max: 25 }).chain((rows) =>
  fc.uniqueArray(names, { minLength: 1, maxLength: 6 }).chain((unique) =>
    fc.tuple(...unique.map(() => columnOf(rows))).map(
      (columns): Table => ({
        rows,
        columns: columns.map((values, i) => ({ name: unique[i]!, values })),
      }),
    ),
  ),
);

/** What is learnt, or the message of the library's error. */
function learnt(table: Table | Iterable<Table>): TablePreprocessor | string {
  try {
    return TablePreprocessor.fit(table);
  } catch (error) {
    if (error instanceof IsthmusError) return error.message;
    throw error;
  }
}

test("a preprocessor takes the table that it was learnt from, or its error is the library's", () => {
  let taken = 0;
  fc.assert(
    fc.property(anyTable, (table) => {
      const preprocessor = learnt(table);
      if (typeof preprocessor === "string") {
        expect(preprocessor.length).toBeLessThan(1000);
        return;
      }
      taken++;
      const matrix = preprocessor.transform(table);
      expect(matrix.shape).toEqual([table.rows, preprocessor.featureNames.length]);
      expect(matrix.data.every(Number.isFinite)).toBe(true);
      expect(preprocessor.decisions.map(({ column }) => column)).toEqual(
        table.columns.map(({ name }) => name),
      );
      const json = JSON.stringify(preprocessor);
      const again = TablePreprocessor.fromJSON(JSON.parse(json));
      expect(again.transform(table).data).toEqual(matrix.data);
      // What comes back from features gives the same features again, where it is whole.
      const back = preprocessor.inverse(matrix);
      for (const { name, type, features, describe } of preprocessor.columns) {
        if (matrix.rows > 0) expect(typeof describe(features.map((i) => matrix.row(0)[i]!))).toBe("string");
        if (type !== "number" && type !== "boolean") continue;
        const { values } = back.columns.find((each) => each.name === name)!;
        for (let row = 0; row < matrix.rows; row++) {
          if (values[row] !== null) expect(Number(values[row])).toBe(matrix.row(row)[features[0]!]);
        }
      }
    }),
    { numRuns: 600 },
  );
  expect(taken).toBeGreaterThan(100);
});

/** Some rows of a table. */
function picked(table: Table, rows: readonly number[]): Table {
  return {
    rows: rows.length,
    columns: table.columns.map(({ name, values }) => ({ name, values: rows.map((row) => values[row]) })),
  };
}

test("chunks of any size and in any order give what the whole table gives", () => {
  let taken = 0;
  fc.assert(
    fc.property(anyTable, fc.infiniteStream(fc.nat()), (table, numbers) => {
      const whole = learnt(table);
      const random = () => numbers.next().value as number;
      const rows = Array.from({ length: table.rows }, (_, row) => row);
      const chunks: Table[] = [];
      while (rows.length > 0) chunks.push(picked(table, rows.splice(0, 1 + (random() % 5))));
      for (let i = chunks.length - 1; i > 0; i--) {
        const j = random() % (i + 1);
        [chunks[i], chunks[j]] = [chunks[j]!, chunks[i]!];
      }
      const parts = learnt(chunks);
      // Errors name the first place, which is another one.
      if (typeof whole === "string") expect(typeof parts).toBe("string");
      else {
        taken++;
        expect(JSON.stringify(parts)).toBe(JSON.stringify(whole));
      }
    }),
    { numRuns: 500 },
  );
  expect(taken).toBeGreaterThan(100);
});
