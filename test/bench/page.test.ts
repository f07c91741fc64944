import { expect, test } from "vitest";
import { contestantIds } from "../../bench/contestants.mjs";
import { htmlOf } from "../../bench/page/browserPage.mjs";
import { pageContestants } from "../../bench/page/pageContestants.mjs";
import { tables } from "../../bench/parts/page.mjs";

test("each browser has Isthmus with and without isolation, and the peers by their backends", () => {
  const ids = pageContestants().map(({ id }) => id);
  expect(ids).toHaveLength(new Set(ids).size);
  expect(ids).toEqual(
    expect.arrayContaining([
      ...["chromium-fast", "chromium-isolated-fast", "chromium-isolated-fast@2", "chromium-tfjs-webgl"],
      ...["firefox-fast", "firefox-isolated-tfjs-wasm@2", "firefox-jax-webgpu"],
    ]),
  );
  expect(contestantIds(2)).toEqual(expect.arrayContaining(ids));
});

test("a page loads its contestant, and TensorFlow.js's own scripts where it needs them", () => {
  expect(htmlOf("isthmus", undefined)).toContain('src="/bench/page/isthmus.mjs"');
  expect(htmlOf("isthmus", undefined)).not.toContain("tfjs");
  expect(htmlOf("tfjs", "webgl")).toContain("/tf.min.js");
  expect(htmlOf("tfjs", "wasm")).toContain("/tf-backend-wasm.min.js");
});

test("times in pages are stated against Isthmus in Node", () => {
  const contestant = { name: "Isthmus", version: "1", details: "how", threads: 1 };
  const summary = { spread: 0.01, loss: Math.LN2 };
  const [table] = tables({
    result: { fast: { ...summary, median: 2 }, "chromium-fast": { ...summary, median: 2.1 } },
    contestants: [
      { ...contestant, id: "fast" },
      { ...contestant, id: "chromium-fast", browser: "Chrome/1", isolated: false },
      { ...contestant, id: "failed" },
    ],
    notes: [],
    failures: ["a failure"],
  });
  const { columns, rows, notes } = table!;
  expect(rows.map((row) => [row[0], row[3], row[4], row[8]])).toEqual([
    ["fast", "Node", "–", "1.00"],
    ["chromium-fast", "Chrome/1", "no", "1.05"],
  ]);
  for (const row of rows) expect(row).toHaveLength(columns.length);
  expect(notes).toContain("a failure");
});
