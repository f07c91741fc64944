/** A number with four significant digits. */
export function shown(value: number): string {
  return digits(value, 4);
}

/** A number on an axis. */
export function tick(value: number): string {
  // Steps of 0.1 add up to 0.30000000000000004.
  return digits(value, 10);
}

function digits(value: number, count: number): string {
  if (!Number.isFinite(value)) return "not defined";
  const size = Math.abs(value);
  const short = Number(value.toPrecision(count));
  if (size !== 0 && (size < 1e-3 || size >= 1e6)) {
    return short
      .toExponential(count > 4 ? undefined : 3)
      .replace("e+", "e")
      .replace("-", "−")
      .replace("e-", "e−");
  }
  return String(short).replace("-", "−");
}

/** A whole number as `60,000`. */
export function counted(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ",");
}

/** `1 sample`, `2 samples`. */
export function plural(value: number, noun: string, nouns = `${noun}s`): string {
  return `${counted(value)} ${value === 1 ? noun : nouns}`;
}

/** Values whose relative difference is smaller count as equal. Different float32 values differ by more. */
const SAME = 1e-9;

/** The smallest and the largest value, or a range around the value if all are equal. */
export function extentOf(values: Iterable<number>): [number, number] {
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  if (high - low > SAME * Math.max(Math.abs(low), Math.abs(high))) return [low, high];
  const half = Math.abs(low) / 2 || 0.5;
  return [low - half, high + half];
}

/** Up to `count` evenly spaced indices from 0 to `length` − 1, starting with 0. */
export function evenly(length: number, count: number): number[] {
  const taken = Math.min(length, count);
  return Array.from({ length: taken }, (_, i) => Math.floor((i * length) / taken));
}

/** The quantile of the values at `share`, without interpolation. */
export function quantile(values: ArrayLike<number>, share: number): number {
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]!;
}

/** A bar of a histogram. */
export interface Bin {
  readonly from: number;
  readonly to: number;
  /** Number of values from `from` to below `to`; the last bar includes `to`. */
  readonly count: number;
}

/** Counts values in `bins` ranges of equal width, or of equal ratio if `logarithmic`. */
export function histogram(
  values: ArrayLike<number>,
  bins: number,
  [low, high]: readonly [number, number],
  logarithmic = false,
): Bin[] {
  const to = logarithmic ? Math.log : (x: number) => x;
  const back = logarithmic ? Math.exp : (x: number) => x;
  const [start, width] = [to(low), (to(high) - to(low)) / bins];
  const counts = new Uint32Array(bins);
  for (let i = 0; i < values.length; i++) {
    const bin = Math.floor((to(values[i]!) - start) / width);
    counts[Math.min(bins - 1, Math.max(0, bin))]!++;
  }
  return Array.from(counts, (count, i) => ({
    from: i === 0 ? low : back(start + i * width),
    to: i === bins - 1 ? high : back(start + (i + 1) * width),
    count,
  }));
}

/** A few round numbers from `low` to `high` for a logarithmic axis. */
export function logTicks([low, high]: readonly [number, number]): number[] {
  const within = (steps: readonly number[]) => {
    const ticks: number[] = [];
    for (let decade = Math.floor(Math.log10(low)); decade <= Math.log10(high); decade++) {
      ticks.push(...steps.map((step) => Number(`${step}e${decade}`)));
    }
    return ticks.filter((value) => value >= low && value <= high);
  };
  const choices = [
    [1],
    [1, 3],
    [1, 2, 5],
    [1, 1.5, 2, 3, 4, 5, 7],
    tenths(1),
    tenths(0.5),
    tenths(0.2),
    tenths(0.1),
  ].map(within);
  return choices.find((ticks) => ticks.length >= 3) ?? choices.at(-1)!;
}

/** 1, 1 + step, … below 10. */
function tenths(step: number): number[] {
  return Array.from({ length: Math.round(9 / step) }, (_, i) => Number((1 + i * step).toFixed(1)));
}

/** Maps a value to its rank among the given values, from 0 to 1; the median is at 0.5. */
export function ranking(values: ArrayLike<number>): (value: number) => number {
  const sorted = Float64Array.from(values).sort();
  return (value) => {
    let [low, high] = [0, sorted.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (sorted[middle]! < value) low = middle + 1;
      else high = middle;
    }
    return sorted.length > 1 ? Math.min(1, low / (sorted.length - 1)) : 0.5;
  };
}

/** Two or three evenly spaced round numbers, for an axis with little room; fewer if the range has no more. */
export function fewTicks([low, high]: readonly [number, number]): number[] {
  const least = 10 ** Math.floor(Math.log10((high - low) / 3));
  for (const factor of [1, 2, 5, 10]) {
    const step = factor * least;
    const [first, last] = [Math.ceil(low / step), Math.floor(high / step)];
    if (last - first < 3) return Array.from({ length: last - first + 1 }, (_, i) => (first + i) * step);
  }
  return [];
}

/** Width of a character on an axis, in a wide font. */
const CHARACTER = 7.6;

/** Margin on the left of a vertical axis for its labels. */
export function roomFor(labels: readonly string[]): number {
  return Math.max(40, 16 + CHARACTER * Math.max(...labels.map((label) => label.length)));
}

/** Margin on the right of a horizontal axis, whose last label may be at its end. */
export function roomBeside(range: readonly [number, number]): number {
  return Math.max(20, 4 + (CHARACTER / 2) * longestOf(range));
}

/** Labels that are as long as those that an axis over the range will have. */
export function ticksOf([low, high]: readonly [number, number]): string[] {
  const step = 10 ** Math.floor(Math.log10((high - low) / 5));
  return [0, 1, 2, 3, 4, 5].map((i) => tick(Math.round((low + (i * (high - low)) / 5) / step) * step));
}

/** How many ticks to ask for on a horizontal axis. Plot may draw up to 1.5 times as many. */
export function ticksAcross(range: readonly [number, number]): number {
  return Math.max(2, Math.min(6, Math.floor(240 / (CHARACTER * longestOf(range) + 16))));
}

function longestOf(range: readonly [number, number]): number {
  return Math.max(...ticksOf(range).map((label) => label.length));
}

/** `₁` of 1. */
export function subscript(value: number): string {
  return String(value).replace(/\d/g, (digit) => String.fromCodePoint(0x2080 + Number(digit)));
}
