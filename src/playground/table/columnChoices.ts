import type { Table, TablePreprocessorOptions } from "../../data/index.js";
import { ArgumentError } from "../../index.js";
import type { ColumnChoices } from "./tableMessages.js";

/** All columns as the library decides. */
export function noChoices({ columns }: Table): ColumnChoices {
  return { uses: columns.map(() => "auto"), oddLabels: "" };
}

/** Options for the visitor's choices. */
export function columnOptions(
  { columns }: Table,
  { uses, oddLabels }: ColumnChoices,
): TablePreprocessorOptions {
  const named = (use: string) => columns.find((_, i) => uses[i] === use)?.name;
  const [label, id] = [named("label"), named("id")];
  const types = columns.flatMap(({ name }, i) => {
    const use = uses[i] ?? "auto";
    return use === "auto" || use === "label" || use === "id" ? [] : [[name, use] as const];
  });
  const values = oddLabels.split(",").map((text) => text.trim());
  return {
    types: Object.fromEntries(types),
    ...(label !== undefined && { labelColumn: label }),
    ...(id !== undefined && { idColumn: id }),
    ...(oddLabels.trim() !== "" && { anomalyLabel: values }),
  };
}

/** An error about labels that are not known names the page's field instead of the library's option. */
export function oddLabelsHint(error: unknown): unknown {
  if (!(error instanceof ArgumentError)) return error;
  const [told, rest] = error.message.split("; pass anomalyLabel");
  return rest === undefined
    ? error
    : new ArgumentError(`${told}. Enter the one that means odd below the columns.`, { cause: error });
}
