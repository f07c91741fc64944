// Reports on detections say what is true: their numbers are those of independent formulas.
import { parseHTML } from "linkedom";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readTable, type Table, TablePreprocessor, windows } from "../../src/data/index.js";
import {
  ArgumentError,
  type Detection,
  detectAnomalies,
  Engine,
  Matrix,
  ShapeError,
} from "../../src/index.js";
import { detectionReport } from "../../src/report/index.js";
import { values } from "../support/models.js";
import { principalComponents, project } from "../support/pca.js";

let engine: Engine;
beforeAll(async () => {
  engine = await Engine.create({ math: "portable", threads: 1 });
});
afterAll(() => engine.dispose());

const parse = (html: string) => parseHTML(html).document;
const textOf = (html: string, selector: string) => parse(html).querySelector(selector)?.textContent ?? "";
const found = (html: string) =>
  Array.from(parse(html).querySelectorAll(".findings li"), (item) => item.textContent!);
/** The cells of a table, line by line. */
const cells = (html: string, selector: string) =>
  Array.from(parse(html).querySelectorAll(`${selector} tbody tr`), (line) =>
    Array.from(line.children, (cell) => cell.textContent!),
  );

const ROWS = 300;
const ODD = [17, 90, 201];
/** Three values on a curve, and noise; odd rows leave it. */
const data = (() => {
  const noise = values(ROWS, 4, 3, -0.1, 0.1);
  return Array.from({ length: ROWS }, (_, row) => {
    const t = Math.sin(row * 0.7);
    const [a, b, c, d] = Array.from(noise.subarray(row * 4, row * 4 + 4));
    return [t + a!, t * t + b!, ODD.includes(row) ? 3 - t : -t + c!, d! * 10];
  });
})();
const labels = data.map((_, row) => (ODD.includes(row) || row === 5 ? 1 : 0));
const NAMES = ["inflow", "outflow", "level", "hum"];

/** The root mean square of what `count` components leave of standardized rows. */
function pcaScores(rows: readonly (readonly number[])[], count: number): number[] {
  const columns = rows[0]!.map((_, j) => rows.map((row) => row[j]!));
  const stats = columns.map((column) => {
    const mean = column.reduce((a, b) => a + b) / column.length;
    return { mean, deviation: Math.sqrt(column.reduce((a, x) => a + (x - mean) ** 2, 0) / column.length) };
  });
  const scaled = rows.map((row) => row.map((x, j) => (x - stats[j]!.mean) / stats[j]!.deviation));
  const rebuilt = project(scaled, principalComponents(scaled, count));
  return scaled.map(
    (row, i) => Math.hypot(...row.map((x, j) => x - rebuilt[i]![j]!)) / Math.sqrt(row.length),
  );
}

/** The share of pairs of an odd and a normal row in which the odd one scores higher. */
function auc(scores: ArrayLike<number>, labels: readonly number[]): number {
  let [wins, pairs] = [0, 0];
  labels.forEach((a, i) => {
    labels.forEach((b, j) => {
      if (a !== 1 || b !== 0) return;
      pairs++;
      wins += scores[i]! > scores[j]! ? 1 : scores[i] === scores[j] ? 0.5 : 0;
    });
  });
  return wins / pairs;
}

/** The mean of the precisions at each odd row. */
function averagePrecision(scores: ArrayLike<number>, labels: readonly number[]): number {
  const order = labels.map((_, i) => i).sort((a, b) => scores[b]! - scores[a]!);
  let [hits, sum] = [0, 0];
  order.forEach((row, i) => {
    hits += labels[row]!;
    sum += labels[row]! * (hits / (i + 1));
  });
  return sum / hits;
}

describe("a report on rows", () => {
  let detection: Detection;
  let html: string;
  beforeAll(async () => {
    detection = await detectAnomalies(data, { columns: NAMES, members: 2, steps: 120, labels, engine });
    html = await detectionReport(detection, data, { labels, title: "T", about: [["seed", "0"]] });
  });
  afterAll(() => detection.detector.dispose());

  test("begins with what was found, in a sentence", () => {
    const [first] = detection.reasons;
    const count = detection.flags.reduce((sum, flag) => sum + flag, 0);
    expect(count).toBeGreaterThan(1);
    const reason = first!.reasons[0]!;
    const short = (value: unknown) => String(Number((value as number).toPrecision(4)));
    const text = textOf(html, "#verdict");
    expect(text).toMatch(
      new RegExp(`^${count} of 300 rows are odd \\(\\d[\\d.]* %\\), mostly because of level`),
    );
    expect(text).toContain(
      `the oddest is row ${first!.row + 1}, because ${reason.name} is ${short(reason.value)}, expected ${short(reason.expected)}.`,
    );
    expect(ODD).toContain(first!.row);
  });

  test("lists the oddest rows with score, label and reasons", () => {
    const lines = cells(html, "#rows");
    const order = [...detection.rank.keys()].sort((a, b) => detection.rank[a]! - detection.rank[b]!);
    lines.forEach(([row, score, label, why], i) => {
      expect(row).toBe(String(order[i]! + 1));
      expect(Number(score)).toBeCloseTo(detection.scores[order[i]!]!, 1);
      expect(label).toBe(labels[order[i]!] === 1 ? "odd" : "normal");
      expect(why).toMatch(/^(inflow|outflow|level|hum) -?\d.*, expected -?\d\S* \(\d+ %\)/);
    });
    expect(lines.length).toBeGreaterThanOrEqual(5);
  });

  test("compares with the labels and with PCA by the formulas", () => {
    const table = new Map(cells(html, "#labels").map(([name, ...rest]) => [name!, rest.map(Number)]));
    const pca = pcaScores(data, detection.detector.latentSize);
    const { scores, flags } = detection;
    expect(table.get("ROC AUC")).toEqual(
      [auc(scores, labels), auc(pca, labels)].map((x) => Number(x.toFixed(3))),
    );
    expect(table.get("average precision")).toEqual(
      [averagePrecision(scores, labels), averagePrecision(pca, labels)].map((x) => Number(x.toFixed(3))),
    );
    const count = flags.reduce((sum, flag) => sum + flag, 0);
    const top = new Set(
      pca
        .map((_, i) => i)
        .sort((a, b) => pca[b]! - pca[a]!)
        .slice(0, count),
    );
    const hits = [
      labels.filter((label, i) => label * flags[i]!).length,
      labels.filter((label, i) => label && top.has(i)).length,
    ];
    expect(table.get("precision at the threshold")).toEqual(
      hits.map((hit) => Number((hit / count).toFixed(3))),
    );
    expect(table.get("recall at the threshold")).toEqual(hits.map((hit) => Number((hit / 4).toFixed(3))));
    // No threshold has a larger F1.
    const [, f1, threshold] = /F1 would be (\d\.\d+) with the best threshold, ([\d.]+)\./.exec(
      textOf(html, "#labels"),
    )!;
    const f1At = (limit: number) => {
      const flagged = labels.map((_, i) => Number(scores[i]! > limit));
      const right = labels.filter((label, i) => label * flagged[i]!).length;
      return (2 * right) / (4 + flagged.filter(Boolean).length);
    };
    expect(f1At(Number(threshold)).toFixed(3)).toBe(f1);
    expect(Math.max(...[...scores].map(f1At)).toFixed(3)).toBe(f1);
    expect(textOf(html, "#roc figcaption")).toContain(
      `${hits[0]} of 4 odd rows are found, with ${count - hits[0]!} false alarm${count - hits[0]! === 1 ? "" : "s"} among 296 normal rows`,
    );
    expect(found(html)[0]).toMatch(
      new RegExp(`^${hits[0]} of the 4 rows labelled odd are flagged, and ${count - hits[0]!} others?`),
    );
  });

  test("has the mean share of each column, and how many scores are above the threshold", () => {
    const shares = NAMES.map(
      (name) =>
        detection.reasons.reduce(
          (sum, { reasons }) => sum + (reasons.find((one) => one.name === name)?.share ?? 0),
          0,
        ) / detection.reasons.length,
    );
    const most = Math.max(...shares);
    expect(textOf(html, "#contributions figcaption")).toContain(
      `${NAMES[shares.indexOf(most)]} contributes ${Math.round(100 * most)} % on average`,
    );
    const above = detection.scores.filter((score) => score > detection.threshold).length;
    expect(textOf(html, "#scores figcaption")).toContain(`${above} of 300 rows`);
    expect(textOf(html, "#loss figcaption")).toMatch(/^After \d+ steps: training 0\.\d/);
    const about = textOf(html, "#about");
    expect(about).toContain("2 autoencoders, each with a code of 3 values");
    expect(about).toMatch(/120 steps for each autoencoder, \d+\.\d s for all/);
    expect(about).toMatch(/seed0made withisthmus \d+\.\d+/);
  });

  test("has every picture with a text in its place, and says nothing that is not a number", () => {
    const figures = Array.from(parse(html).querySelectorAll("figure"));
    expect(figures.map(({ id }) => id)).toEqual([
      "contributions",
      "scores",
      "roc",
      "precision-recall",
      "loss",
    ]);
    for (const figure of figures) {
      const svg = figure.querySelector("svg")!;
      expect(svg.getAttribute("role")).toBe("img");
      for (const kind of ["labelledby", "describedby"]) {
        expect(
          parse(html).getElementById(svg.getAttribute(`aria-${kind}`)!)!.textContent!.length,
        ).toBeGreaterThan(8);
      }
    }
    expect(html).not.toMatch(/NaN|undefined|Infinity|\[object/);
    const ids = Array.from(parse(html).querySelectorAll("[id]"), ({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  test("without labels counts the rows that PCA finds, too", async () => {
    const plain = await detectionReport(detection, data);
    expect(parse(plain).querySelector("#roc, #precision-recall, #labels")).toBe(null);
    const count = detection.flags.reduce((sum, flag) => sum + flag, 0);
    const pca = pcaScores(data, detection.detector.latentSize);
    const top = new Set(
      pca
        .map((_, i) => i)
        .sort((a, b) => pca[b]! - pca[a]!)
        .slice(0, count),
    );
    const both = [...top].filter((row) => detection.flags[row] === 1).length;
    const words = both === count ? "all" : both === 0 ? "none" : String(both);
    expect(found(plain)[0]).toContain(
      `PCA with 3 components, a linear method, has ${words} of the ${count} odd rows`,
    );
  });

  test("without odd rows, and with nothing else, says so", async () => {
    const draw = (threshold: number) => {
      const flags = detection.flags.map((_, i) => Number(detection.scores[i]! > threshold));
      const reasons = threshold > 0 ? [] : detection.reasons;
      return detectionReport(
        { ...detection, threshold, flags, reasons, rule: { kind: "threshold", threshold } },
        data,
      );
    };
    const none = await draw(1000);
    const top = detection.rank.indexOf(1);
    expect(textOf(none, "#verdict")).toBe(
      `None of 300 rows is odd: the oddest, row ${top + 1}, has a score of ${detection.scores[top]!.toPrecision(3)}, and the threshold is 1000.`,
    );
    // Those that come closest are there all the same, with reasons.
    expect(cells(none, "#rows").map(([row]) => row)[0]).toBe(String(top + 1));
    expect(cells(none, "#rows")[0]![2]).toMatch(/^level /);
    const all = await draw(0);
    expect(textOf(all, "#verdict")).toMatch(/^All 300 rows are above the threshold of 0/);
    for (const page of [none, all]) expect(page).not.toMatch(/NaN|undefined|Infinity/);
  });

  test("is refused parts that do not belong together", async () => {
    await expect(detectionReport(detection, data.slice(1))).rejects.toThrow(ShapeError);
    await expect(detectionReport(detection, data.slice(1))).rejects.toThrow(/299 samples for 300 scores/);
    await expect(detectionReport(detection, data, { labels: [0, 1] })).rejects.toThrow(/2 labels for 300/);
    const table = await readTable("a\n1\n2\n");
    await expect(detectionReport(detection, data, { table })).rejects.toThrow(/2 rows of the table for 300/);
    await expect(detectionReport({} as Detection, data)).rejects.toThrow(ArgumentError);
    await expect(detectionReport(detection, data, { tabel: 1 } as object)).rejects.toThrow(/tabel/);
  });
});

/** A table's samples, what is odd in them, and the report. */
async function ofTable(table: Table, more: Parameters<typeof detectionReport>[2] = {}) {
  const preprocessor = TablePreprocessor.fit(table);
  const samples = preprocessor.transform(table);
  const columns = preprocessor.columns.map(({ name, features, type, describe }) =>
    type === "number" ? { name, features } : { name, features, describe },
  );
  const detection = await detectAnomalies(samples, { columns, members: 2, steps: 60, engine });
  const html = await detectionReport(detection, samples, { table, preprocessor, ...more });
  await detection.detector.dispose();
  return { html, detection };
}

describe("a report on a table", () => {
  test("shows cells as they were written: commas, dates, categories, and what is missing", async () => {
    const lines = data.map(([a], row) => {
      const comma = (x: number) => x.toFixed(2).replace(".", ",");
      const day = new Date(Date.UTC(2024, 0, 1 + row))
        .toISOString()
        .slice(0, 10)
        .split("-")
        .reverse()
        .join(".");
      const site = row === 40 ? "Żnin" : ["Köln", "München"][row % 2];
      const level = row === 77 ? "90,50" : row % 9 === 2 ? "?" : comma(4 + a!);
      return `K-${row};${day};${site};${level};${comma(7 - 2 * a!)}`;
    });
    const { html } = await ofTable(await readTable(`Nr;Tag;Ort;Füllstand;Rest\n${lines.join("\n")}\n`));
    expect(textOf(html, "#verdict")).toMatch(
      / row 41 \(Nr K-40\), because Ort is Żnin, expected (Köln|München)\.$/,
    );
    const line = cells(html, "#rows").find(([row]) => row === "78")!;
    expect(line[1]).toBe("K-77");
    expect(line[3]).toMatch(/^Füllstand 90,50, expected \d+,\d+ \(\d+ %\)/);
    expect(textOf(html, "#rows")).toMatch(/Füllstand \?, expected \d+,\d+/);
    expect(textOf(html, "#rows")).toMatch(/Tag \d\d\.\d\d\.2024 \(\w{3}\), expected \w{3}/);
    const decided = new Map(cells(html, "#columns").map(([name, ...rest]) => [name, rest]));
    expect(decided.get("Nr")![0]).toBe("identifier");
    expect(decided.get("Füllstand")![4]).toContain("missing by the median");
    expect(textOf(html, "#rows")).toContain("row 1 is line 2 of the file");
  });

  test("takes hostile names and cells for what they are", async () => {
    const evil = "<script>alert(1)</script>";
    const lines = data.map(
      ([a, b], row) =>
        `${a},${row === 9 ? 50 : b},"${row === 9 ? '<img src=x onerror=""y"">' : ["u", "<b>"][row % 2]}"`,
    );
    const { html } = await ofTable(await readTable(`"${evil}","a""'&\u202eb",kind\n${lines.join("\n")}\n`), {
      title: evil,
      about: [["command", evil]],
      notes: [evil],
    });
    const document = parse(html);
    expect(document.querySelectorAll("script, img, main > b, td img").length).toBe(0);
    expect(document.querySelector("h1")!.textContent).toBe(evil);
    expect(document.querySelector("#columns")!.textContent).toContain(evil);
    expect(document.querySelector("#rows")!.textContent).toContain('<img src=x onerror="y">');
    expect(html).not.toContain("<script");
    expect(html).not.toContain("\u202e");
    expect(
      Array.from(document.querySelectorAll("#contributions text"), (text) => text.textContent),
    ).toContain("<script>alert(1)</scr…");
  });

  test("reads the label column, folds what is long, and can be of one row", async () => {
    const header = Array.from({ length: 40 }, (_, i) => `column number ${i} of the table`).join(",");
    const numbers = values(60, 40, 7, 0, 1);
    const lines = Array.from(
      { length: 60 },
      (_, row) => `${numbers.subarray(row * 40, row * 40 + 40).join(",")},${Number(row === 3)}`,
    );
    const { html } = await ofTable(await readTable(`${header},label\n${lines.join("\n")}\n`));
    expect(parse(html).querySelector("#columns details summary")!.textContent).toBe(
      "40 of 41 columns are used",
    );
    expect(parse(html).querySelector("#roc")).not.toBe(null);
    const samples = new Matrix(Float32Array.of(1, 2, 3), 1, 3);
    const detection = await detectAnomalies(samples, { members: 1, steps: 2, engine });
    const one = await detectionReport(detection, samples);
    expect(textOf(one, "#verdict")).toMatch(/^None of 1 row is odd/);
    expect(one).not.toMatch(/NaN|undefined|Infinity/);
    await detection.detector.dispose();
  });
});

describe("a report on a series", () => {
  const SIZE = 12;
  /** Readings every ten minutes with a gap; some stay the same for too long, and one is missing. */
  const series = Array.from({ length: 260 }, (_, i) => {
    const minutes = 10 * (i < 130 ? i : i + 60);
    const time = new Date(Date.UTC(2024, 2, 1) + 60_000 * minutes)
      .toISOString()
      .slice(0, 16)
      .replace("T", " ");
    const value = i >= 200 && i < 230 ? 9 : 4 + Math.sin(i / 5);
    return `${time},${i === 20 ? "" : value.toFixed(3)},${(2 - Math.cos(i / 5)).toFixed(3)}`;
  });

  test("marks the odd stretch in time, breaks at gaps, and has the reasons of the oddest window", async () => {
    const table = await readTable(`time,level,flow\n${series.join("\n")}\n`);
    const { order } = windows(
      await readTable(`time,x\n${series.map((line) => `${line.split(",")[0]},1`).join("\n")}\n`),
      { size: SIZE },
    );
    const preprocessor = TablePreprocessor.fit(table, { drop: ["time"] });
    const places = windows(preprocessor.transform(table), { size: SIZE });
    const columns = ["level", "flow"].map((name, j) => ({
      name,
      features: Array.from({ length: SIZE }, (_, i) => 2 * i + j),
      describe: (all: readonly number[]) => all.reduce((a, b) => a + b) / all.length,
    }));
    const detection = await detectAnomalies(places.samples, {
      columns,
      members: 2,
      steps: 100,
      contamination: 0.1,
      engine,
    });
    const html = await detectionReport(detection, places.samples, {
      table,
      preprocessor,
      windows: places,
      columns,
      order: order!,
    });
    // A row is odd if all windows around it are above the threshold.
    const odd = series.map((_, row) => {
      const around = [...places.starts.keys()].filter(
        (i) => places.starts[i]! <= row && row < places.starts[i]! + SIZE,
      );
      return around.every((i) => detection.scores[i]! > detection.threshold);
    });
    const count = odd.filter(Boolean).length;
    const [first, last] = [odd.indexOf(true), odd.lastIndexOf(true)];
    expect([first >= 190, last <= 240, last - first + 1]).toEqual([true, true, count]);
    const clock = (row: number) => series[row]!.slice(0, 16);
    expect(textOf(html, "#verdict")).toMatch(
      new RegExp(
        `^${count} of 260 rows are odd \\([\\d.]+ %\\), from ${clock(first)} to .*${clock(last).slice(11)}, because level averages \\d`,
      ),
    );
    expect(cells(html, "#rows").map((line) => line[1])).toEqual([String(count)]);
    const figure = parse(html).querySelector("#series")!;
    expect(figure.querySelectorAll("svg").length).toBe(2);
    const texts = Array.from(figure.querySelectorAll("svg.narrow text"), (text) => text.textContent);
    for (const name of ["level", "flow", "score"]) expect(texts).toContain(name);
    expect(figure.querySelector("figcaption")!.textContent).toContain("Lines break at 1 gap in time.");
    // The level's line has three parts: the missing reading and the gap divide it. The flow's has two.
    const paths = Array.from(
      figure.querySelectorAll('svg.narrow [stroke="var(--first)"] path'),
      (path) => path.getAttribute("d")!,
    );
    expect(paths.map((path) => path.split("M").length - 1)).toEqual([3, 2, 2]);
    expect(html).not.toMatch(/NaN|undefined|Infinity/);
    await detection.detector.dispose();
  });

  test("without times counts rows, and lists windows where no row is odd", async () => {
    const numbers = Array.from({ length: 120 }, (_, i) => [Math.sin(i / 4) + (i === 60 ? 5 : 0)]);
    const places = windows(new Matrix(Float64Array.from(numbers.flat()), 120, 1), { size: 8 });
    const detection = await detectAnomalies(places.samples, { members: 1, steps: 60, engine });
    const flags = detection.flags.map((_, i) => Number(i >= 58 && i < 61));
    const html = await detectionReport({ ...detection, flags, reasons: [] }, places.samples, {
      windows: places,
    });
    expect(textOf(html, "#verdict")).toMatch(
      /^None of 120 rows is odd; the oddest is row \d+, with a score of \d/,
    );
    expect(found(html)[0]).toMatch(/^3 windows of 113 are above the threshold, but no row/);
    expect(cells(html, "#rows").map((line) => line.slice(0, 2))).toEqual([["rows 59 to 68", "10"]]);
    expect(textOf(html, "#series h2")).toBe("The series, row by row");
    await detection.detector.dispose();
  });
});
