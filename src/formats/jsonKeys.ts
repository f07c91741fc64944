const QUOTE = 0x22;
const COLON = 0x3a;
const BACKSLASH = 0x5c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

/** The keys of a JSON object as written in its text, which the parsed object no longer shows. */
export interface JsonKeys {
  /** Keys of the outermost object, in the order of the text. JavaScript objects would put keys like "10" first. */
  outermost: string[];
  /** A key that occurs twice in one object, if any. `JSON.parse` would only keep its last value. */
  repeated: string | undefined;
}

/**
 * Reads the keys of the outermost object of `text` and of the objects directly inside it. It skips deeper objects, so that
 * hostile nesting cannot use much memory.
 *
 * @param text valid JSON: text that `JSON.parse` has accepted
 */
export function scanJsonKeys(text: string): JsonKeys {
  const outermost = new Set<string>();
  let inner = new Set<string>();
  let repeated: string | undefined;
  let depth = 0;
  let stringBegin = 0;
  let stringEnd = 0;

  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === QUOTE) {
      stringBegin = i;
      i = closingQuote(text, i);
      stringEnd = i + 1;
    } else if (code === OPEN_BRACE) {
      depth++;
      if (depth === 2) inner = new Set();
    } else if (code === CLOSE_BRACE) {
      depth--;
    } else if (code === COLON && depth <= 2) {
      // Outside a string, a colon only follows a key.
      const key = JSON.parse(text.slice(stringBegin, stringEnd)) as string;
      const keys = depth === 1 ? outermost : inner;
      if (keys.has(key)) repeated ??= key;
      keys.add(key);
    }
  }
  return { outermost: [...outermost], repeated };
}

function closingQuote(text: string, openingQuote: number): number {
  let i = openingQuote + 1;
  while (i < text.length && text.charCodeAt(i) !== QUOTE) i += text.charCodeAt(i) === BACKSLASH ? 2 : 1;
  return i;
}
