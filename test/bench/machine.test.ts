import { expect, test } from "vitest";
import { assertIdle } from "../../bench/machine.mjs";

const busy = { busy: true, load: 0.7 };

test.each([{ json: "results.json" }, { markdown: true }, { write: "README.md" }])(
  "no table is written on a busy machine: %o",
  (options) => {
    expect(() => assertIdle(busy, options)).toThrow(/^others use 0\.70 cores, so no table is written/);
    expect(() => assertIdle(busy, { ...options, anyway: true })).not.toThrow();
    expect(() => assertIdle(busy, { ...options, quick: true })).not.toThrow();
    expect(() => assertIdle({ busy: false, load: 0.05 }, options)).not.toThrow();
  },
);

test("what is only looked at may be measured on a busy machine", () => {
  expect(() => assertIdle(busy, {})).not.toThrow();
});
