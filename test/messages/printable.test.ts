import { expect, test } from "vitest";
import { show } from "../../src/common/check.js";
import { nearest } from "../../src/common/nearest.js";
import { printable, quote } from "../../src/common/printable.js";
import { describe as described } from "../../src/formats/typedArrays.js";
import { HOSTILE, hostileIn } from "../support/hostile.js";

const name = (code: number) => `U+${code.toString(16).toUpperCase().padStart(4, "0")}`;

test.each(HOSTILE.map((character) => [name(character.codePointAt(0)!), character]))(
  "%s is shown, not obeyed",
  (_, character) => {
    const text = `a${character}b`;
    for (const shown of [printable(text), quote(text), show(text)]) {
      expect(hostileIn(shown)).toEqual([]);
      expect(shown).toMatch(/a\\(n|r|t|b|f|u[0-9a-f]{4}|u[0-9a-f]{4}\\u[0-9a-f]{4})b/);
    }
    expect(JSON.parse(quote(text))).toBe(text);
  },
);

test.each([
  ["umlauts and accents", "Größe in Ångström, façade, ñ"],
  ["other scripts", "日本語 한국어 العربية עברית हिन्दी ελληνικά"],
  ["emoji, joined ones too", "😀 👩‍👩‍👧‍👦 🏳️‍🌈 👩🏽‍🚀 ❤️‍🔥 🇩🇪"],
  ["mathematics", "10 → 3 → 10, Σ|w|, ½·x², …"],
])("%s stay as they are", (_, text) => {
  expect(printable(text)).toBe(text);
  expect(quote(text)).toBe(`"${text}"`);
});

test("JSON stays JSON of the same meaning", () => {
  const value = { [`k${HOSTILE.join("")}`]: HOSTILE.join("x"), plain: "ü😀\\u001b" };
  const text = printable(JSON.stringify(value));
  expect(hostileIn(text)).toEqual([]);
  expect(JSON.parse(text)).toEqual(value);
});

test("long text is cut, and not within a character", () => {
  expect(quote("x".repeat(80))).toBe(`"${"x".repeat(80)}"`);
  expect(quote("x".repeat(5_000_000))).toBe(`"${"x".repeat(80)}…"`);
  expect(quote(`${"x".repeat(79)}😀y`)).toBe(`"${"x".repeat(79)}…"`);
});

const revoked = () => {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
};
const refusing = () =>
  new Proxy(
    {},
    {
      getPrototypeOf: () => {
        throw new Error("no prototype");
      },
    },
  );
const classNamed = (given: unknown) => {
  class Some {}
  Object.defineProperty(Some, "name", { value: given });
  return new Some();
};

test.each<[string, unknown, string]>([
  ["a plain object", { a: 1 }, "an object"],
  ["one without a prototype", Object.create(null), "an object"],
  ["one with a constructor of its own", { constructor: { name: "Matrix" } }, "an object"],
  ["one of a class", new Map(), "a Map"],
  ["an error", new Error("x"), "an Error"],
  ["an array", [1, 2], "an array of 2"],
  ["floats", new Float32Array(5), "a Float32Array"],
  ["integers", new Int8Array(5), "an Int8Array"],
  ["bytes", new Uint8Array(5), "a Uint8Array"],
  ["a view", new DataView(new ArrayBuffer(4)), "a DataView"],
  ["a function", () => 0, "a function"],
  ["a symbol", Symbol("\x1b"), "a symbol"],
  ["a bigint", 2n ** 64n, "18446744073709551616"],
  ["one of a million digits", 2n ** 4_000_000n, "a bigint of many digits"],
  ["a proxy that is no more", revoked(), "an object"],
  ["a proxy that refuses", refusing(), "an object"],
  ["a class that is named by a novel", classNamed("x".repeat(1e6)), "an object"],
  ["a class that is named by escapes", classNamed("\x1b[31m"), "an object"],
  ["a class that is named by an object", classNamed({}), "an object"],
])("show tells of %s", (_, value, expected) => {
  expect(show(value)).toBe(expected);
});

test.each<[string, unknown, string]>([
  ["a tag that is a novel", { [Symbol.toStringTag]: "x".repeat(1e6) }, "an object"],
  ["a tag of escapes", { [Symbol.toStringTag]: "\x1b[31m" }, "an object"],
  [
    "a tag that throws",
    {
      get [Symbol.toStringTag]() {
        throw new Error("no tag");
      },
    },
    "an object",
  ],
  ["a proxy that is no more", revoked(), "an object"],
  ["an array", [], "Array"],
])("formats describe %s", (_, value, expected) => {
  expect(described(value)).toBe(expected);
});

test("the nearest name is sought for what can be a slip alone", () => {
  const known = ["epochs", "batchSize", "validationSplit"];
  const near = ["epoch", "batch_size", "BATCHSIZE", "validation-split", "sizes", ""].map((text) =>
    nearest(text, known),
  );
  expect(near).toEqual(["epochs", "batchSize", "batchSize", "validationSplit", undefined, undefined]);
  // A table of 10,000,000 × 15 distances would take seconds and hundreds of megabytes.
  expect(nearest("x".repeat(10_000_000), known)).toBeUndefined();
});
