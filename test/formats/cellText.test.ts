import { expect, test } from "vitest";
import { readDate, readNumber } from "../../src/formats/cellText.js";

test.each<[text: string, point: number | undefined, comma: number | undefined]>([
  ["12", 12, 12],
  ["-12", -12, -12],
  ["+1e5", 1e5, 1e5],
  ["1.5", 1.5, undefined],
  [".5", 0.5, undefined],
  ["5.", 5, undefined],
  ["1,5", undefined, 1.5],
  ["1,234", 1234, 1.234],
  ["1.234", 1.234, 1234],
  ["1,234.5", 1234.5, undefined],
  ["1.234,5", undefined, 1234.5],
  ["1,234,567", 1234567, undefined],
  ["1.234.567", undefined, 1234567],
  ["1 234 567", 1234567, 1234567],
  ["1\u202f234,5", undefined, 1234.5],
  ["1'234.5", 1234.5, undefined],
  ["12,34,567", undefined, undefined],
  ["$1,234.50", 1234.5, undefined],
  ["-$12", -12, -12],
  ["€ 3,20", undefined, 3.2],
  ["3,20 €", undefined, 3.2],
  ["12 %", 12, 12],
  ["(1,200)", -1200, -1.2],
  ["\u22125", -5, -5],
  ["inf", Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY],
  ["1e999", Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY],
  ["", undefined, undefined],
  ["-", undefined, undefined],
  ["1.2.3", undefined, undefined],
  ["12-3", undefined, undefined],
  ["12 kg", undefined, undefined],
  ["0x10", undefined, undefined],
  [",", undefined, undefined],
])("%j is %j with a point, %j with a comma", (text, point, comma) => {
  expect(readNumber(text)).toEqual({ point, comma });
});

test.each<[text: string, readings: Record<string, string>]>([
  ["2014-04-01", { iso: "2014-04-01T00:00:00.000Z" }],
  ["2014/4/1", { iso: "2014-04-01T00:00:00.000Z" }],
  ["2014-04-01 00:05:00", { iso: "2014-04-01T00:05:00.000Z" }],
  ["2014-04-01T00:05:00.123456Z", { iso: "2014-04-01T00:05:00.123Z" }],
  ["2014-04-01T00:05:00+02:00", { iso: "2014-03-31T22:05:00.000Z" }],
  ["2014-04-01T00:05-0530", { iso: "2014-04-01T05:35:00.000Z" }],
  ["2016-02-29", { iso: "2016-02-29T00:00:00.000Z" }],
  ["1949-12", { iso: "1949-12-01T00:00:00.000Z" }],
  ["01.04.2014 13:00", { dayFirst: "2014-04-01T13:00:00.000Z" }],
  ["4/1/2014", { dayFirst: "2014-01-04T00:00:00.000Z", monthFirst: "2014-04-01T00:00:00.000Z" }],
  ["13/1/2014", { dayFirst: "2014-01-13T00:00:00.000Z" }],
  ["1/13/99 1:05 PM", { monthFirst: "1999-01-13T13:05:00.000Z" }],
  ["12/31/2014 12:00 am", { monthFirst: "2014-12-31T00:00:00.000Z" }],
  ["18:05", { clock: "1970-01-01T18:05:00.000Z" }],
  ["18.00.00", { clock: "1970-01-01T18:00:00.000Z" }],
  ["Jan 5, 2020", { iso: "2020-01-05T00:00:00.000Z" }],
  ["05-January-2020", { iso: "2020-01-05T00:00:00.000Z" }],
  ["Tue, 05 May 2020 10:00:00 GMT", { iso: "2020-05-05T10:00:00.000Z" }],
  ["2014-02-30", {}],
  ["2014-13-01", {}],
  ["2014-04-01 25:00", {}],
  ["2014-04/01", {}],
  ["5 Foo 2020", {}],
  ["2014", {}],
  ["hello", {}],
])("%j is a date: %j", (text, readings) => {
  const read = Object.entries(readDate(text)).map(([order, time]) => [order, new Date(time).toISOString()]);
  expect(Object.fromEntries(read)).toEqual(readings);
});

// A pattern that goes back and forth would take hours for these.
test.each([
  `${"1".repeat(100_000)}x`,
  `${"1,234".repeat(20_000)}x`,
  "-".repeat(100_000),
  `2014-04-01${" ".repeat(100_000)}x`,
])("a long text is nothing", (text) => {
  expect(readNumber(text)).toEqual({ point: undefined, comma: undefined });
  expect(readDate(text)).toEqual({});
});
