/** Length of the longest code in bits (RFC 1951, section 3.2.7). */
const LONGEST = 15;

/**
 * A Huffman code of deflate (RFC 1951, section 3.2.2) as a lookup table. The next bits are the index; an entry is
 * `symbol << 4 | length of its code`, or 0 for bits that are not a code.
 */
export interface HuffmanCode {
  readonly entries: Uint16Array;
  /** Mask of the bits that are the index. */
  readonly mask: number;
}

/**
 * @param lengths length of each symbol's code in bits; 0 for a symbol that does not occur
 * @returns undefined if the lengths make no valid code: some bits would have no meaning, or two. No code at all is allowed,
 * and so is a single code of one bit
 */
export function huffmanCode(lengths: Uint8Array): HuffmanCode | undefined {
  const counts = new Uint16Array(LONGEST + 1);
  for (const length of lengths) counts[length]!++;
  counts[0] = 0;
  let longest = LONGEST;
  while (longest > 0 && counts[longest] === 0) longest--;

  // The first code of each length; `left` codes of that length are still free.
  const next = new Uint16Array(LONGEST + 2);
  let left = 1;
  for (let length = 1; length <= longest; length++) {
    left = 2 * left - counts[length]!;
    if (left < 0) return undefined;
    next[length + 1] = (next[length]! + counts[length]!) << 1;
  }
  if (left > 0 && longest > 1) return undefined;

  const entries = new Uint16Array(1 << longest);
  for (let symbol = 0; symbol < lengths.length; symbol++) {
    const length = lengths[symbol]!;
    if (length === 0) continue;
    // Codes are stored with their highest bit first.
    const first = reversed(next[length]!++, length);
    for (let at = first; at < entries.length; at += 1 << length) entries[at] = (symbol << 4) | length;
  }
  return { entries, mask: entries.length - 1 };
}

function reversed(code: number, length: number): number {
  let bits = 0;
  for (let bit = 0; bit < length; bit++) bits |= ((code >>> bit) & 1) << (length - 1 - bit);
  return bits;
}
