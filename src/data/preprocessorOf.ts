import { show } from "../common/check.js";
import { ArgumentError, FormatError } from "../common/errors.js";
import { SeriesPreprocessor } from "./seriesPreprocessor.js";
import { TablePreprocessor } from "./tablePreprocessor.js";

/** A model, or what `inspectModel` says of its file. */
export interface WithPreprocessor {
  /** JSON of a preprocessor. */
  readonly preprocessor?: unknown;
}

/**
 * The preprocessor that was saved with a model: it makes the model's samples of tables or series, and tables of what the
 * model returns.
 *
 * @example
 * const table = await readTable("city,population\nBonn,331\nKiel,247\nBonn,332\nKiel,246\n");
 * const model = { preprocessor: TablePreprocessor.fit(table).toJSON() }; // as a model of loadModel has it
 * const preprocessor = preprocessorOf(model);
 * if (preprocessor instanceof TablePreprocessor) console.log(preprocessor.featureNames.join()); // city = Bonn,city = Kiel,population
 *
 * @param model a model, such as one of `loadModel`, or the result of `inspectModel`
 * @returns undefined if it has none
 * @throws {FormatError} for a preprocessor of another kind, or of a later release
 */
export function preprocessorOf(model: WithPreprocessor): TablePreprocessor | SeriesPreprocessor | undefined {
  if (typeof model !== "object" || model === null || Array.isArray(model)) {
    throw new ArgumentError(`model must be a model or the result of inspectModel, not ${show(model)}`);
  }
  const { preprocessor } = model;
  if (preprocessor === undefined) return undefined;
  const { kind } = (preprocessor ?? {}) as { kind?: unknown };
  if (kind === "series") return SeriesPreprocessor.fromJSON(preprocessor);
  if (kind === undefined) return TablePreprocessor.fromJSON(preprocessor);
  throw new FormatError(
    `the model's preprocessor is of kind ${show(kind)}, which isthmus/data does not know`,
  );
}
