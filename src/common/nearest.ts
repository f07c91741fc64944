/** No name that anybody mistypes is longer. */
const LONGEST = 64;

/** Text without what spellings differ in: case, and whatever is no letter or digit. */
export function simplified(text: string): string {
  return text.toLowerCase().replace(/[^a-z0-9]/g, "");
}

/** The known name that the fewest edits lead to, if they are few enough for a slip: 2, or a third of the letters. */
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
