import { type Command, InvalidArgumentError, Option } from "commander";
import type { ColumnType, ReadTableOptions, TablePreprocessorOptions } from "../data/index.js";
import { positiveInteger } from "./options.js";

/** Options of commands that take a table. */
export interface TableOptions {
  columns?: string[];
  drop?: string[];
  labelColumn?: string;
  anomalyLabel?: string[];
  idColumn?: string;
  types?: Record<string, ColumnType>;
  missing?: string[];
  decimal?: "." | ",";
  delimiter?: string;
  /** Undefined: as the file looks. */
  header?: boolean;
  window?: number;
  stride?: number;
  timeColumn?: string;
  maxUnpacked?: number;
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

/** Adds options that say how to read a table, and what its columns are. */
export function addTableOptions(command: Command): Command {
  const option = <T>(flags: string, description: string, parse: (text: string) => T) =>
    new Option(flags, description).argParser(parse);
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
    )
    .addOption(
      option("--delimiter <character>", "field delimiter; tab for a tab (default: found)", delimiter),
    )
    .option("--header", "the first line has the names of the columns (default: as it looks)")
    .option("--no-header", "the first line is a row")
    .addOption(
      option(
        "--window <n>",
        "the table is a series: score windows of n rows, and each row by them",
        positiveInteger,
      ),
    )
    .addOption(option("--stride <n>", "rows from one window to the next (default: 1)", positiveInteger))
    .option("--time-column <name>", "column of times that orders a series (default: found)")
    .addOption(
      option(
        "--max-unpacked <bytes>",
        "refuse compressed data that unpack to more (default: 1 GiB)",
        positiveInteger,
      ),
    );
}

/** How to read the file. */
export function readingOptions(options: TableOptions): ReadTableOptions {
  const { delimiter, header, maxUnpacked } = options;
  return {
    ...(delimiter !== undefined && { delimiter }),
    ...(header !== undefined && { header }),
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
