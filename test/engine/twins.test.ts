// A program that both imports and requires the package has two copies of it.
import { expect, test } from "vitest";
import { resultOf } from "../support/nodes.js";

test("what comes from one copy of the package works in the other one", async () => {
  const refusal = /^engine belongs to isthmus 9\.8\.7, but this is isthmus \d+\.\d+\.\d+/;
  const expected = {
    apart: true,
    matrix: true,
    engine: [true, 2, true],
    losses: true,
    detector: 100,
    error: [true, true, false],
    own: [false, true, true],
    given: true,
    disposed: true,
    refused: [true, expect.stringMatching(refusal)],
  };
  expect(await resultOf("twins")).toEqual([expected, expected]);
});
