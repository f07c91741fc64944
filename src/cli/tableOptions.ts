import { type Command, InvalidArgumentError, Option } from "commander";
import type { ColumnType, ReadTableOptions, TablePreprocessorOptions } from "../data/index.js";
import { ArgumentError } from "../index.js";
import { positiveInteger } from "./options.js";

/** Options that say how to read a table. */
export interface ReadingOptions {
  delimiter?: string;
  /** Undefined: as the file looks. */
  header?: boolean;
  encoding?: string;
  maxUnpacked?: number;
}

/** Options of commands that learn from a table. */
export interface TableOptions extends ReadingOptions {
  columns?: string[];
  drop?: string[];
  labelColumn?: string;
  anomalyLabel?: string[];
  idColumn?: string;
  types?: Record<string, ColumnType>;
  missing?: string[];
  decimal?: "." | ",";
  window?: number;
  stride?: number;
  timeColumn?: string;
  splitGaps?: true;
}

/** Names separated by commas. */
function names(text: string): string[] {
  const found = text.split(",").map((name) => name.trim());
  if (found.includes("")) throw new InvalidArgumentError("It must be names separated by commas.");
  return found;
}

/** `name=type,name=type`; the library checks the types. */
function types(text: string): Record<string, ColumnType> {
  const pairs = names(text).map((pair) => /^(.+)=(\w+)$/s.exec(pair));
  if (pairs.includes(null)) throw new InvalidArgumentError("It must be name=type,name=type.");
  return Object.fromEntries(pairs.map((pair) => [pair![1]!, pair![2] as ColumnType]));
}

/** One character, `tab` for a tab. */
function delimiter(text: string): string {
  return /^(tab|\\t)$/.test(text) ? "\t" : text;
}

function option<T>(flags: string, description: string, parse: (text: string) => T): Option {
  return new Option(flags, description).argParser(parse);
}

/** Adds options that say how to read a table, what its columns are, and how to cut a series. */
export function addTableOptions(
  command: Command,
  window = "score windows of n rows, and each row by them",
): Command {
  addReadingOptions(addWindowOptions(addColumnOptions(command), window));
  return command.addOption(
    option(
      "--max-unpacked <bytes>",
      "refuse compressed data that unpack to more (default: 1 GiB)",
      positiveInteger,
    ),
  );
}

/** Adds options that say what the columns are. */
export function addColumnOptions(command: Command): Command {
  return command
    .addOption(option("--columns <names>", "columns to use, separated by commas (default: all)", names))
    .addOption(option("--drop <names>", "columns to leave out", names))
    .option(
      "--label-column <name>",
      'column that tells which rows are odd; "none" for none (default: found by name)',
    )
    .addOption(option("--anomaly-label <values>", "values of the label column that mean an odd row", names))
    .option("--id-column <name>", "column that names the rows")
    .addOption(
      option("--types <name=type,…>", "types of columns: number, category, boolean, date or drop", types),
    )
    .addOption(option("--missing <texts>", "further texts that stand for a missing value", names))
    .addOption(
      new Option("--decimal <mark>", "decimal mark (default: as the numbers look)").choices([".", ","]),
    );
}

/** Adds options that say how to read a table. */
export function addReadingOptions(command: Command): Command {
  return command
    .addOption(
      option("--delimiter <character>", "field delimiter; tab for a tab (default: found)", delimiter),
    )
    .option("--header", "the first line has the names of the columns (default: as it looks)")
    .option("--no-header", "the first line is a row")
    .option(
      "--encoding <name>",
      "encoding of a text, such as windows-1252 (default: UTF-8, or UTF-16 by its mark)",
    );
}

/**
 * Adds options that say how to cut a series.
 *
 * @param what what is done with its windows
 */
export function addWindowOptions(command: Command, what: string): Command {
  return command
    .addOption(option("--window <n>", `the table is a series: ${what}`, positiveInteger))
    .addOption(option("--stride <n>", "rows from one window to the next (default: 1)", positiveInteger))
    .option("--time-column <name>", "column of times that orders a series (default: found)")
    .option("--split-gaps", "leave out the windows of a series that cross a gap in time");
}

/** How much compressed data may unpack to, as readers take it. */
export function unpackingLimit({ maxUnpacked }: Pick<ReadingOptions, "maxUnpacked">): {
  maximumBytes?: number;
} {
  return maxUnpacked === undefined ? {} : { maximumBytes: maxUnpacked };
}

/** How to read the file. */
export function readingOptions(options: ReadingOptions): ReadTableOptions {
  const { delimiter, header, encoding, maxUnpacked } = options;
  return {
    ...(delimiter !== undefined && { delimiter }),
    ...(header !== undefined && { header }),
    ...(encoding !== undefined && { encoding }),
    ...(maxUnpacked !== undefined && { maximumBytes: maxUnpacked }),
  };
}

/** What the columns are. */
export function preprocessorOptions(options: TableOptions): TablePreprocessorOptions {
  const { columns, drop, labelColumn, anomalyLabel, idColumn, types, missing, decimal } = options;
  return {
    ...(columns && { columns }),
    ...(drop && { drop }),
    ...(labelColumn !== undefined && { labelColumn: labelColumn === "none" ? null : labelColumn }),
    ...(anomalyLabel && { anomalyLabel }),
    ...(idColumn !== undefined && { idColumn }),
    ...(types && { types }),
    ...(missing && { missing }),
    ...(decimal !== undefined && { decimal }),
  };
}

/** Options that only a table or a series has, by their names in commander. */
const TABLE_OPTIONS = [
  ...["columns", "drop", "labelColumn", "anomalyLabel", "idColumn", "types", "missing", "decimal"],
  ...["delimiter", "header", "encoding", "window", "stride", "timeColumn", "splitGaps"],
] as const satisfies readonly (keyof TableOptions)[];

const READING: readonly string[] = ["delimiter", "header", "encoding"];

/**
 * @param what what the data are instead
 * @param hint how to change that
 * @throws {ArgumentError} for options that data without named columns do not have
 */
export function assertNoTableOptions(
  options: TableOptions,
  what: string,
  hint = "; --kind changes it",
): void {
  const given = TABLE_OPTIONS.find((name) => options[name] !== undefined);
  if (given === undefined) return;
  throw new ArgumentError(`${flagOf(given)} is for tables and series, but DATA is taken for ${what}${hint}`);
}

/** @throws {ArgumentError} for options that only a series has */
export function assertNoSeriesOptions({ stride, timeColumn, splitGaps }: TableOptions): void {
  const [unused] = Object.entries({ stride, timeColumn, splitGaps }).filter(
    ([, value]) => value !== undefined,
  );
  if (unused) throw new ArgumentError(`${flagOf(unused[0])} is for a series: give --window, too`);
}

/**
 * @param other an option that has settled what is learned
 * @param why in a few words
 * @throws {ArgumentError} for options that say what to learn from a table
 */
export function assertNoLearning(options: TableOptions, other: string, why: string): void {
  const given = TABLE_OPTIONS.find((name) => options[name] !== undefined && !READING.includes(name));
  if (given) throw new ArgumentError(`${flagOf(given)} and ${other} cannot be used together: ${why}`);
}

/** `labelColumn` as the user writes it. */
export function flagOf(name: string): string {
  return `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}
