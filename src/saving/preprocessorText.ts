import { isOptions, show } from "../common/check.js";
import { ArgumentError, FormatError } from "../common/errors.js";
import { objectTag } from "../common/objectTag.js";

/** Key of the preprocessor in `__metadata__` of a model's file; its text is JSON. */
export const PREPROCESSOR_KEY = "isthmus.preprocessor";

/** What a preprocessor has learned, as plain JSON: names, categories, imputed values, windows. */
export type PreprocessorJson = Readonly<Record<string, unknown>>;

/** What makes a model's samples of data: an object with `toJSON`, such as a `TablePreprocessor`, or its JSON. */
export type Preprocessor =
  | {
      /** What a file keeps of it. */
      toJSON(): object;
    }
  | PreprocessorJson;

/**
 * A preprocessor as the text that a file keeps.
 *
 * @throws {ArgumentError} unless JSON makes an object of it
 */
export function preprocessorText(preprocessor: unknown): string {
  const refuse = (cause?: unknown) =>
    new ArgumentError(
      `preprocessor must be an object that JSON can hold, such as a TablePreprocessor, not ${show(preprocessor)}`,
      { cause },
    );
  if (objectTag(preprocessor) !== "Object" || !isOptions(preprocessor)) throw refuse();
  let text: string | undefined;
  try {
    text = JSON.stringify(preprocessor);
  } catch (cause) {
    throw refuse(cause);
  }
  if (text?.startsWith("{")) return text;
  throw refuse();
}

/** The metadata with which a file keeps a preprocessor. */
export function preprocessorMetadata(text: string | undefined): Record<string, string> {
  return text === undefined ? {} : { [PREPROCESSOR_KEY]: text };
}

/**
 * The text of the preprocessor in a file; undefined if it has none.
 *
 * @throws {FormatError} unless it is a JSON object
 */
export function readPreprocessor(metadata: Readonly<Record<string, string>>): string | undefined {
  const text = metadata[PREPROCESSOR_KEY];
  if (text === undefined) return undefined;
  try {
    if (isOptions(JSON.parse(text))) return text;
  } catch {
    // The error below says what is wrong.
  }
  throw new FormatError(`the preprocessor (__metadata__["${PREPROCESSOR_KEY}"]) is not a JSON object`);
}
