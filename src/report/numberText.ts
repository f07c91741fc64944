/** A number with four digits that count. */
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
export function plural(value: number, noun: string): string {
  return `${counted(value)} ${noun}${value === 1 ? "" : "s"}`;
}

/** Values that differ by less than this share count as one: those of float32 differ by more. */
const SAME = 1e-9;

/** Least and greatest of values; a little around them where they are all one. */
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

/** Up to `count` of the places 0 to `length` − 1, evenly spread, the first among them. */
export function evenly(length: number, count: number): number[] {
  const taken = Math.min(length, count);
  return Array.from({ length: taken }, (_, i) => Math.floor((i * length) / taken));
}

/** The value below which a share of the values is, without interpolation. */
export function quantile(values: ArrayLike<number>, share: number): number {
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]!;
}

/** A bar of a histogram. */
export interface Bin {
  readonly from: number;
  readonly to: number;
  /** How many values: at least `from` and below `to`, in the last one `to` included. */
  readonly count: number;
}

/** How often values fall in each of `bins` ranges of equal width, or of equal ratio if `logarithmic`. */
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

/** Round numbers from `low` to `high` for a logarithmic axis: a few, and more than one where there are any. */
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

/** From 1 to just below 10. */
function tenths(step: number): number[] {
  return Array.from({ length: Math.round(9 / step) }, (_, i) => Number((1 + i * step).toFixed(1)));
}

/** Where values stand among others: as many of those below 0.5 as above it, and so on. */
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

/** Two or three round numbers of a range, evenly apart, for an axis with little room; one where there are no more. */
export function fewTicks([low, high]: readonly [number, number]): number[] {
  const least = 10 ** Math.floor(Math.log10((high - low) / 3));
  for (const factor of [1, 2, 5, 10]) {
    const step = factor * least;
    const [first, last] = [Math.ceil(low / step), Math.floor(high / step)];
    if (last - first < 3) return Array.from({ length: last - first + 1 }, (_, i) => (first + i) * step);
  }
  return [];
}

/** Width of a character on an axis, in a wide face. */
const CHARACTER = 7.6;

/** Room to the left of an axis for its numbers. */
export function roomFor(labels: readonly string[]): number {
  return Math.max(40, 16 + CHARACTER * Math.max(...labels.map((label) => label.length)));
}

/** Room to the right of an axis across, whose last number may stand at its end. */
export function roomBeside(range: readonly [number, number]): number {
  return Math.max(20, 4 + (CHARACTER / 2) * longestOf(range));
}

/** Numbers as long as those on an axis over a range will be. */
export function ticksOf([low, high]: readonly [number, number]): string[] {
  const step = 10 ** Math.floor(Math.log10((high - low) / 5));
  return [0, 1, 2, 3, 4, 5].map((i) => tick(Math.round((low + (i * (high - low)) / 5) / step) * step));
}

/** How many numbers to ask for on an axis across a picture; there may come to be half as many again. */
export function ticksAcross(range: readonly [number, number]): number {
  return Math.max(2, Math.min(6, Math.floor(240 / (CHARACTER * longestOf(range) + 16))));
}

function longestOf(range: readonly [number, number]): number {
  return Math.max(...ticksOf(range).map((label) => label.length));
}
