/** Longer texts are not compared: no known name is this long. */
const LONGEST = 64;

/** Text in lower case, without anything but letters and digits, so that different spellings compare equal. */
export function simplified(text: string): string {
  return text.toLowerCase().replace(/[^a-z0-9]/g, "");
}

/** The known name with the smallest edit distance, if that is small enough for a typo: 2, or a third of the letters. */
export function nearest(text: string, known: readonly string[]): string | undefined {
  if (text.length > LONGEST) return undefined;
  const given = simplified(text);
  let best: string | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (const name of known) {
    const candidate = simplified(name);
    const distance = editDistance(given, candidate);
    const most = Math.max(2, Math.floor(Math.min(given.length, candidate.length) / 3));
    if (distance > most || distance >= least) continue;
    least = distance;
    best = name;
  }
  return best;
}

/** Levenshtein distance. */
function editDistance(a: string, b: string): number {
  let above = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = above[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      row.push(Math.min(substitution, above[j]! + 1, row[j - 1]! + 1));
    }
    above = row;
  }
  return above[b.length]!;
}
