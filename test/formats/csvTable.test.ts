import fc from "fast-check";
import { expect, test } from "vitest";
import { ArgumentError } from "../../src/common/errors.js";
import { encodeCsv } from "../../src/formats/csvTable.js";
import { float32Text } from "../../src/formats/floatText.js";

/** All float32, by their bits. */
const float32 = fc.nat(0xffffffff).map((bits) => new Float32Array(Uint32Array.of(bits).buffer)[0]!);

test("a float32 comes back from its text, with its sign", () => {
  fc.assert(
    fc.property(float32, (value) => {
      expect(Math.fround(Number(float32Text(value)))).toBe(value);
    }),
    { numRuns: 20_000, seed: 7, examples: [[0], [-0], [2 ** -149], [2 ** -126], [3.4028234663852886e38]] },
  );
});

test.each([
  [0.1, "0.1"],
  [1 / 3, "0.33333334"],
  [16_777_216, "16777216"],
  [1e21, "1e+21"],
  [-2.5, "-2.5"],
  [0, "0"],
  [-0, "-0"],
])("%f is written %s", (value, text) => {
  expect(float32Text(Math.fround(value))).toBe(text);
});

test("no shorter decimal reads as the same float32", () => {
  const normal = float32.filter((value) => Number.isFinite(value) && Math.abs(value) >= 2 ** -126);
  fc.assert(
    fc.property(normal, (value) => {
      const digits = float32Text(value)
        .replace(/e.*|[-.]/g, "")
        .replace(/^0+|0+$/g, "").length;
      if (digits > 1) expect(Math.fround(Number(value.toPrecision(digits - 1)))).not.toBe(value);
    }),
    { numRuns: 5_000, seed: 8 },
  );
});

test("a table has a line of names and a line for each row, however many there are", () => {
  const text = (names: string[], data: number[]) =>
    new TextDecoder().decode(encodeCsv({ names, data: Float32Array.from(data) }));
  expect(text(["a", "b"], [1, 0.1, -2, 3e-9])).toBe("a,b\n1,0.1\n-2,3e-9\n");
  expect(text(["a"], [])).toBe("a\n");
  for (const columns of [1, 3, 65_537, 70_000]) {
    const names = Array.from({ length: columns }, (_, j) => `x${j}`);
    const data = Array.from({ length: columns * Math.ceil(140_000 / columns) }, (_, i) => i % 1000);
    const lines = text(names, data).split("\n");
    expect(lines.pop()).toBe("");
    expect(lines.shift()).toBe(names.join(","));
    expect(lines.map((line) => line.split(",").length)).toEqual(lines.map(() => columns));
    expect(lines.flatMap((line) => line.split(",").map(Number))).toEqual(data);
  }
});

test("what is no table, and what would lose values, is refused", () => {
  for (const wrong of [null, undefined, {}, 5, "a,b", [1], { names: [], data: new Float32Array(2) }])
    expect(() => encodeCsv(wrong as never)).toThrow(ArgumentError);
  expect(() => encodeCsv({ names: ["a", "b"], data: new Float32Array(3) })).toThrow(
    "data has 3 values, which is no whole number of rows of 2 names",
  );
  expect(() => encodeCsv({ rows: 2, columns: [{ name: "a" }] } as never)).toThrow(
    'column "a" must have an array of values, not undefined',
  );
  const columns = [{ name: "a", values: [1, 2, 3] }];
  expect(() => encodeCsv({ rows: 2, columns })).toThrow('column "a" has 3 values, but table has 2 rows');
});
