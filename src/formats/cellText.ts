/**
 * How texts of tables read as numbers and dates. Everything here is exact integer arithmetic or JavaScript's own
 * decimal conversion, so the results are the same in every engine.
 */

/** A number as programs write it. No two parts can match the same character: it is linear. */
const PLAIN = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/;
/** Groups of three digits, all divided by the same mark, which is neither sort of decimal mark. */
const NEUTRAL = "(?:['’]\\d{3})+|(?:[ \u00a0\u2009\u202f]\\d{3})+";
const POINT = new RegExp(`^[+-]?(?:\\d+|\\d{1,3}(?:(?:,\\d{3})+|${NEUTRAL}))(?:\\.\\d*)?$`);
const COMMA = new RegExp(
  `^[+-]?(?:(?:\\d+|\\d{1,3}(?:(?:\\.\\d{3})+|${NEUTRAL}))(?:,\\d*)?|,\\d+)(?:[eE][+-]?\\d+)?$`,
);

/** A number in plain digits, as programs write them; undefined for anything else. */
export function plainNumber(text: string): number | undefined {
  return PLAIN.test(text) ? Number(text) : undefined;
}

/** What a text is as a number, with a decimal point and with a decimal comma; undefined where it is none. */
export interface NumberReadings {
  readonly point: number | undefined;
  readonly comma: number | undefined;
}

const INFINITE = /^[+-]?inf(?:inity)?$/i;
const NONE: NumberReadings = { point: undefined, comma: undefined };
/** No number is longer. */
const LONGEST = 64;

/**
 * Reads a number: digits with a sign, a fraction and an exponent; with groups of three digits (`1,234.5`, `1 234`,
 * `1'234`); with a currency sign or a percent sign, which are left out; in parentheses, which mean minus, as in
 * accounts.
 *
 * @param text without white space around it
 * @returns readings that may be infinite: of `inf`, and of numbers beyond 64-bit floats
 */
export function readNumber(text: string): NumberReadings {
  if (PLAIN.test(text)) {
    const point = Number(text);
    if (!text.includes(".")) return { point, comma: point };
    return { point, comma: COMMA.test(text) ? commaValue(text) : undefined };
  }
  if (text.length > LONGEST) return NONE;
  if (!/\d/.test(text)) return INFINITE.test(text) ? infinite(text) : NONE;
  const bare = bareNumber(text);
  if (bare === undefined) return NONE;
  if (PLAIN.test(bare)) return readNumber(bare);
  return {
    point: POINT.test(bare) ? Number(bare.replace(/[^\d.+-]/g, "")) : undefined,
    comma: COMMA.test(bare) ? commaValue(bare) : undefined,
  };
}

function infinite(text: string): NumberReadings {
  const value = text.startsWith("-") ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  return { point: value, comma: value };
}

function commaValue(text: string): number {
  return Number(text.replace(/[^\d,+\-eE]/g, "").replace(",", "."));
}

/** A number without what accounts and prices add to it; undefined where digits do not come first or last. */
function bareNumber(text: string): string | undefined {
  const minus = text.replace(/^\u2212/, "-");
  const account = /^\((.*)\)$/.exec(minus)?.[1];
  const amount = account === undefined ? minus : account.trim();
  const [, before = "", sign = "", digits] =
    /^([+-]?)(?:\p{Sc}\s*)?([+-]?)([\d.,].*?)(?:\s*(?:\p{Sc}|%))?$/u.exec(amount) ?? [];
  if (digits === undefined) return undefined;
  const signs = before + sign;
  if (signs.length > 1 || (account !== undefined && signs !== "")) return undefined;
  return (account === undefined ? signs : "-") + digits;
}

/** How a text gives a date. `iso` has the year first or the month's name; `clock` is a time of day alone. */
export type DateOrder = "iso" | "dayFirst" | "monthFirst" | "clock";

const TIME =
  "(\\d{1,2})[:](\\d{2})(?:[:](\\d{2})(?:[.,](\\d{1,9}))?)?\\s*([AaPp][Mm])?\\s*(Z|z|UTC|GMT|[+-]\\d{2}(?::?\\d{2})?)?";
const YEAR_FIRST = new RegExp(`^(\\d{4})([-/.])(\\d{1,2})\\2(\\d{1,2})(?:[Tt\\s]\\s*${TIME})?$`);
const YEAR_MONTH = /^(\d{4})-(\d{2})$/;
const YEAR_LAST = new RegExp(`^(\\d{1,2})([-/.])(\\d{1,2})\\2(\\d{4}|\\d{2})(?:[Tt\\s,]\\s*${TIME})?$`);
const DAY_NAME = new RegExp(
  `^(?:[A-Za-z]{3,9},?\\s+)?(\\d{1,2})[\\s-]([A-Za-z]{3,9})[\\s,-]\\s*(\\d{4})(?:\\s${TIME})?$`,
);
const NAME_DAY = new RegExp(
  `^(?:[A-Za-z]{3,9},?\\s+)?([A-Za-z]{3,9})\\s(\\d{1,2}),?\\s(\\d{4})(?:\\s${TIME})?$`,
);
const CLOCK = new RegExp(`^${TIME}$`);
const DOTTED_CLOCK = /^(\d{1,2})\.(\d{2})\.(\d{2})$/;

const MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
/** Milliseconds of a day. */
export const DAY = 86_400_000;

/** What a text is as a date, by the order of its parts: milliseconds since 1970 in UTC, or since midnight for `clock`. */
export type DateReadings = Partial<Record<DateOrder, number>>;

/**
 * Reads a date, with or without a time of day. Times without a zone count as UTC, so that a day has 24 hours everywhere.
 *
 * @param text without white space around it
 * @returns a reading for each order that gives a day that exists; none for other texts
 */
export function readDate(text: string): DateReadings {
  if (text.length < 4 || text.length > LONGEST || !/\d/.test(text)) return {};
  let found = YEAR_FIRST.exec(text);
  if (found) return only("iso", instant(found[1]!, found[3]!, found[4]!, found.slice(5)));
  found = YEAR_LAST.exec(text);
  if (found) {
    const [, first, mark, second, year, ...time] = found;
    const dayFirst = instant(fullYear(year!), second!, first!, time);
    const monthFirst = mark === "." ? undefined : instant(fullYear(year!), first!, second!, time);
    const clock = DOTTED_CLOCK.exec(text);
    return {
      ...only("dayFirst", dayFirst),
      ...only("monthFirst", monthFirst),
      ...(clock ? only("clock", timeOfDay(clock.slice(1))) : {}),
    };
  }
  found = DOTTED_CLOCK.exec(text) ?? CLOCK.exec(text);
  if (found) return only("clock", timeOfDay(found.slice(1)));
  found = YEAR_MONTH.exec(text);
  if (found) return only("iso", instant(found[1]!, found[2]!, "1", []));
  found = DAY_NAME.exec(text);
  if (found) return only("iso", instant(found[3]!, monthOf(found[2]!), found[1]!, found.slice(4)));
  found = NAME_DAY.exec(text);
  if (found) return only("iso", instant(found[3]!, monthOf(found[1]!), found[2]!, found.slice(4)));
  return {};
}

function only(order: DateOrder, value: number | undefined): DateReadings {
  return value === undefined ? {} : { [order]: value };
}

/** Two digits are a year from 1970 to 2069. */
function fullYear(year: string): string {
  return year.length === 4 ? year : String(Number(year) + (Number(year) < 70 ? 2000 : 1900));
}

function monthOf(name: string): string {
  return String(MONTHS.indexOf(name.slice(0, 3).toLowerCase()) + 1);
}

const AWAY = /:\d{2}[^+-]*[+-](?!00(?::?00)?$)\d{2}(?::?\d{2})?$/;

/** Whether a text that is a date gives its time in another zone than UTC. */
export function isAwayFromUtc(text: string): boolean {
  return AWAY.test(text);
}

type TimeParts = readonly (string | undefined)[];

/** @returns undefined where there is no such day or time */
function instant(year: string, month: string, day: string, time: TimeParts): number | undefined {
  const midnight = Date.UTC(Number(year), Number(month) - 1, Number(day));
  const date = new Date(midnight);
  if (date.getUTCMonth() !== Number(month) - 1 || date.getUTCDate() !== Number(day)) return undefined;
  if (time[0] === undefined) return midnight;
  const sinceMidnight = timeOfDay(time);
  return sinceMidnight === undefined ? undefined : midnight + sinceMidnight;
}

/** Milliseconds since midnight in UTC; a zone moves them beyond the day. */
function timeOfDay([hours, minutes, seconds = "0", fraction = "", half, zone]: TimeParts):
  | number
  | undefined {
  let hour = Number(hours);
  if (half !== undefined) {
    if (hour < 1 || hour > 12) return undefined;
    hour = (hour % 12) + (half.toLowerCase() === "pm" ? 12 : 0);
  }
  const [minute, second] = [Number(minutes), Number(seconds)];
  // Second 60 is a leap second; hour 24 is the end of the day.
  if (hour > 24 || minute > 59 || second > 60 || (hour === 24 && minute + second > 0)) return undefined;
  const milliseconds = Math.floor(Number(`0.${fraction || "0"}`) * 1000);
  const offset = zoneMinutes(zone);
  if (offset === undefined) return undefined;
  return ((hour * 60 + minute - offset) * 60 + second) * 1000 + milliseconds;
}

function zoneMinutes(zone: string | undefined): number | undefined {
  const [, sign, hours, minutes = "0"] = /^([+-])(\d{2}):?(\d{2})?$/.exec(zone ?? "") ?? [];
  if (sign === undefined) return 0;
  const offset = 60 * Number(hours) + Number(minutes);
  if (offset > 18 * 60) return undefined;
  return sign === "-" ? -offset : offset;
}
