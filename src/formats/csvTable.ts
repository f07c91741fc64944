import { concatenate } from "../common/concatenate.js";
import { float32Text } from "./floatText.js";
import { encodeUtf8 } from "./utf8.js";

/** Rows of float32 with names for their columns. */
export interface FloatTable {
  readonly names: readonly string[];
  /** Row-major; as many columns as there are names. */
  readonly data: Float32Array;
}

/** Values that become text at a time: all of them could be more than a string can hold. */
const AT_ONCE = 1 << 16;

/**
 * Writes a table as CSV (RFC 4180, with a line feed alone): a line of names, then a line for each row. Each value is the
 * shortest decimal that reads as the same float32.
 *
 * @returns the file, in UTF-8
 */
export function encodeCsv({ names, data }: FloatTable): Uint8Array {
  const columns = names.length;
  const parts = [encodeUtf8(`${names.join(",")}\n`)];
  const step = Math.max(1, Math.floor(AT_ONCE / columns)) * columns;
  for (let begin = 0; begin < data.length; begin += step) {
    let text = "";
    for (let i = begin; i < Math.min(begin + step, data.length); i++) {
      text += float32Text(data[i]!) + ((i + 1) % columns === 0 ? "\n" : ",");
    }
    parts.push(encodeUtf8(text));
  }
  return concatenate(Uint8Array, parts);
}
