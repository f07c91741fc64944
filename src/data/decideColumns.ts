import { show } from "../common/check.js";
import { ArgumentError, NonFiniteError } from "../common/errors.js";
import { BooleanColumn, isBooleanPair, truthOf } from "./booleanColumn.js";
import { CategoryColumn, categoryOf, listed } from "./categoryColumn.js";
import { type ColumnEncoder, rangeText, shortNumber, wrongCell } from "./columnEncoder.js";
import { type ColumnProfile, MOST_TEXTS } from "./columnProfile.js";
import { DATE_FORMATS, DateColumn, type DateFormat } from "./dateColumn.js";
import { isIdentifier, isRunning } from "./identifiers.js";
import { areLabels, isLabelName } from "./labelColumn.js";
import { type DecimalMark, NumberColumn } from "./numberColumn.js";
import type { CheckedPreprocessorOptions, ColumnType } from "./preprocessorOptions.js";
import { dayText, timeFormat, timesOf } from "./timeFormat.js";
import type { ValueCounts } from "./valueCounts.js";

/** A decision about a column, for people to read. */
export interface ColumnDecision {
  /** The column's name in the table. */
  readonly column: string;
  /** The type of its values. */
  readonly type:
    | "number"
    | "category"
    | "boolean"
    | "date"
    | "text"
    | "identifier"
    | "label"
    | "constant"
    | "empty"
    | "unread";
  /** Number of features it is turned into; 0 if it is left out. */
  readonly features: number;
  /** What was done with it and why, in a few words. */
  readonly action: string;
  /** Number of rows where it is missing. */
  readonly missing: number;
  /** Its smallest and largest value, or its most frequent categories. */
  readonly range: string;
}

/** A decision, plus the encoder if the column is used. */
export interface Decided {
  readonly decision: ColumnDecision;
  readonly encoder?: ColumnEncoder;
}

/** If at least this fraction of values is missing, an extra feature marks them. */
const MISSING_SHARE = 0.05;

/**
 * Decides how to treat each column.
 *
 * @param rows number of rows in the table
 */
export function decideColumns(
  profiles: readonly ColumnProfile[],
  rows: number,
  options: CheckedPreprocessorOptions,
): Decided[] {
  // If any column can only be read with a decimal comma, the others are read that way, too.
  const decimal = options.decimal ?? (profiles.some((each) => each.comma && !each.allPoint) ? "," : ".");
  return profiles.map((profile) => new Decision(profile, rows, options, decimal).decide());
}

class Decision {
  readonly #profile: ColumnProfile;
  readonly #rows: number;
  readonly #options: CheckedPreprocessorOptions;
  readonly #decimal: DecimalMark;

  constructor(
    profile: ColumnProfile,
    rows: number,
    options: CheckedPreprocessorOptions,
    decimal: DecimalMark,
  ) {
    this.#profile = profile;
    this.#rows = rows;
    this.#options = options;
    this.#decimal = decimal;
  }

  decide(): Decided {
    const { name } = this.#profile;
    const { columns, drop, labelColumn, idColumn, types } = this.#options;
    const type = types.get(name);
    if (name === labelColumn) return this.#leftOut("label", "labels, left out");
    if (name === idColumn) return this.#leftOut("identifier", "names the rows, left out");
    if (type === "drop" || drop.includes(name)) return this.#leftOut("unread", "left out on request");
    if (columns && !columns.includes(name))
      return this.#leftOut("unread", "not among the chosen columns, left out");
    if (type !== undefined) return this.#forced(type);
    if (labelColumn === undefined && isLabelName(name) && !this.#many && areLabels(this.#texts)) {
      return this.#leftOut("label", "labels by its name and values, left out (option labelColumn)");
    }
    return this.#found();
  }

  #forced(type: ColumnType): Decided {
    const profile = this.#profile;
    if (profile.present === 0) return this.#leftOut("empty", "has no values, left out");
    if (type === "number") return this.#number(true);
    if (type === "category") return this.#category(true);
    if (type === "date") return this.#date(timeFormat(profile, true, this.#options.dayFirst), true);
    return this.#boolean();
  }

  #found(): Decided {
    const profile = this.#profile;
    if (profile.present === 0) return this.#leftOut("empty", "has no values, left out");
    if (profile.codeDigits !== undefined && isRunning(profile.point)) {
      return this.#leftOut("identifier", "a running number, left out");
    }
    if (this.#numbers() && profile.codeDigits === undefined) return this.#number(false);
    const format = timeFormat(profile, false, this.#options.dayFirst);
    if (format !== undefined) return this.#date(format, false);
    if (this.#textsAlone() && isBooleanPair(profile.texts.keys())) return this.#boolean();
    return this.#category(false);
  }

  /** The column's numbers and decimal mark, if all of it is numbers when read with that mark. */
  #numbers(): { counts: ValueCounts; decimal: DecimalMark } | undefined {
    const profile = this.#profile;
    if (profile.firstInfinite && profile.allNumbers) {
      const { place, cell } = profile.firstInfinite;
      throw new NonFiniteError(
        `${place}: column ${show(profile.name)} has ${show(cell)}, but all numbers must be finite; ` +
          "name it in the option missing if it stands for a missing value",
      );
    }
    const comma = profile.comma;
    if (profile.allPoint && !(this.#decimal === "," && comma)) return { counts: profile.point, decimal: "." };
    if (comma && comma.count === profile.present && this.#options.decimal !== ".")
      return { counts: comma, decimal: "," };
    return undefined;
  }

  #number(forced: boolean): Decided {
    const profile = this.#profile;
    const numbers = this.#numbers();
    if (!numbers) {
      const odd = profile.firstText ?? profile.firstPoint;
      throw wrongCell(odd?.place ?? "the table", profile.name, odd?.cell, "number");
    }
    const { counts, decimal } = numbers;
    const unit = forced || decimal === "," ? undefined : timeFormat(profile, false, undefined);
    if (unit) return this.#date(unit, false);
    if (!forced && isIdentifier(profile, counts)) {
      return this.#leftOut(
        "identifier",
        `${isRunning(counts) ? "a running number" : "all different"}, left out`,
      );
    }
    if (!forced && counts.least === counts.most) {
      if (this.#flagged) return this.#category(false);
      const rounded = profile.rounded ? " as a 64-bit float" : "";
      return this.#leftOut("constant", `always ${shortNumber(counts.least)}${rounded}, left out`);
    }
    const median = counts.median();
    const notes = this.#imputed(`by the median, ${shortNumber(median)}`);
    if (profile.rounded) notes.unshift("integers beyond 2^53, rounded to 64-bit floats");
    if (decimal === ",")
      notes.unshift(`decimal comma${this.#options.decimal === undefined ? " (option decimal)" : ""}`);
    const encoder = new NumberColumn(profile.name, decimal, median, this.#flagged);
    return this.#used(encoder, notes, rangeText(counts.least, counts.most));
  }

  #boolean(): Decided {
    const profile = this.#profile;
    if (profile.firstUnwanted) {
      const { place, cell } = profile.firstUnwanted;
      throw wrongCell(place, profile.name, cell, "word for true or false");
    }
    const all = this.#categories(false);
    const yes = all.reduce((sum, [text, count]) => sum + (truthOf(text) ? count : 0), 0);
    const usual = 2 * yes > profile.present;
    const encoder = new BooleanColumn(profile.name, usual, this.#flagged);
    return this.#used(encoder, this.#imputed(`by ${usual}`), listed(this.#texts));
  }

  #category(forced: boolean): Decided {
    const profile = this.#profile;
    const { maximumCategories, minimumFrequency } = this.#options;
    const all = this.#categories(profile.codeDigits !== undefined);
    const many = this.#many;
    if (many && forced) {
      throw new ArgumentError(
        `column ${show(profile.name)} has more than ${MOST_TEXTS} different values, too many for the type "category"`,
      );
    }
    const distinct = many ? `more than ${MOST_TEXTS}` : String(all.length);
    if (!forced && !many && all.length === 1 && profile.missing === 0) {
      return this.#leftOut("constant", `always ${show(all[0]![0])}, left out`);
    }
    if (!forced && all.length > 1 && all.length === profile.present && !many) {
      return this.#leftOut("identifier", "all different, left out");
    }
    if (!forced && (many || all.length > Math.max(50, profile.present / 2))) {
      return this.#leftOut("text", `${distinct} different texts, left out`);
    }
    const least = Math.max(2, minimumFrequency * this.#rows);
    const frequent = all.slice(0, maximumCategories).filter(([, count]) => count >= least);
    // A single rare category gets its own feature: a feature for "other" would not save any.
    const kept = all.length - frequent.length === 1 && all.length <= maximumCategories ? all : frequent;
    const other = kept.length < all.length;
    const missing = profile.missing > 0;
    if (!forced && kept.length + (other ? 1 : 0) + (missing ? 1 : 0) < 2) {
      return this.#leftOut("text", `${distinct} rare texts, left out`);
    }
    const codes = profile.codeDigits !== undefined;
    const encoder = new CategoryColumn(profile.name, {
      categories: kept.map(([text]) => text),
      other,
      missing,
      codes,
    });
    const notes: string[] = [];
    if (other) notes.push(`${all.length - kept.length} less frequent ones together`);
    if (missing) notes.push("missing ones by themselves");
    return this.#used(encoder, notes, `${distinct}: ${listed(all.map(([text]) => text))}`);
  }

  #date(format: DateFormat | undefined, forced: boolean): Decided {
    const profile = this.#profile;
    if (format === undefined) {
      const { place = "the table", cell } = profile.firstUndated ?? {};
      throw wrongCell(place, profile.name, cell, "date, or not of the kind that those before it are");
    }
    const { least, most, median, cycles: covered } = timesOf(profile, format);
    const { dates } = this.#options;
    const cycles = dates === "time" ? [] : covered;
    const time = dates !== "cycles" || (forced && cycles.length === 0);
    const range = `${dayText(least, format)} to ${dayText(most, format)}`;
    const guess = profile.dates.has("dayFirst") && profile.dates.has("monthFirst");
    const notes = [
      DATE_FORMATS[format] +
        (guess && this.#options.dayFirst === undefined ? ", a guess (option dayFirst)" : ""),
    ];
    if (least === most && !forced)
      return { ...this.#leftOut("constant", "always the same, left out", range) };
    if (cycles.length === 0 && !time) {
      return this.#leftOut("date", "too short for a cycle, left out (option dates)", range);
    }
    // Hours are not those of the texts then.
    if (profile.awayFromUtc) notes.push("in UTC");
    notes.push([...cycles.map((cycle) => `phase of the ${cycle}`), ...(time ? ["days"] : [])].join(", "));
    const plan = { format, cycles, time, median, flagged: this.#flagged };
    return this.#used(new DateColumn(profile.name, plan), [...notes, ...this.#imputed("by no phase")], range);
  }

  /** All values as texts with their counts, most frequent first. */
  #categories(codes: boolean): [text: string, count: number][] {
    const { texts, point, codeDigits = 0 } = this.#profile;
    const all = new Map(texts);
    if (point.count > 0 && point.distinct <= MOST_TEXTS) {
      for (const [value, count] of point.entries()) {
        const text = codes ? String(value).padStart(codeDigits, "0") : categoryOf(value, false);
        all.set(text, (all.get(text) ?? 0) + count);
      }
    }
    return [...all].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
  }

  get #texts(): string[] {
    return this.#categories(false).map(([text]) => text);
  }

  /** Whether there are more distinct values than are counted. */
  get #many(): boolean {
    const { manyTexts, point } = this.#profile;
    return manyTexts || point.distinct > MOST_TEXTS;
  }

  #textsAlone(): boolean {
    return this.#profile.point.count === 0 && !this.#profile.manyTexts;
  }

  get #flagged(): boolean {
    return this.#profile.missing > MISSING_SHARE * this.#rows;
  }

  #imputed(how: string): string[] {
    const { missing } = this.#profile;
    if (missing === 0) return [];
    return [`${missing} missing ${how}${this.#flagged ? ", flagged" : ""}`];
  }

  #used(encoder: ColumnEncoder, notes: readonly string[], range: string): Decided {
    const { name: column, missing } = this.#profile;
    const action = notes.length > 0 ? notes.join("; ") : "as it is";
    const { type, features } = encoder;
    return { decision: { column, type, features: features.length, action, missing, range }, encoder };
  }

  #leftOut(type: ColumnDecision["type"], action: string, range = ""): Decided {
    const { name: column, missing } = this.#profile;
    return { decision: { column, type, features: 0, action, missing, range } };
  }
}
