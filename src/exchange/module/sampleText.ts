// How the functions of a module read what they are given: numbers, rows of a table, rows of a series.
import { boolean, integer, isOptions, knownKeys, show } from "../../common/check.js";
import { ArgumentError } from "../../common/errors.js";
import { SeriesPreprocessor, TablePreprocessor } from "../../data/index.js";
import { type SeriesSource, type SeriesWindow, seriesSourceOf } from "../seriesSource.js";
import type { ModuleParts } from "./layerCalls.js";
import { tableText } from "./tableText.js";
import { doublesText } from "./weightBlock.js";

/** What samples are made of. */
export interface SampleSource {
  /** What makes numbers of the rows of a table. */
  readonly table: TablePreprocessor | undefined;
  /** How rows become windows. */
  readonly series: SeriesSource | undefined;
}

/**
 * @param inputSize numbers of a sample
 * @throws {ArgumentError} if the samples of the model cannot be made like this
 */
export function sampleSource(preprocessor: unknown, window: unknown, inputSize: number): SampleSource {
  if (preprocessor instanceof SeriesPreprocessor) {
    if (window !== undefined)
      throw new ArgumentError("window is part of a SeriesPreprocessor already; leave it out");
    const series = seriesSourceOf(preprocessor);
    const features = series.size * series.columns;
    requireSize(features, inputSize, `windows of ${features} features`);
    return { table: preprocessor.table, series };
  }
  if (preprocessor !== undefined && !(preprocessor instanceof TablePreprocessor)) {
    throw new ArgumentError(
      `preprocessor must be a TablePreprocessor or a SeriesPreprocessor, not ${show(preprocessor)}`,
    );
  }
  const features = preprocessor?.featureNames.length;
  if (window === undefined) {
    if (features !== undefined) requireSize(features, inputSize, `${features} features of a row`);
    return { table: preprocessor, series: undefined };
  }
  if (!isOptions(window))
    throw new ArgumentError(`window must be an object such as { size: 48 }, not ${show(window)}`);
  knownKeys("window", window, ["size", "stride", "splitAtGaps"]);
  const { size: wanted, stride: step, splitAtGaps = false } = window as Partial<SeriesWindow>;
  boolean("window.splitAtGaps", splitAtGaps);
  const [size, stride] = [integer("window.size", wanted), integer("window.stride", step ?? 1)];
  const columns = features ?? inputSize / size;
  if (!Number.isInteger(columns)) {
    throw new ArgumentError(
      `window.size is ${size}, but a sample has ${inputSize} values, which are no ${size} rows`,
    );
  }
  requireSize(size * columns, inputSize, `windows of ${size * columns} features`);
  return {
    table: preprocessor,
    series: { size, stride, columns, scaling: undefined, timeColumn: undefined, splitAtGaps },
  };
}

function requireSize(made: number, inputSize: number, what: string): void {
  if (made === inputSize) return;
  throw new ArgumentError(`preprocessor makes ${what}, but a sample has ${inputSize} values`);
}

/** The functions that all others read samples with, and the constants that those need. */
export interface SampleText {
  readonly functions: string;
  readonly constants: readonly string[];
}

export function sampleText(
  { table, series }: SampleSource,
  inputSize: number,
  parts: ModuleParts,
): SampleText {
  const { pieces } = parts;
  const rows = (width: number) => `${pieces.use("toRows")}(samples, ${width})`;
  const tables = table === undefined ? [] : [tableText(table, pieces)];
  if (!series) {
    const read = table
      ? `areRecords(samples) ? featuresOf(samples, tableColumns, missing) : ${rows(inputSize)}`
      : rows(inputSize);
    return {
      functions: readerText(`Samples as rows of ${inputSize} numbers.`, "readRows", read),
      constants: tables,
    };
  }
  const { size, stride, columns, scaling, timeColumn } = series;
  for (const name of ["seriesRows", "seriesScores", "oneWindow"]) pieces.use(name);
  if (table) pieces.use("seriesWindows");
  const ordered =
    timeColumn === undefined ? "samples" : `${pieces.use("inOrder")}(samples, ${JSON.stringify(timeColumn)})`;
  const read = table
    ? `areRecords(samples) ? featuresOf(${ordered}, tableColumns, missing) : ${rows(columns)}`
    : rows(columns);
  const windows = table
    ? `toRows(areRecords(samples) ? seriesWindows(readSeries(samples), seriesPlan) : samples, ${inputSize})`
    : rows(inputSize);
  const fields = [
    `size: ${size}`,
    `stride: ${stride}`,
    ...(scaling
      ? [
          `scaling: { offset: ${doublesText(scaling.offset, pieces)}, scale: ${doublesText(scaling.scale, pieces)} }`,
        ]
      : []),
  ];
  return {
    functions: [
      readerText(
        `The rows of a series, ${columns} numbers each, as its windows have them.`,
        "readSeries",
        `seriesRows(${read}, seriesPlan)`,
      ),
      readerText(`Windows as rows of ${inputSize} numbers.`, "readRows", windows),
    ].join("\n\n"),
    constants: [...tables, `const seriesPlan = { ${fields.join(", ")} };`],
  };
}

function readerText(what: string, name: string, value: string): string {
  return `/** ${what} */\nfunction ${name}(samples) {\n  return ${value};\n}`;
}
