/** A scale from scores to shares of the width, and back. */
export interface ScoreScale {
  /** From 0 at the smallest score to 1 at the largest. */
  place(score: number): number;
  score(place: number): number;
}

/** The scale is logarithmic if the largest score is more than this many times the smallest. */
const WIDE = 12;
/** Room beyond the largest score, so that a threshold can be above all. */
const BEYOND = 0.03;

/** A scale for scores of this range. */
export function scoreScale([least, most]: readonly [number, number]): ScoreScale {
  const logarithmic = least > 0 && most / least > WIDE;
  const forth = logarithmic ? Math.log : (score: number) => score;
  const back = logarithmic ? Math.exp : (value: number) => value;
  const low = forth(least);
  const length = forth(most) - low || 1;
  return {
    place: (score) => ((forth(score) - low) / length) * (1 - BEYOND),
    score: (place) => back(low + (place / (1 - BEYOND)) * length),
  };
}

/** Counts of scores in `bins` equal parts of a scale. */
export function binned(scores: ArrayLike<number>, { place }: ScoreScale, bins: number): Uint32Array {
  const counts = new Uint32Array(bins);
  for (let i = 0; i < scores.length; i++) {
    const bin = Math.floor(place(scores[i]!) * bins);
    counts[Math.min(bins - 1, Math.max(0, bin))]!++;
  }
  return counts;
}

/** Round numbers within a range, for an axis: 1, 2 or 5 times a power of ten apart; for wide ranges, these numbers. */
export function ticks([least, most]: readonly [number, number], count: number): number[] {
  if (least > 0 && most / least > WIDE) {
    const found: number[] = [];
    for (let power = Math.floor(Math.log10(least)); power <= Math.log10(most); power++) {
      for (const digit of [1, 2, 5]) found.push(Number(`${digit}e${power}`));
    }
    return found.filter((value) => value >= least && value <= most);
  }
  const raw = (most - least) / count || 1;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = power * ([1, 2, 5, 10].find((digit) => digit * power >= raw) ?? 10);
  const first = Math.ceil(least / step);
  const last = Math.floor(most / step);
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) =>
    Number(((first + i) * step).toPrecision(6)),
  );
}
