import { basename } from "node:path";
import type { DetectionTable } from "../anomaly/detectionTable.js";
import { comparable } from "../anomaly/ranking.js";
import { saveText } from "../node.js";
import type { DetectionReportOptions } from "../report/index.js";
import type { ScoredImages } from "./imagesToScore.js";
import type { Found } from "./savedDetector.js";

/** What a report on a detection says besides its results. */
export interface DetectionNotes<T = DetectionTable> {
  /** The name of the data as given; `-` for standard input. */
  readonly name: string;
  /** The rows that the detector learned from, if they are others. */
  readonly fitted: T | undefined;
  /** The file of the detector, if it was saved before. */
  readonly model: string | undefined;
}

/** Writes a report on a detection, whole or not at all. */
export async function writeDetectionReport(
  path: string,
  input: DetectionTable,
  found: Found,
  { name, fitted, model }: DetectionNotes,
): Promise<void> {
  // The drawing code is large, so it is loaded only when needed.
  const { detectionReport } = await import("../report/index.js");
  const { table, preprocessor, columns, places, order, labels, notes, samples } = input;
  const known = comparable(labels);
  const title = name === "-" ? "standard input" : basename(name);
  const options: DetectionReportOptions = {
    table,
    preprocessor,
    columns,
    ...(places && { windows: places }),
    ...(order && { order }),
    ...(known && { labels: known }),
    ...(fitted && { fitOn: fitted.samples }),
    title: `Odd rows of ${title}`,
    notes,
    about: about(title, found, model),
  };
  await saveText(path, await detectionReport(found, samples, options));
}

/** The same for images. */
export async function writeImageReport(
  path: string,
  { data, names, notes }: ScoredImages,
  found: Found,
  { name, fitted, model }: DetectionNotes<ScoredImages>,
): Promise<void> {
  const { detectionReport } = await import("../report/index.js");
  const title = basename(name);
  const options: DetectionReportOptions = {
    ...(names && { names }),
    ...(fitted && { fitOn: fitted.data }),
    title: `Odd images of ${title}`,
    notes,
    about: about(title, found, model),
  };
  await saveText(path, await detectionReport(found, data, options));
}

/** How the report was made. */
function about(title: string, { seed }: Found, model: string | undefined): [string, string][] {
  return [
    ["data", title],
    ...(model === undefined ? [] : [["saved detector", basename(model)] as [string, string]]),
    ...(seed === undefined ? [] : [["seed", String(seed)] as [string, string]]),
    ["command", commandLine()],
  ];
}

/** The command as it was given. */
function commandLine(): string {
  const quoted = process.argv
    .slice(2)
    .map((part) => (/^[\w./:=,@%+-]+$/.test(part) ? part : shellQuoted(part)));
  return ["isthmus", ...quoted].join(" ");
}

function shellQuoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
