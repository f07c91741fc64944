import { concatenate } from "../common/concatenate.js";
import { float32Text } from "./floatText.js";
import { encodeUtf8 } from "./utf8.js";

/** A table of float32 values with column names. */
export interface FloatTable {
  readonly names: readonly string[];
  /** Row-major, with one column per name. */
  readonly data: Float32Array;
}

/** Values to format at a time. A single string might not hold all of them. */
const AT_ONCE = 1 << 16;

/**
 * Writes a table as CSV (RFC 4180, but with line feeds): a line of names, then one line per row. Each value is the shortest
 * decimal that reads back as the same float32.
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
