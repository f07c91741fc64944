import { readTable, TablePreprocessor, windows } from "../../src/data/index.js";
import { detectAnomalies } from "../../src/index.js";
import { detectionReport } from "../../src/report/index.js";
import { values } from "../support/models.js";

const options = { members: 2, steps: 60, engine: { math: "portable", threads: 1 } } as const;

async function drawn(text: string, size?: number): Promise<string> {
  const table = await readTable(text);
  const preprocessor = TablePreprocessor.fit(table);
  const features = preprocessor.transform(table);
  const places = size === undefined ? undefined : windows(features, { size });
  const samples = places?.samples ?? features;
  const columns = preprocessor.columns.map(({ name, features: own }) => ({
    name,
    features: Array.from({ length: size ?? 1 }, (_, row) =>
      own.map((feature) => row * features.columns + feature),
    ).flat(),
  }));
  const detection = await detectAnomalies(samples, { ...options, columns });
  const html = await detectionReport(detection, samples, {
    table,
    preprocessor,
    columns,
    ...(places && { windows: places }),
    title: "Odd rows",
  });
  await detection.detector.dispose();
  return html;
}

/** Rows of numbers as CSV. */
function lines(rows: number, columns: number, line: (row: number, own: Float32Array) => string): string {
  const all = values(rows, columns, 5, -1, 1);
  return Array.from({ length: rows }, (_, row) =>
    line(row, all.subarray(row * columns, (row + 1) * columns)),
  ).join("\n");
}

/** Pages that are hard to lay out. */
export const detectionPages = {
  "rows with labels, names and texts": () =>
    drawn(
      `id,Größe,Ort,pressure,label\n${lines(
        400,
        3,
        (row, [a, b, c]) =>
          `sensor-${row},${(1e5 * (a! + 3)).toFixed(1)},${row % 50 === 7 ? "Żnin" : b! > 0 ? "Köln" : "München"},${a! + 0.1 * c! + (row % 80 === 9 ? 9 : 0)},${Number(row % 80 === 9)}`,
      )}\n`,
    ),
  "very many columns with long names": () =>
    drawn(
      `${Array.from({ length: 120 }, (_, j) => `temperature of sensor number ${j} in the hall`).join(",")}\n${lines(
        80,
        120,
        (row, own) => own.map((value, j) => (row === 3 && j % 9 === 0 ? 40 : value)).join(","),
      )}\n`,
    ),
  "twenty rows": () =>
    drawn(`a,b\n${lines(20, 2, (row, [a, b]) => `${row === 7 ? 30 : a! - 1000},${b! * 1e-6}`)}\n`),
  "a series": () =>
    drawn(
      `level,flow\n${lines(
        300,
        2,
        (row, [a, b]) =>
          `${row > 150 && row < 190 ? 900 : Math.sin(row / 9) + 0.1 * a!},${Math.cos(row / 9) + 0.1 * b!}`,
      )}\n`,
      24,
    ),
};
