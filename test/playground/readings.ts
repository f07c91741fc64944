import { readTable, TablePreprocessor } from "../../src/data/index.js";
import { detectAnomalies } from "../../src/index.js";

/** Two rows that are wrong, from 0. */
export const WRONG = [77, 150];

/** Readings that follow each other, as CSV; the column `label` marks two that are wrong. */
export function readings(
  rows = 300,
  { wrong = true, header = "site,pressure,flow,level,label" } = {},
): string {
  const lines = Array.from({ length: rows }, (_, i) => {
    const a = Math.sin(i / 9);
    const site = wrong && i === WRONG[1] ? "Atlantis" : ["Berlin", "Köln"][i % 2];
    const flow = wrong && i === WRONG[0] ? 900 : 100 + 20 * a + (i % 7);
    const label = wrong && WRONG.includes(i) ? 1 : 0;
    return [site, (4 + a).toFixed(2), flow.toFixed(1), (7 - 2 * a + (i % 5) / 10).toFixed(2), label].join(
      ",",
    );
  });
  return `${header}\n${lines.join("\n")}\n`;
}

/** A value every ten minutes, with a stretch in which it stays high. */
export function series(rows = 400): string {
  const lines = Array.from({ length: rows }, (_, i) => {
    const time = new Date(Date.UTC(2026, 0, 1) + 600_000 * i).toISOString().slice(0, 16).replace("T", " ");
    const value = (i >= 250 && i < 280 ? 14 : 5 + 3 * Math.sin(i / 8)) + ((i * 7) % 11) / 20;
    return `${time},${value.toFixed(2)}`;
  });
  return `time,value\n${lines.join("\n")}\n`;
}

/** What the library makes of a CSV with labels. */
export async function inLibrary(
  csv: string,
  { seed, members, steps }: { seed: number; members?: number; steps?: number },
) {
  const table = await readTable(csv);
  const preprocessor = TablePreprocessor.fit(table);
  const columns = preprocessor.columns.map(({ name, type, features, describe }) =>
    type === "number" ? { name, features } : { name, features, describe },
  );
  const detection = await detectAnomalies(preprocessor.transform(table), {
    columns,
    labels: preprocessor.labels(table),
    seed,
    ...(members !== undefined && { members }),
    ...(steps !== undefined && { steps }),
  });
  await detection.detector.dispose();
  return detection;
}
