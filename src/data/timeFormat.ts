import { DAY } from "../formats/cellText.js";
import { shortNumber } from "./columnEncoder.js";
import type { ColumnProfile } from "./columnProfile.js";
import { CYCLE_NAMES, type Cycle, type DateFormat, EPOCH_UNITS, type EpochUnit } from "./dateColumn.js";
import type { ValueCounts } from "./valueCounts.js";

/** Names of numeric columns that hold times. */
const TIME_NAME =
  /(?:^|[\s_.-])(?:time|timestamp|ts|date|datetime|epoch|unix|unixtime)(?:$|[\s_.-])|[a-z](?:Time|Timestamp|Date|At)$/;

/** Numbers that count as times since 1970, by unit: those from 2001 to 2100. */
const [FIRST_SECOND, LAST_SECOND] = [1e9, 4.1025e9];
/** How many days the data must cover for a cycle to be learned: two periods. */
const SPANS: Readonly<Record<Cycle, number>> = { day: 2, week: 14, year: 730 };

/**
 * The format in which all cells of a column give a time; undefined if there is none.
 *
 * @param forced whether to accept any numbers as times, even if the column's name and values do not suggest it
 */
export function timeFormat(
  profile: ColumnProfile,
  forced: boolean,
  dayFirst: boolean | undefined,
): DateFormat | undefined {
  const { dates, point, allNumbers, allPoint } = profile;
  if (allNumbers && allPoint)
    return epochUnit(forced ? "time" : profile.name, point) ?? (forced ? "seconds" : undefined);
  if (dates.has("iso")) return "iso";
  if (dates.has("monthFirst") && !(dayFirst === true && dates.has("dayFirst"))) return "monthFirst";
  if (dates.has("dayFirst")) return "dayFirst";
  return dates.has("clock") ? "clock" : undefined;
}

/** The unit in which numbers count the time since 1970, inferred from the column's name and their size. */
function epochUnit(name: string, { least, most }: ValueCounts): EpochUnit | undefined {
  if (!TIME_NAME.test(name.trim())) return undefined;
  const units = Object.keys(EPOCH_UNITS) as EpochUnit[];
  return units.find((unit) => {
    const seconds = EPOCH_UNITS[unit] / 1000;
    return least * seconds >= FIRST_SECOND && most * seconds <= LAST_SECOND;
  });
}

/** Formats days since 1970, or a time of day, for people. */
export function dayText(days: number, format: DateFormat): string {
  const date = new Date(Math.round(days * DAY));
  if (Number.isNaN(date.getTime())) return `day ${shortNumber(days)}`;
  const text = date.toISOString().replace("T", " ").replace(".000Z", "");
  return format === "clock" ? text.slice(11) : text.replace(" 00:00:00", "");
}

/** Statistics of a column's times, in days since 1970, or since midnight. */
export interface ColumnTimes {
  readonly least: number;
  readonly most: number;
  readonly median: number;
  /** The cycles that the times cover twice; for times of day, the day. */
  readonly cycles: readonly Cycle[];
}

/** @param format the column's `timeFormat` */
export function timesOf(profile: ColumnProfile, format: DateFormat): ColumnTimes {
  const milliseconds = format in EPOCH_UNITS ? EPOCH_UNITS[format as EpochUnit] : 1;
  const unit = milliseconds / DAY;
  const counts = profile.dates.get(format as never) ?? profile.point;
  const span = (counts.most - counts.least) * unit;
  const covered = CYCLE_NAMES.filter(
    (cycle) => span >= SPANS[cycle] && !(cycle === "day" && isDaily(counts, milliseconds)),
  );
  const cycles: readonly Cycle[] = format !== "clock" ? covered : span > 0 ? ["day"] : [];
  return { least: counts.least * unit, most: counts.most * unit, median: counts.median() * unit, cycles };
}

/** Whether all times have the same time of day, which then carries no information. */
function isDaily(counts: ValueCounts, milliseconds: number): boolean {
  if (!counts.exact) return false;
  return counts.entries().every(([value]) => ((value - counts.least) * milliseconds) % DAY === 0);
}
