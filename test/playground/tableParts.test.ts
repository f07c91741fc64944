// The parts of the page of tables that need no browser.
import { describe, expect, test } from "vitest";
import { pointFlags } from "../../src/data/index.js";
import { Flagger } from "../../src/playground/table/flagging.js";
import { withoutOptions } from "../../src/playground/table/pageWords.js";
import { binned, scoreScale, ticks } from "../../src/playground/table/scoreBins.js";
import type { Find } from "../../src/playground/table/tableMessages.js";
import { verdictText } from "../../src/playground/table/verdictText.js";

describe("Flagger", () => {
  const deciding = Float32Array.of(3, 1, 2, 2, 5, Number.NaN);

  test("counts what is above any threshold, as a loop does", () => {
    const flagger = new Flagger({ deciding });
    for (const threshold of [0, 1, 1.5, 2, 3, 4.99, 5, 6]) {
      const flagged = [...deciding].filter((score) => score > threshold).length;
      expect(flagger.at(threshold), String(threshold)).toEqual({ threshold, rows: 6, flagged });
    }
    expect(flagger.range).toEqual([1, 5]);
  });

  test("has precision and recall where there are labels of both kinds", () => {
    const labels = Uint8Array.of(1, 0, 0, 1, 1, 0);
    const evaluation = { rocAuc: 0, averagePrecision: 0 };
    const flagger = new Flagger({ deciding, labels, evaluation });
    expect(flagger.at(2.5).labelled).toEqual({ odd: 3, hits: 2, precision: 1, recall: 2 / 3 });
    expect(flagger.at(9).labelled).toEqual({ odd: 3, hits: 0, precision: 0, recall: 0 });
    expect(new Flagger({ deciding, labels }).at(1).labelled).toBeUndefined();
  });
});

test("a row of a series is above a threshold where all of its windows are", () => {
  // What the page relies on when a threshold moves.
  const places = { starts: Uint32Array.of(0, 1, 2), size: 2, rows: 4 };
  const scores = [1, 3, 2];
  const least = Float32Array.of(1, 1, 2, 2);
  for (const threshold of [0.5, 1, 1.5, 2, 2.5]) {
    const flags = scores.map((score) => (score > threshold ? 1 : 0));
    expect([...pointFlags(flags, places)]).toEqual([...least].map((score) => (score > threshold ? 1 : 0)));
  }
});

describe("the scale of scores", () => {
  test.each([
    [0.5, 4],
    [0.1, 900],
    [0, 7],
    [2, 2],
  ])("of %d to %d goes forth and back, and leaves room above", (least, most) => {
    const scale = scoreScale([least, most]);
    expect(scale.place(least)).toBeCloseTo(0, 12);
    expect(scale.score(1)).toBeGreaterThan(most);
    for (const place of [0, 0.3, 0.9]) expect(scale.place(scale.score(place))).toBeCloseTo(place, 9);
  });

  test("has each score in one bin", () => {
    const scores = [0.1, 0.2, 5, 80, 900];
    const counts = binned(scores, scoreScale([0.1, 900]), 10);
    expect(counts.reduce((a, b) => a + b)).toBe(5);
    expect([counts[0], counts[9]]).toEqual([2, 1]);
  });

  test("has round numbers on its axis", () => {
    expect(ticks([0.4, 4.1], 8)).toEqual([0.5, 1, 1.5, 2, 2.5, 3, 3.5, 4]);
    expect(ticks([0.1, 30], 8)).toEqual([0.1, 0.2, 0.5, 1, 2, 5, 10, 20]);
    expect(ticks([2, 2], 8)).toEqual([2]);
  });
});

describe("the verdict", () => {
  const oddest: Find = {
    ...{ first: 77, last: 77, row: 77, place: "row 78", score: 4 },
    reasons: [{ text: "flow 900, expected 100 (90 %)", share: 0.9 }],
  };

  test("says how many, which and why", () => {
    expect(verdictText({ threshold: 2, rows: 1200, flagged: 12 }, oddest)).toBe(
      "12 of 1,200 rows are odd (1.0 %). The oddest is row 78: flow 900, expected 100 (90 %).",
    );
    expect(verdictText({ threshold: 2, rows: 300, flagged: 1 }, undefined)).toBe(
      "1 of 300 rows is odd (0.3 %).",
    );
    expect(verdictText({ threshold: 9, rows: 300, flagged: 0 }, oddest)).toBe(
      "None of 300 rows is odd at this threshold.",
    );
  });

  test("compares with labels", () => {
    const labelled = { odd: 5, hits: 4, precision: 0.5, recall: 0.8 };
    expect(verdictText({ threshold: 2, rows: 300, flagged: 8, labelled }, undefined)).toBe(
      "8 of 300 rows are odd (2.7 %). The labels call 5 odd, and 4 of them are flagged.",
    );
  });
});

test("texts of the library lose the options that a page has not", () => {
  expect(withoutOptions('The delimiter is taken to be ";" (option delimiter).')).toBe(
    'The delimiter is taken to be ";".',
  );
  expect(
    withoutOptions('no column to learn from: "a": always 1; the option types says what a column is'),
  ).toBe('no column to learn from: "a": always 1');
  expect(withoutOptions("line 3 has 1 field; 2 were expected")).toBe("line 3 has 1 field; 2 were expected");
});
