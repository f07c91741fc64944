import { parseHTML } from "linkedom";
import { afterAll, beforeAll, expect, test } from "vitest";
import { compareModels } from "../../src/report/drawReport.js";
import { shown } from "../../src/report/numberText.js";
import { digitSubject, type Made, spiralSubject } from "./subjects.js";

let made: Made[];
beforeAll(async () => {
  made = [await digitSubject("plain"), await digitSubject("tied"), await spiralSubject()];
});
afterAll(() => Promise.all(made.map((one) => one.dispose())));

const compared = (which: number, name: string) => ({
  subject: { ...made[which]!.subject, modelTitle: name },
  layers: "784 → … → 784",
  bytes: 12_345,
});

test("a comparison has each model's figures, losses and reconstructions, and says which is best", async () => {
  const { document } = parseHTML(await compareModels([compared(0, "a<b>"), compared(1, "tied")]));
  const rows = Array.from(document.querySelectorAll("#results tbody tr"), (row) =>
    Array.from(row.children, (cell) => cell.textContent),
  );
  const errors = await Promise.all(
    [0, 1].map(async (i) => {
      const { model, data } = made[i]!.subject;
      const all = await model.reconstructionError(data, { units: "original" });
      return all.reduce((sum, error) => sum + error, 0) / all.length;
    }),
  );
  expect(rows.map((row) => [row[0], row[2], row[3], row[4]])).toEqual([
    ["a<b>", "19,612", "13", "2"],
    ["tied", "7,064", "13", "2"],
  ]);
  rows.forEach((row, i) => {
    expect(Number(row[5]) / errors[i]!).toBeCloseTo(1, 3);
  });
  const best = errors[0]! < errors[1]! ? "a<b>" : "tied";
  const text = document.querySelector("#verdict")!.textContent!;
  expect(text.startsWith(`${best} rebuilds these 300 samples best`)).toBe(true);
  expect(text).toContain(shown(Number(shown(Math.min(...errors)))));
  expect(Array.from(document.querySelectorAll("figure"), ({ id }) => id)).toEqual([
    "loss",
    "reconstructions",
  ]);
  expect(document.querySelectorAll("#reconstructions image")).toHaveLength(30);
  expect(document.querySelectorAll("b, script")).toHaveLength(0);
});

test("models of other samples, one model and five are refused", async () => {
  await expect(compareModels([compared(0, "a"), compared(2, "points")])).rejects.toThrow(
    /points takes 300 samples of 2 values, but a 300 of 784/,
  );
  await expect(compareModels([compared(0, "a")])).rejects.toThrow(/2 to 4 models, not 1/);
  const five = [0, 0, 0, 0, 0].map((which, i) => compared(which, `m${i}`));
  await expect(compareModels(five)).rejects.toThrow(/2 to 4 models, not 5/);
});
