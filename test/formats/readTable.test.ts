import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { ArgumentError, FormatError } from "../../src/common/errors.js";
import {
  type ReadTableOptions,
  readTable,
  readTableChunks,
  tableFromRecords,
} from "../../src/formats/readTable.js";
import type { Table } from "../../src/formats/table.js";
import type { TableSource } from "../../src/formats/textSource.js";

const utf8 = (text: string) => new TextEncoder().encode(text);

/** What a promise is rejected with. */
async function failure(promise: Promise<unknown>): Promise<Error> {
  return promise.then(
    () => expect.unreachable("it did not fail"),
    (error: Error) => error,
  );
}

/** The columns of a table, by their names. */
function content(table: Table): Record<string, unknown[]> {
  return Object.fromEntries(table.columns.map(({ name, values }) => [name, Array.from(values)]));
}

async function read(source: TableSource, options?: ReadTableOptions): Promise<Record<string, unknown[]>> {
  return content(await readTable(source, options));
}

describe("what is found by looking", () => {
  test.each([
    ["comma", "a,b\n1,2\n3,4\n"],
    ["semicolon and decimal commas", "a;b\n1;2\n3;4"],
    ["tab", "a\tb\n1\t2\n3\t4\n"],
    ["bar", "a|b\n1|2\n3|4\n"],
    ["space", "a b\n1 2\n3 4\n"],
    ["carriage returns", "a,b\r\n1,2\r\n3,4\r\n"],
    ["old Macs' line ends", "a,b\r1,2\r3,4\r"],
    ["byte order mark", "\ufeffa,b\n1,2\n3,4\n"],
    ["comments", "# hello\na,b\n1,2\n#1,2,3,4\n3,4\n# bye"],
    ["empty lines", "\n\na,b\n\n1,2\n  \n3,4\n\n"],
    ["Excel's line for the delimiter", "sep=;\r\na;b\r\n1;2\r\n3;4\r\n"],
    ["quotes", '"a","b"\n"1","2"\n3,"4"\n'],
    ["a delimiter too many in each row", "a,b\n1,2,\n3,4,\n"],
    ["a delimiter too many in the header", "a,b,\n1,2\n3,4\n"],
  ])("%s", async (_, text) => {
    const expected = { a: ["1", "3"], b: ["2", "4"] };
    expect(await read(text)).toEqual(expected);
    expect(await read(utf8(text))).toEqual(expected);
    expect(await read(gzipSync(text))).toEqual(expected);
  });

  test("a delimiter that leaves numbers whole, though another divides more", async () => {
    expect(await read("1,5;2,5\n1,6;2,7\n")).toEqual({
      "column 1": ["1,5", "1,6"],
      "column 2": ["2,5", "2,7"],
    });
    expect(await read("name;age\nDoe, Jane;31\nRoe, Max;45\n")).toEqual({
      name: ["Doe, Jane", "Roe, Max"],
      age: ["31", "45"],
    });
  });

  test("no header where the first row is like the others, and one where all columns are texts", async () => {
    expect(await read("1,x\n2,y\n")).toEqual({ "column 1": ["1", "2"], "column 2": ["x", "y"] });
    expect(await read("country,city\nDE,Bonn\nDE,Ulm\n")).toEqual({
      country: ["DE", "DE"],
      city: ["Bonn", "Ulm"],
    });
    expect(await read("DE,Bonn\nDE,Ulm\n")).toEqual({
      "column 1": ["DE", "DE"],
      "column 2": ["Bonn", "Ulm"],
    });
  });

  test("names in the comment above numbers, as NumPy writes them", async () => {
    expect(await read("# x y\n1.0 2.0\n3.0 4.0\n")).toEqual({ x: ["1.0", "3.0"], y: ["2.0", "4.0"] });
  });

  test("lines that begin with # as rows, where they are like the others", async () => {
    const rows = async (text: string) => (await readTable(text)).rows;
    expect(await rows("tag,n\n#a,1\nb,2\n#c,3\n")).toBe(3);
    expect(await rows("place,n\n#1,4\n#2,5\n")).toBe(2);
    expect(await read("#,name,n\n1,x,5\n2,y,6\n")).toEqual({
      "#": ["1", "2"],
      name: ["x", "y"],
      n: ["5", "6"],
    });
    const { rows: kept, notes } = await readTable("#f00;1\n#0f0;2\n");
    expect([kept, notes!.at(-1)]).toEqual([
      2,
      'Lines that begin with "#" are taken to be rows (option comment).',
    ]);
  });

  test("comments, which are counted: in words, of another width, and rows of numbers commented out", async () => {
    const left = async (text: string, options?: ReadTableOptions) => {
      const { rows, notes } = await readTable(text, options);
      return [rows, notes!.filter((note) => note.includes("comment"))];
    };
    const said = (lines: string) => [`${lines} left out as comments (option comment).`];
    expect(await left("# Berlin, 2024\ncity,n\na,1\nb,2\n")).toEqual([
      2,
      said('1 line that begins with "#" is'),
    ]);
    expect(await left("city,n\na,1\n# so far, so good\nb,2\n#x\n")).toEqual([
      2,
      said('2 lines that begin with "#" are'),
    ]);
    expect(await left("a,b\n1,2\n#3,4\n5,6\n")).toEqual([2, said('1 line that begins with "#" is')]);
    expect(await left("a,b\n1,2\n#3,4\n5,6\n", { comment: "#" })).toEqual([2, []]);
    expect(await left("a,b\n1,2\n#3,4\n5,6\n", { comment: false })).toEqual([3, []]);
    // What comes later is counted, too.
    const many = "1,2\n".repeat(40_000);
    expect(await left(`a,b\n${many}#1,2\n${many}`)).toEqual([80_000, said('1 line that begins with "#" is')]);
  });

  test("UTF-16 by its mark, as Excel writes Unicode text", async () => {
    const bytes = new Uint8Array(Buffer.from("\ufeffa\tb\r\nä\t2\r\n", "utf16le"));
    expect(await read(bytes)).toEqual({ a: ["ä"], b: ["2"] });
  });

  test("every guess is told, and what is given is no guess", async () => {
    const { notes } = await readTable("a;b\n1;2\n");
    expect(notes).toEqual([
      'The delimiter is taken to be ";" (option delimiter).',
      "The first row is taken to be the names of the columns (option header).",
    ]);
    expect((await readTable("a;b\n1;2\n", { delimiter: ";", header: true })).notes).toEqual([]);
  });
});

describe("what is given", () => {
  test("delimiter, header, names and comments", async () => {
    expect(await read("a,b;c\n1,2;3\n", { delimiter: ";" })).toEqual({ "a,b": ["1,2"], c: ["3"] });
    expect(await read("a,b\n1,2\n", { header: false })).toEqual({
      "column 1": ["a", "1"],
      "column 2": ["b", "2"],
    });
    expect(await read("1,2\n3,4\n", { header: true })).toEqual({ 1: ["3"], 2: ["4"] });
    expect(await read("1,2\n3,4\n", { names: ["x", "y"] })).toEqual({ x: ["1", "3"], y: ["2", "4"] });
    expect(await read("a,b\n#1,2\n", { comment: false })).toEqual({ a: ["#1"], b: ["2"] });
    expect(await read("a,b\n%1,2\n3,4\n", { comment: "%" })).toEqual({ a: ["3"], b: ["4"] });
  });

  test("the encoding", async () => {
    const latin = new Uint8Array(Buffer.from("a,b\nMünchen,2\n", "latin1"));
    expect(await read(latin, { encoding: "windows-1252" })).toEqual({ a: ["München"], b: ["2"] });
    const error = await failure(readTable(latin));
    expect(error).toBeInstanceOf(FormatError);
    expect(error.message).toBe(
      'line 2 of bytes is not text in utf-8; pass its encoding, such as "windows-1252" (option encoding)',
    );
  });

  test.each([
    [{ delimiter: ",," }, 'delimiter must be one character, no quote or line break, not ",,"'],
    [{ delimiter: '"' }, "delimiter must be one character"],
    [{ comment: "" }, 'comment must be a short text, such as "#", or false, not ""'],
    [{ comment: ";", delimiter: ";" }, 'comment and delimiter are both ";"; they have to differ'],
    [{ header: 1 }, "header must be true or false, not 1"],
    [{ names: "a" }, 'names must be an array of texts, not "a"'],
    [{ encoding: "klingon" }, "encoding must be a name that TextDecoder knows"],
    [{ format: "xml" }, 'format "xml" is not known'],
    [{ separator: ";" }, 'option of readTable "separator" is not known'],
  ])("%j is refused", async (options, message) => {
    const error = await failure(readTable("a,b\n1,2\n", options as never));
    expect(error).toBeInstanceOf(ArgumentError);
    expect(error.message).toContain(message);
  });
});

describe("quotes and names", () => {
  test("quoted delimiters, line ends and quotes", async () => {
    const { columns, lines } = await readTable('a,b\n"x,\ny","p ""q"""\n# no row\n3,4\n');
    expect(columns.map(({ values }) => values)).toEqual([
      ["x,\ny", "3"],
      ['p "q"', "4"],
    ]);
    expect(lines).toEqual([2, 5]);
  });

  test("names that come twice are numbered, empty ones replaced", async () => {
    const table = await readTable("x,x,,x (2),\n1,2,3,4,5\n");
    expect(table.columns.map(({ name }) => name)).toEqual(["x", "x (3)", "column 3", "x (2)", "column 5"]);
    expect(table.notes?.at(-1)).toContain("the name of another");
  });

  test("in a table of one column, an empty line is a missing value, but not at the end", async () => {
    expect(await read("x\n1\n\n3\n\n\n")).toEqual({ x: ["1", "", "3"] });
  });
});

test.each([
  ["", "bytes is empty: there is no table in it"],
  ["  \n\n", "bytes is empty: there is no table in it"],
  ["a,b\n", "bytes has the names of columns, but no rows below them"],
  ["# only\n# comments\n", "bytes has no rows"],
  [
    "a,b\n1,2\n3\n",
    'line 3 of bytes has 1 field, but there are names for 2 columns; fields are divided by ","',
  ],
  ["a,b\n1,2\n3,4,5\n", "line 3 of bytes has 3 fields, but there are names for 2 columns"],
  ["1,2\n3,4\n5,6,7\n", "line 3 of bytes has 3 fields, but the first row has 2"],
  ['a,b\n1,2\n"3,4\n5,6\n', "line 3 of bytes opens a quote in column 1 that is never closed"],
  ['a,b\n"1\n2",3\n4,"5', "line 4 of bytes opens a quote in column 2 that is never closed"],
  ['a,b\n1,2\n3,"x"y\n', "line 3 of bytes has a stray quote in column 2"],
  ['"\n"-1,5"\n"2,5"\n', "line 1 of bytes has a stray quote in column 1"],
  ['{"a":1}\n{"a":}\n', "line 2 of bytes is not JSON"],
  ['{"a":1}\n{"a":[1]}\n', 'line 2 of bytes has an array of 1 as "a"'],
  ['[{"a":1},2]', "row 1 of bytes is 2, but an object"],
  ["[]", "bytes is an empty array"],
])("%j is refused with its line", async (text, message) => {
  const error = await failure(readTable(text));
  expect(error).toBeInstanceOf(FormatError);
  expect(error.message).toContain(message);
});

test("files of other kinds are named", async () => {
  const error = await failure(readTable(new Uint8Array(Buffer.from("PAR1 and so on"))));
  expect(error.message).toBe("bytes is a Parquet file, not a table of text (CSV, TSV or JSON)");
  expect((await failure(readTable(utf8("<!doctype html><p>404")))).message).toContain("HTML page");
});

describe("JSON", () => {
  const expected = { a: [1, 2], b: ["x", null], c: [null, true] };
  test("an array of objects, an object a line, and objects", async () => {
    const records = [
      { a: 1, b: "x" },
      { a: 2, c: true },
    ];
    expect(await read(JSON.stringify(records, undefined, 2))).toEqual(expected);
    expect(await read(records.map((record) => JSON.stringify(record)).join("\n\n"))).toEqual(expected);
    expect(content(tableFromRecords(records as never))).toEqual(expected);
  });

  test("what is no cell is refused", () => {
    expect(() => tableFromRecords([{ a: 1 }, { a: { b: 1 } }] as never)).toThrow(
      'row 1 of records has an object as "a", but a text, a number',
    );
    expect(() => tableFromRecords([1] as never)).toThrow("row 0 of records is 1, but an object");
    expect(() => tableFromRecords(5 as never)).toThrow("records must be an array of objects, not 5");
  });
});

describe("in chunks", () => {
  const text = `a;b\n${Array.from({ length: 5000 }, (_, i) => `${i};"${i}\n""é"""`).join("\r\n")}\r\n`;
  const bytes = utf8(text);
  const pieces = (size: number) =>
    Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
      bytes.subarray(i * size, (i + 1) * size),
    );

  test("pieces of any size give the rows of the whole", async () => {
    const whole = await readTable(text);
    expect(whole.rows).toBe(5000);
    expect(whole.columns[1]!.values[4999]).toBe('4999\n"é"');
    for (const size of [1, 7, 1000, 1 << 16]) {
      const parts: Table[] = [];
      for await (const part of readTableChunks(pieces(size), { rows: 999 })) parts.push(part);
      expect(parts.map(({ rows }) => rows)).toEqual([999, 999, 999, 999, 999, 5]);
      const joined = whole.columns.map((_, j) =>
        parts.flatMap(({ columns }) => Array.from(columns[j]!.values)),
      );
      expect(joined).toEqual(whole.columns.map(({ values }) => values));
      expect(parts.flatMap(({ lines }) => Array.from(lines!))).toEqual(whole.lines);
    }
  });

  test("a stream is cancelled when nobody reads on, and after an error", async () => {
    for (const [chunk, use] of [
      [
        bytes,
        async (table: AsyncIterable<Table>) => {
          for await (const _ of table) break;
        },
      ],
      [
        utf8("a,b\n1,2,3\n"),
        async (table: AsyncIterable<Table>) => void (await failure(table[Symbol.asyncIterator]().next())),
      ],
    ] as const) {
      let cancelled = false;
      const stream = new ReadableStream<Uint8Array>({
        pull: (controller) => controller.enqueue(chunk),
        cancel: () => {
          cancelled = true;
        },
      });
      await use(readTableChunks(stream, { rows: 10 }));
      expect(cancelled).toBe(true);
    }
  });

  test("blobs and responses are sources", async () => {
    expect((await readTable(new Blob([bytes]))).rows).toBe(5000);
    expect((await readTable(new Response(gzipSync(bytes)).body!)).rows).toBe(5000);
    const error = await failure(readTable(5 as never));
    expect(error).toBeInstanceOf(ArgumentError);
    expect((await failure(readTable([{ a: 1 }] as never))).message).toContain(
      "tableFromRecords takes objects",
    );
  });

  test("what unpacks to more than is allowed is refused", async () => {
    const error = await failure(readTable(gzipSync(bytes), { maximumBytes: 1000 }));
    expect(error).toBeInstanceOf(FormatError);
    expect(error.message).toContain("maximumBytes");
  });

  test("a quote that is never closed ends soon, however large the file", async () => {
    const line = utf8(`${"x".repeat(1 << 16)}\n`);
    async function* endless() {
      yield utf8('a,b\n1,2\n"');
      for (;;) yield line;
    }
    const error = await failure(readTable(endless()));
    expect(error.message).toContain("line 3 of bytes begins a record of more than 16777216 characters");
  });

  test("integers that no 64-bit float has are bigints, with all of their digits", async () => {
    const records =
      '[{"id": 900719925474099301, "n": -12345678901234567890, "t": "x 900719925474099301 \\" 1", "f": 0.12345678901234567},' +
      ' {"id": 9007199254740992, "n":1, "t": "", "f": 1234567890123456789e2}]';
    const expected = {
      id: [900719925474099301n, 9007199254740992],
      n: [-12345678901234567890n, 1],
      t: ['x 900719925474099301 " 1', ""],
      f: [Number("0.12345678901234567"), Number("1234567890123456789e2")],
    };
    expect(await read(records)).toEqual(expected);
    expect(await read(records.slice(1, -1).replace("}, ", "}\n"))).toEqual(expected);
    await expect(read('[{"id": 900719925474099301, }]')).rejects.toThrow(/^bytes is not JSON/);
  });

  test("JSON lines, with keys that come later", async () => {
    const parts: Table[] = [];
    for await (const part of readTableChunks('{"a":1}\n{"a":2}\n{"a":3,"b":4}\n', { rows: 2 }))
      parts.push(part);
    expect(parts.map(content)).toEqual([{ a: [1, 2] }, { a: [3], b: [4] }]);
  });
});
