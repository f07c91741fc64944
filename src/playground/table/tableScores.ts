import type { DetectionTable } from "../../anomaly/detectionTable.js";
import { comparable, evaluateScores } from "../../anomaly/ranking.js";
import { oddestWindows, ofFlagged, rowResults, withResults } from "../../anomaly/rowResults.js";
import { flagsOf } from "../../anomaly/threshold.js";
import { cut, printable } from "../../common/printable.js";
import { Matrix, pointScores, type TableColumn } from "../../data/index.js";
import { encodeCsv } from "../../formats/csvTable.js";
import { describeReason, type EnsembleDetector, type RowReasons } from "../../index.js";
import { oddStretches } from "../../report/detection/stretches.js";
import { descendingOrder, ranksIn } from "../../statistics/descending.js";
import type { Find, Scored } from "./tableMessages.js";

/** Further reasons with a smaller share are not shown: they say 0 %. */
const LEAST_SHARE = 0.005;

/** The scores of a table, with what they say of its rows. */
export class TableScores {
  readonly #detector: EnsembleDetector;
  readonly #input: DetectionTable;
  /** One per sample: a row, or a window. */
  readonly #samples: Float32Array;
  /** One per row. */
  readonly scores: Float32Array;
  /** A row is flagged if this is above the threshold: in a series, all of its windows are then. */
  readonly deciding: Float32Array;
  /** The window whose reasons are a row's; undefined for a table whose rows are the samples. */
  readonly #windows: Int32Array | undefined;
  #sorted: Uint32Array | undefined;
  /** By sample. */
  readonly #reasons = new Map<number, RowReasons>();

  /** @param samples the detector's scores of the samples */
  constructor(detector: EnsembleDetector, input: DetectionTable, samples: Float32Array) {
    const { places } = input;
    this.#detector = detector;
    this.#input = input;
    this.#samples = samples;
    this.scores = places ? Float32Array.from(pointScores(samples, places)) : samples;
    this.deciding = places ? Float32Array.from(pointScores(samples, places, { combine: "min" })) : samples;
    this.#windows = places && oddestWindows(places, samples);
  }

  /** How well the scores agree with the label column, if it has both kinds of rows. */
  evaluation(): Scored["evaluation"] {
    const labels = comparable(this.#input.labels);
    if (!labels) return undefined;
    const { rocAuc, averagePrecision } = evaluateScores(this.scores, labels, 0);
    return { rocAuc, averagePrecision };
  }

  /**
   * The oddest rows of a table, whether they are above the threshold or not; of a series, the oddest of the stretches above
   * the threshold, or its oddest row if there are none.
   */
  async finds(threshold: number, count: number): Promise<Find[]> {
    const stretches = this.#windows
      ? this.#stretches(threshold)
      : this.#oddest(count).map((row) => alone(row));
    const found = stretches.slice(0, count);
    await this.#explain(found.map(({ row }) => row));
    return found.map((stretch) => ({
      ...stretch,
      place: printable(this.#place(stretch)),
      score: this.scores[stretch.row]!,
      reasons: this.#reasonsOf(stretch.row)
        .filter(({ share }, i) => i === 0 || share >= LEAST_SHARE)
        .map((reason) => ({ text: printable(describeReason(reason)), share: reason.share })),
    }));
  }

  /** All rows, the oddest first. */
  get #order(): Uint32Array {
    this.#sorted ??= descendingOrder(this.scores);
    return this.#sorted;
  }

  #oddest(count: number): number[] {
    return Array.from(this.#order.subarray(0, count));
  }

  /** Stretches of flagged rows, the oddest first. */
  #stretches(threshold: number): Stretch[] {
    const flags = flagsOf(this.deciding, threshold);
    const rank = ranksIn(this.#order);
    const found = oddStretches({ flags, rank }).sort((a, b) => rank[a.peak]! - rank[b.peak]!);
    if (found.length === 0) return this.#oddest(1).map((row) => alone(row));
    return found.map(({ first, last, peak }) => ({ first, last, row: peak }));
  }

  /** A row by its name, its time or its number, counted from 1; a stretch by its first and last row. */
  #place({ first, last }: Stretch): string {
    const { table, preprocessor, order } = this.#input;
    const named = columnOf(table.columns, order?.timeColumn ?? preprocessor.idColumn);
    const name = (row: number) => {
      const cell = named?.values[row];
      const text = cell instanceof Date ? cell.toISOString() : String(cell ?? "");
      return text === "" ? "" : cut(text, 40);
    };
    const line = table.lines?.[first];
    const number = (row: number) => (row + 1).toLocaleString("en");
    if (first !== last) {
      const rows = `rows ${number(first)} to ${number(last)}`;
      return named ? `${name(first)} to ${name(last)} (${rows})` : rows;
    }
    // Behind a header, lines say nothing new.
    const row =
      line === undefined || line === first + 2
        ? `row ${number(first)}`
        : `row ${number(first)}, line ${line}`;
    return named && name(first) !== "" ? `${name(first)} (${row})` : row;
  }

  #sampleOf(row: number): number {
    return this.#windows ? this.#windows[row]! : row;
  }

  #reasonsOf(row: number): RowReasons["reasons"] {
    return this.#reasons.get(this.#sampleOf(row))?.reasons ?? [];
  }

  /** Finds the reasons of rows that have none yet. */
  async #explain(rows: readonly number[]): Promise<void> {
    const { samples, columns } = this.#input;
    const samplesOfRows = rows.map((row) => this.#sampleOf(row));
    const missing = [...new Set(samplesOfRows)].filter((each) => each >= 0 && !this.#reasons.has(each));
    if (missing.length === 0) return;
    const data = new Float64Array(missing.length * samples.columns);
    missing.forEach((each, i) => {
      data.set(samples.row(each), i * samples.columns);
    });
    const explained = await this.#detector.explain(new Matrix(data, missing.length, samples.columns));
    for (const reasons of ofFlagged(explained, missing, columns)) this.#reasons.set(reasons.row, reasons);
  }

  /** The table with score, anomaly, rank and reason of each row, as CSV. */
  async toCsv(threshold: number): Promise<Uint8Array<ArrayBuffer>> {
    const rows = Array.from(this.deciding.keys()).filter((row) => this.deciding[row]! > threshold);
    await this.#explain(rows);
    const { table, places } = this.#input;
    const flags = flagsOf(this.#samples, threshold);
    const reasons = [...this.#reasons.values()].filter(({ row }) => places !== undefined || flags[row] === 1);
    const results = rowResults({ scores: this.#samples, flags, reasons }, places);
    return new Uint8Array(encodeCsv(withResults(table, results)));
  }
}

/** Rows that follow each other, and the oddest of them. */
type Stretch = Pick<Find, "first" | "last" | "row">;

function alone(row: number): Stretch {
  return { first: row, last: row, row };
}

function columnOf(columns: readonly TableColumn[], name: string | undefined): TableColumn | undefined {
  return columns.find((column) => column.name === name);
}
