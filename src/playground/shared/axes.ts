// Scales of plots: which numbers to write at an axis, and where.

/** A number written at an axis. */
export interface Tick {
  readonly value: number;
  readonly text: string;
}

/** A scale from `low` to `high`. */
export interface Axis {
  readonly low: number;
  readonly high: number;
  readonly ticks: readonly Tick[];
  /** Where a value lies: 0 at `low`, 1 at `high`. */
  share(value: number): number;
}

/** Differences below this part of the numbers are none. */
const EQUAL = 1e-9;
/** Below this ratio of the ends, a logarithmic axis has the round numbers of a linear one. */
const NARROW = 2;

/**
 * An axis from one round number to another.
 *
 * @param most ticks there may be, about
 */
export function linearAxis(least: number, greatest: number, most: number): Axis {
  const size = Math.max(Math.abs(least), Math.abs(greatest));
  // Numbers that differ by rounding alone are one number, with room around it.
  const length = greatest - least > EQUAL * size ? greatest - least : size || 1;
  const step = roundStep(length / most);
  const first = Math.floor(least / step);
  const last = Math.max(first + 1, Math.ceil(greatest / step));
  const values = Array.from({ length: last - first + 1 }, (_, i) =>
    Number(((first + i) * step).toPrecision(12)),
  );
  const [low, high] = [values[0]!, values.at(-1)!];
  return {
    low,
    high,
    ticks: values.map((value) => ({ value, text: String(value) })),
    share: (value) => (value - low) / (high - low),
  };
}

/** 1, 2 or 5 times a power of ten, and at least `step`. */
function roundStep(step: number): number {
  const power = 10 ** Math.floor(Math.log10(step));
  return power * [1, 2, 5, 10].find((digit) => digit * power >= step * (1 - 1e-9))!;
}

/**
 * A logarithmic axis for numbers above 0. It has lines at the digits 1 to 9 times each power of ten; it names the powers,
 * also 2 and 5 times these if there is room, all if it is shorter than one power.
 *
 * @param most ticks there may be, about, if the numbers are close together
 */
export function logAxis(least: number, greatest: number, most: number): Axis {
  const narrow = greatest / least < NARROW;
  const round = narrow ? linearAxis(least, greatest, most) : undefined;
  const low = round?.low ?? oneDigit(least, Math.floor);
  const high = round?.high ?? oneDigit(greatest, Math.ceil);
  const decades = Math.log10(high / low);
  const named = decades > 3 ? [1] : decades >= 1 ? [1, 2, 5] : [1, 2, 3, 4, 5, 6, 7, 8, 9];
  return {
    low,
    high,
    ticks:
      round?.ticks ??
      digitsBetween(low, high).map(({ digit, value }) => ({
        value,
        text: named.includes(digit) ? lossText(value) : "",
      })),
    share: (value) => Math.log(value / low) / Math.log(high / low),
  };
}

/** A number rounded to one digit, such as 0.03. */
function oneDigit(value: number, round: (value: number) => number): number {
  const power = Math.floor(Math.log10(value));
  // Not 10 ** power, of which 1e-3 is not exactly the one that is written so.
  const unit = Number(`1e${power}`);
  return Number(`${round(Number((value / unit).toPrecision(12)))}e${power}`);
}

function digitsBetween(low: number, high: number): { digit: number; value: number }[] {
  const found: { digit: number; value: number }[] = [];
  for (let power = Math.floor(Math.log10(low)); power <= Math.ceil(Math.log10(high)); power++) {
    for (let digit = 1; digit <= 9; digit++) {
      const value = Number(`${digit}e${power}`);
      if (value >= low && value <= high) found.push({ digit, value });
    }
  }
  return found;
}

function lossText(loss: number): string {
  return loss >= 1e-3 && loss < 1e4 ? String(loss) : loss.toExponential();
}
