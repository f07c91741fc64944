import { imageDimensions } from "../../anomaly/imageRegions.js";
import { checkLabels, comparable, readLabels } from "../../anomaly/ranking.js";
import { retold } from "../../anomaly/retold.js";
import { oddestWindows, type RowResults, rowResults } from "../../anomaly/rowResults.js";
import { detectorColumns } from "../../anomaly/tableColumns.js";
import { knownKeys, show } from "../../common/check.js";
import { ArgumentError, ShapeError } from "../../common/errors.js";
import type { Table, TablePreprocessor, TimeOrder, Windows } from "../../data/index.js";
import { type Rows, type Samples, toOwnRows } from "../../data/samples.js";
import { labelsIn } from "../../data/tableLabels.js";
import type {
  AnomalyDetector,
  Detection,
  DetectionHistory,
  DetectorColumn,
  EnsembleDetector,
  Labels,
  RowReasons,
} from "../../index.js";
import type { Fact } from "../page.js";
import type { ImageShape } from "../strips.js";

/** The result of `detectAnomalies` or `detectImages`, or what a saved detector gives. */
export type ReportedDetection = Pick<Detection, "scores" | "flags" | "reasons" | "threshold" | "rule"> & {
  /** Of `detectAnomalies`, or of `detectImages`. */
  readonly detector: EnsembleDetector | AnomalyDetector;
  /** The losses of the training and how long it took; whatever is missing is not drawn. */
  readonly history?: Pick<DetectionHistory, "loss"> & Partial<DetectionHistory>;
};

/** Options of `detectionReport`; all are optional. */
export interface DetectionReportOptions {
  /** The table that the samples were made from. Its cells are shown as they are; a series must be sorted by time. */
  table?: Table;
  /** What made samples of the table: its column names, and what was decided about each column. */
  preprocessor?: TablePreprocessor;
  /** The columns as `detectAnomalies` got them; default: those of the preprocessor or of the detector. */
  columns?: readonly DetectorColumn[];
  /** For a series: the result of `windows`, whose `samples` were given to the detector. */
  windows?: Windows;
  /** The times of the series' rows; default: those of `windows`. */
  order?: TimeOrder;
  /** 1 or true for each row that is known to be an anomaly; default: the label column of the table, if there is one. */
  labels?: Labels;
  /** The rows that the detector learned from, if they are others; PCA then learns from them, too. */
  fitOn?: Samples;
  /** Heading of the report; default `"Odd rows"`, or `"Odd images"`. */
  title?: string;
  /** Further lines on how the report was made, such as the command and the seed. */
  about?: readonly (readonly [name: string, value: string])[];
  /** Remarks on the data, a sentence each. */
  notes?: readonly string[];
  /** What each row is called, such as the file of an image. */
  names?: readonly string[];
}

const KEYS: readonly (keyof DetectionReportOptions)[] = [
  ...(["table", "preprocessor", "columns", "windows", "order", "labels", "fitOn"] as const),
  ...(["title", "about", "notes", "names"] as const),
];

/** All that the parts of a report are made from. */
export interface DetectionSubject {
  readonly detection: ReportedDetection;
  /** One a row, or one a window of a series. */
  readonly samples: Rows;
  readonly fitOn: Rows;
  /** Whether `fitOn` are rows of their own. */
  readonly separate: boolean;
  readonly columns: readonly DetectorColumn[];
  /** Number of rows, or of points of a series. */
  readonly rows: number;
  readonly results: RowResults;
  /** Flagged rows, the oddest first. */
  readonly odd: readonly number[];
  readonly labels: Uint8Array | undefined;
  readonly table: Table | undefined;
  readonly preprocessor: TablePreprocessor | undefined;
  readonly windows: Windows | undefined;
  readonly order: TimeOrder | undefined;
  /** What a row is. */
  readonly noun: "row" | "image";
  /** What each row is called; undefined if it has only a number. */
  readonly names: readonly string[] | undefined;
  /** The shape of samples that are images. */
  readonly image: ImageShape | undefined;
  readonly title: string;
  readonly about: readonly Fact[];
  readonly notes: readonly string[];
  /** The reasons of any rows, in the words of the columns. */
  explain(rows: readonly number[]): Promise<Map<number, RowReasons>>;
}

/**
 * Puts together the subject of a report.
 *
 * @throws {ArgumentError} {ShapeError} {NonFiniteError} for parts that do not belong together
 */
export function detectionSubject(
  detection: ReportedDetection,
  given: Samples,
  options: DetectionReportOptions,
): DetectionSubject {
  knownKeys("detectionReport", options, KEYS);
  if (typeof detection !== "object" || detection === null || !detection.detector?.score) {
    throw new ArgumentError(
      `detection must be a result of detectAnomalies or detectImages, not ${show(detection)}`,
    );
  }
  const { table, preprocessor, windows, names, about = [], notes = [] } = options;
  const { inputSize } = detection.detector;
  const samples = toOwnRows("samples", given, inputSize);
  assertCount("samples", samples.rows, "scores", detection.scores.length);
  if (windows) assertCount("windows", windows.starts.length, "samples", samples.rows);
  const rows = windows?.rows ?? samples.rows;
  if (table) assertCount("rows of the table", table.rows, "rows", rows);
  if (names) assertCount("names", names.length, "rows", rows);
  const results = rowResults(detection, windows);
  const image = imageOf(detection.detector);
  const known =
    options.labels === undefined
      ? table && preprocessor && labelsIn(table, preprocessor)
      : readLabels(options.labels);
  const labels = options.labels === undefined ? known : known && checkLabels(known, rows);
  const words = preprocessor && !windows && detectorColumns(preprocessor);
  const columns = options.columns ?? (words || detection.detector.columns);
  return {
    detection,
    samples,
    fitOn: options.fitOn === undefined ? samples : toOwnRows("fitOn", options.fitOn, inputSize),
    separate: options.fitOn !== undefined,
    columns,
    rows,
    results,
    odd: flaggedRows(results),
    labels: comparable(labels),
    table,
    preprocessor,
    windows,
    order: options.order ?? windows?.order,
    noun: image ? "image" : "row",
    names,
    image,
    title: options.title ?? (image ? "Odd images" : "Odd rows"),
    about,
    notes,
    async explain(wanted) {
      const found = new Map<number, RowReasons>();
      for (const row of wanted) {
        const known = results.reasons.get(row);
        if (known) found.set(row, retold(known, columns));
      }
      const unknown = wanted.filter((row) => !found.has(row));
      if (unknown.length === 0) return found;
      const windowOf = windows && oddestWindows(windows, detection.scores);
      const values = unknown.map((row) => {
        const sample = windowOf ? windowOf[row]! : row;
        return samples.data.subarray(sample * inputSize, (sample + 1) * inputSize);
      });
      const reasons = await detection.detector.explain(values);
      reasons.forEach((row, i) => {
        found.set(unknown[i]!, retold(row, columns));
      });
      return found;
    },
  };
}

/** The shape of the images that a detector takes; undefined for other samples. */
function imageOf(detector: ReportedDetection["detector"]): ImageShape | undefined {
  if (!("model" in detector)) return undefined;
  const [height, width, channels] = imageDimensions(detector.model.inputShape) ?? [];
  return channels === undefined ? undefined : { height: height!, width: width!, channels: channels as 1 | 3 };
}

function assertCount(name: string, count: number, other: string, wanted: number): void {
  if (count !== wanted) {
    throw new ShapeError(`there are ${count} ${name} for ${wanted} ${other}; they must be of the same data`);
  }
}

/** Flagged rows, the oddest first. */
export function flaggedRows({ flags, rank }: RowResults): number[] {
  return Array.from(flags.keys())
    .filter((row) => flags[row] === 1)
    .sort((a, b) => rank[a]! - rank[b]!);
}
