/** The longest quotation of foreign text in a message, in characters. */
const LONGEST = 80;

/**
 * Invisible characters that affect a terminal, a page or the text around them: controls (Cc), format characters such as
 * bidirectional overrides, zero-width characters and byte order marks (Cf), line and paragraph separators (Zl, Zp), and
 * lone surrogates (Cs). Categories are those of Unicode Standard Annex #44. A zero-width joiner inside an emoji is
 * captured, because it is part of what people see.
 */
const UNSEEN =
  /((?<=\p{Extended_Pictographic}[\u{1F3FB}-\u{1F3FF}\uFE0F]?)\u200D(?=\p{Extended_Pictographic}))|[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

const SHORT: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

/**
 * Makes text from any source safe to print: each invisible character becomes `\n`, `\r`, `\t` or `\uXXXX`, as in JSON.
 * JSON text stays valid JSON with the same meaning.
 */
export function printable(text: string): string {
  return text.replace(UNSEEN, (character: string, joiner?: string) => joiner ?? escaped(character));
}

function escaped(character: string): string {
  const short = SHORT[character];
  if (short !== undefined) return short;
  return character
    .split("")
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`)
    .join("");
}

/** Quotes foreign text for a message: printable, and cut to a reasonable length. */
export function quote(text: string): string {
  return printable(JSON.stringify(cut(text)));
}

/** Cuts off the end of long text without splitting a surrogate pair. */
export function cut(text: string, longest = LONGEST): string {
  if (text.length <= longest) return text;
  const end = /[\uD800-\uDBFF]/.test(text[longest - 1]!) ? longest - 1 : longest;
  return `${text.slice(0, end)}…`;
}
