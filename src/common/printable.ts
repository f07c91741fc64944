/** Characters of foreign text that a message has room for. */
const LONGEST = 80;

/**
 * Characters that act on a terminal, a page or the text around them instead of being seen: controls (Cc), format
 * characters such as bidirectional overrides, zero-width ones and byte order marks (Cf), line and paragraph separators
 * (Zl, Zp), and halves of surrogate pairs (Cs); categories of Unicode Standard Annex #44. The zero-width joiner within
 * an emoji, captured, belongs to what is seen.
 */
const UNSEEN =
  /((?<=\p{Extended_Pictographic}[\u{1F3FB}-\u{1F3FF}\uFE0F]?)\u200D(?=\p{Extended_Pictographic}))|[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

const SHORT: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

/**
 * Text that can be printed wherever it comes from: each character that would act instead of being seen becomes `\n`,
 * `\r`, `\t` or `\uXXXX`, JSON's escapes. Text that is JSON stays JSON, with the same meaning.
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

/** Foreign text in quotes, for a message: printable, and cut to a length that fits in one. */
export function quote(text: string): string {
  return printable(JSON.stringify(cut(text)));
}

/** The beginning of text that is long; no surrogate pair is cut in two. */
export function cut(text: string, longest = LONGEST): string {
  if (text.length <= longest) return text;
  const end = /[\uD800-\uDBFF]/.test(text[longest - 1]!) ? longest - 1 : longest;
  return `${text.slice(0, end)}…`;
}
