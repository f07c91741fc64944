/** A value of a column: a number, several for a column of several features, or what its `describe` says. */
export type ColumnValue = number | string | readonly number[];

/** Four digits say enough, unless more are needed to tell a value from the expected one. */
const FEWEST_DIGITS = 4;
/** With these, a 64-bit float is itself. */
const MOST_DIGITS = 17;

/** A value and the expected one for people: numbers with as many digits as tell them apart, such as 101325.4 and 101331.9. */
export function valueTexts(value: ColumnValue, expected: ColumnValue): [value: string, expected: string] {
  if (typeof value === "number" && typeof expected === "number") return numberTexts(value, expected);
  if (typeof value !== "object" || typeof expected !== "object") return [alone(value), alone(expected)];
  const pairs = value.map((each, i) => numberTexts(each, expected[i] ?? each));
  return [list(pairs.map(([own]) => own)), list(pairs.map(([, other]) => other))];
}

/** A value beside one of another kind. */
function alone(value: ColumnValue): string {
  if (typeof value === "number") return numberTexts(value, value)[0];
  return typeof value === "string" ? value : list(value.map(alone));
}

const list = (texts: readonly string[]) => `[${texts.join(", ")}]`;

function numberTexts(value: number, expected: number): [string, string] {
  const apart = Math.abs(value - expected);
  const largest = Math.max(Math.abs(value), Math.abs(expected));
  // The first two digits of their difference are among those.
  const telling =
    apart > 0 && apart < Number.POSITIVE_INFINITY ? exponentOf(largest) - exponentOf(apart) + 2 : 0;
  const digits = Math.min(Math.max(telling, FEWEST_DIGITS), MOST_DIGITS);
  const text = (number: number) => String(Number(number.toPrecision(digits)));
  return [text(value), text(expected)];
}

/** The power of ten of a number's first digit. */
function exponentOf(value: number): number {
  return Number(value.toExponential().split("e")[1]);
}
