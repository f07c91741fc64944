// What the command and the page of tables have in common: samples of a table, and what a detector's file keeps of it.
import { describe, expect, test } from "vitest";
import { detectionTable } from "../../src/anomaly/detectionTable.js";
import { hasLearntTable, readLearntTable, tableMetadata } from "../../src/anomaly/learntTable.js";
import { rowResults } from "../../src/anomaly/rowResults.js";
import { readTable } from "../../src/data/index.js";
import { FormatError } from "../../src/index.js";
import { failure } from "../support/models.js";

const rows = (line: (i: number) => string, count = 40) =>
  Array.from({ length: count }, (_, i) => line(i)).join("\n");

describe("the samples of a table", () => {
  test("are its rows, whose columns tell what is missing as people do", async () => {
    // So much is missing that a second feature marks it.
    const table = await readTable(
      `flow,site,label\n${rows((i) => `${i % 2 ? i : ""},${"AB"[i % 2]},${Number(i === 7)}`)}`,
    );
    const { samples, columns, labels, order, window, places } = detectionTable(table, {});
    expect({ order, window, places }).toEqual({ order: undefined, window: undefined, places: undefined });
    expect(samples.shape).toEqual([40, 4]);
    expect([...labels!].indexOf(1)).toBe(7);
    const [flow, site] = columns;
    expect(flow).toMatchObject({ name: "flow", features: [0, 1] });
    const told = (row: number) =>
      flow!.describe!(flow!.features.map((feature) => samples.row(row)[feature]!));
    expect([told(2), told(3)]).toEqual(["missing", "3"]);
    expect(site!.features).toEqual([2, 3]);
  });

  test("are windows of a series in the order of time", async () => {
    const table = await readTable(`time,flow\n${rows((i) => `2024-01-01 00:${59 - i},${i}`)}`);
    const options = { window: { size: 10, stride: 5 } };
    const input = detectionTable(table, options);
    expect(input.order?.timeColumn).toBe("time");
    expect(input.table.columns[1]!.values[0]).toBe("39");
    expect(input.samples.shape).toEqual([7, 10]);
    expect(input.columns).toMatchObject([{ name: "flow", features: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9] }]);
    expect(input.columns[0]!.describe!([...input.samples.row(0)])).toBe(34.5);
    // A file has settled the window.
    const again = detectionTable(
      table,
      {},
      readLearntTable(tableMetadata({ ...input, training: undefined })),
    );
    expect(again.samples).toEqual(input.samples);
  });
});

describe("what a detector's file keeps of its table", () => {
  const table = readTable(`flow,site\n${rows((i) => `${i},${"AB"[i % 2]}`)}`);
  const metadata = async () => {
    const { preprocessor } = detectionTable(await table, {});
    const training = { seed: 3, loss: [0.123456789, 0.1] };
    return tableMetadata({ preprocessor, window: { size: 4, stride: 2 }, training });
  };
  const [key] = ["isthmus.table"] as const;

  test("comes back", async () => {
    const kept = await metadata();
    expect([hasLearntTable(kept), hasLearntTable({})]).toEqual([true, false]);
    const { preprocessor, window, training } = readLearntTable(kept);
    expect(preprocessor.featureNames).toEqual(["flow", "site = A", "site = B"]);
    expect(window).toEqual({ size: 4, stride: 2 });
    expect(training).toEqual({ seed: 3, loss: [0.123457, 0.1] });
  });

  test("of a file from before its training and its window were kept is the rest", async () => {
    const { preprocessor } = JSON.parse((await metadata())[key]!);
    const old = readLearntTable({ [key]: JSON.stringify({ preprocessor }) });
    expect(old).toMatchObject({ window: undefined, training: undefined });
    expect(old.preprocessor.toJSON()).toEqual(preprocessor);
  });

  test.each<[string, (saved: Record<string, unknown>) => unknown, RegExp]>([
    ["nothing", () => undefined, /does not say what the columns of its table were/],
    ["null", () => null, /preprocessor/],
    ["a window of 0 rows", (saved) => ({ ...saved, window: { size: 0, stride: 1 } }), /has a window that/],
    ["half a window", (saved) => ({ ...saved, window: { size: 3 } }), /has a window that is none/],
    ["no window", (saved) => ({ ...saved, window: null }), /has a window that is none/],
    ["a loss of text", (saved) => ({ ...saved, training: { seed: 0, loss: ["1"] } }), /has a training that/],
    ["no seed", (saved) => ({ ...saved, training: { loss: [] } }), /has a training that is none/],
    ["no training", (saved) => ({ ...saved, training: null }), /has a training that is none/],
  ])("with %s is refused", async (_, change, message) => {
    const text = JSON.stringify(change(JSON.parse((await metadata())[key]!)));
    const error = await failure(async () => readLearntTable(text === undefined ? {} : { [key]: text }));
    expect(error).toBeInstanceOf(FormatError);
    expect((error as Error).message).toMatch(message);
  });

  test("that is cut off is refused", async () => {
    const text = (await metadata())[key]!.slice(0, -3);
    expect(() => readLearntTable({ [key]: text })).toThrow(/isthmus\.table is not JSON/);
  });
});

test("rows of a series that are in no window have the last ranks", () => {
  const places = { starts: Uint32Array.of(0, 2, 4, 6), size: 1, rows: 8 };
  const results = rowResults(
    { scores: Float32Array.of(1, 5, 9, 2), flags: new Uint8Array(4), reasons: [] },
    places,
  );
  expect([...results.rank]).toEqual([4, 5, 2, 6, 1, 7, 3, 8]);
});
