import { show } from "../common/check.js";
import { ArgumentError, ShapeError } from "../common/errors.js";
import type { Table } from "../formats/table.js";
import { isTruth } from "./booleanColumn.js";
import type { ColumnEncoder } from "./columnEncoder.js";
import { ColumnProfile } from "./columnProfile.js";
import { type ColumnDecision, type Decided, decideColumns } from "./decideColumns.js";
import { type CheckedPreprocessorOptions, requireColumns } from "./preprocessorOptions.js";
import { columnsByName, placesOf, requireTable } from "./tableCheck.js";

/** What was learned about a table's columns. */
export interface LearntColumns {
  readonly encoders: readonly ColumnEncoder[];
  readonly decisions: readonly ColumnDecision[];
  readonly options: Pick<CheckedPreprocessorOptions, "missing" | "anomalyLabels" | "idColumn">;
  readonly labelColumn: string | undefined;
}

/** Learns what a preprocessor needs to know, chunk by chunk. */
export class ColumnLearner {
  readonly #options: CheckedPreprocessorOptions;
  readonly #profiles = new Map<string, ColumnProfile>();
  #rows = 0;

  constructor(options: CheckedPreprocessorOptions) {
    this.#options = options;
  }

  add(chunk: Table): void {
    const table = requireTable(chunk);
    const columns = columnsByName(table);
    const placeOf = placesOf(table, this.#rows);
    for (const [name, column] of columns) {
      let profile = this.#profiles.get(name);
      // If a column first appears in a later chunk, its earlier values count as missing.
      if (!profile) {
        const wanted = this.#options.types.get(name) === "boolean" ? isTruth : undefined;
        profile = new ColumnProfile(name, this.#rows, wanted);
        this.#profiles.set(name, profile);
      }
      profile.add(column, this.#options.missing, placeOf);
    }
    for (const [name, profile] of this.#profiles) if (!columns.has(name)) profile.missing += table.rows;
    this.#rows += table.rows;
  }

  /** @throws {ArgumentError} {FormatError} {NonFiniteError} {ShapeError} if nothing can be learned */
  end(): LearntColumns {
    const options = this.#options;
    if (this.#rows === 0) throw new ShapeError("the table has no rows; at least one is needed");
    requireColumns(options, [...this.#profiles.keys()]);
    const decided = decideColumns([...this.#profiles.values()], this.#rows, options);
    const encoders = decided.flatMap(({ encoder }) => (encoder ? [encoder] : []));
    const decisions = decided.map(({ decision }) => decision);
    if (encoders.length === 0) throw nothingLeft(decided, this.#rows);
    const labelColumn = decisions.find(({ type }) => type === "label")?.column;
    return { encoders, decisions, options, labelColumn };
  }
}

function nothingLeft(decided: readonly Decided[], rows: number): ArgumentError {
  const reasons = decided.slice(0, 5).map(({ decision }) => `${show(decision.column)}: ${decision.action}`);
  if (decided.length > 5) reasons.push("…");
  const few = rows === 1 ? " (there is only one row)" : "";
  return new ArgumentError(
    `the table has no column to learn from${few}: ${reasons.join("; ")}; the option types says what a column is`,
  );
}
