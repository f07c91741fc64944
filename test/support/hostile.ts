/** Characters that act on a terminal or on the text around them instead of being seen. */
export const HOSTILE: readonly string[] = [
  ...range(0x00, 0x1f),
  ...range(0x7f, 0x9f),
  ...[0xad, 0x61c, 0x200b, 0x200c, 0x200d, 0x200e, 0x200f],
  ...[0x2028, 0x2029, ...range(0x202a, 0x202e), 0x2060, ...range(0x2066, 0x2069)],
  ...[0xfeff, 0xfff9, 0xfffb, 0xe0001, 0xe0041],
  ...range(0xd800, 0xd801),
  ...range(0xdffe, 0xdfff),
].map((code) => String.fromCodePoint(code));

function range(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, i) => first + i);
}

/** Those of the hostile characters that text has, by their code points; line breaks are allowed where `lines`. */
export function hostileIn(text: string, lines = false): string[] {
  const allowed = lines ? ["\n"] : [];
  return [...text]
    .filter((character) => HOSTILE.includes(character) && !allowed.includes(character))
    .map((character) => character.codePointAt(0)!.toString(16));
}
