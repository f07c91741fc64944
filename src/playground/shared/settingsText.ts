// A page's settings as text, in its fields and in links.

/** One setting: how to parse it from text and format it. */
export interface Setting<T> {
  readonly initial: T;
  /** @throws {RangeError} that says what is allowed, if the text is not */
  parse(text: string): T;
  format(value: T): string;
}

/** The settings of a page, by name. */
export type Settings<Values> = { readonly [name in keyof Values]: Setting<Values[name]> };

function numeric(
  label: string,
  initial: number,
  wanted: string,
  valid: (x: number) => boolean,
): Setting<number> {
  return {
    initial,
    parse(text) {
      const value = Number(text);
      if (text.trim() === "" || !Number.isFinite(value) || !valid(value)) {
        throw new RangeError(`${label} must be ${wanted}, not ${JSON.stringify(text)}`);
      }
      return value;
    },
    format: String,
  };
}

/** An integer from `least` to `most`. */
export function integerSetting(label: string, initial: number, least: number, most: number): Setting<number> {
  const wanted = `an integer from ${least} to ${most}`;
  return numeric(label, initial, wanted, (x) => Number.isSafeInteger(x) && x >= least && x <= most);
}

/** A number from `least` to `most`. */
export function numberSetting(label: string, initial: number, least: number, most: number): Setting<number> {
  return numeric(label, initial, `a number from ${least} to ${most}`, (x) => x >= least && x <= most);
}

/** One of several names. */
export function choiceSetting<T extends string>(label: string, initial: T, names: readonly T[]): Setting<T> {
  return {
    initial,
    parse(text) {
      const found = names.find((name) => name === text);
      if (found === undefined)
        throw new RangeError(`${label} must be one of ${names.join(", ")}, not ${JSON.stringify(text)}`);
      return found;
    },
    format: (value) => value,
  };
}

/** Widths of layers, separated by commas, such as "128, 64"; an empty text means none. */
export function widthsSetting(
  label: string,
  initial: readonly number[],
  mostLayers: number,
  mostUnits: number,
): Setting<readonly number[]> {
  return {
    initial,
    parse(text) {
      const parts = text.trim() === "" ? [] : text.split(",").map((part) => part.trim());
      const valid = (part: string) => /^\d+$/.test(part) && Number(part) >= 1 && Number(part) <= mostUnits;
      if (parts.length > mostLayers || !parts.every(valid)) {
        throw new RangeError(
          `${label} must be up to ${mostLayers} widths from 1 to ${mostUnits}, such as "64, 32", not ${JSON.stringify(text)}`,
        );
      }
      return parts.map(Number);
    },
    format: (value) => value.join(","),
  };
}

/** The initial value of every setting. */
export function initialValues<Values>(settings: Settings<Values>): Values {
  const entries = Object.entries(settings) as [string, Setting<unknown>][];
  return Object.fromEntries(entries.map(([name, setting]) => [name, setting.initial])) as Values;
}

/** The part of a link after `#`. It has all settings, so links stay the same if initial values change later. */
export function toHash<Values>(settings: Settings<Values>, values: Values): string {
  const names = Object.keys(settings as object) as (keyof Values & string)[];
  // Commas need no escapes here, and are easier to read.
  return new URLSearchParams(names.map((name) => [name, settings[name].format(values[name])]))
    .toString()
    .replaceAll("%2C", ",");
}

/**
 * Reads the settings of a link. Missing and invalid settings get the values of `base`.
 *
 * @param hash with or without `#`
 * @param base values of the settings that are missing; by default the initial ones
 * @returns the values, and in `problems` what was wrong with the link
 */
export function fromHash<Values>(
  settings: Settings<Values>,
  hash: string,
  base: Values = initialValues(settings),
): { values: Values; problems: string[] } {
  const values = { ...base };
  const problems: string[] = [];
  for (const [name, text] of new URLSearchParams(hash.replace(/^#/, ""))) {
    if (!Object.hasOwn(settings as object, name)) {
      problems.push(`there is no setting ${JSON.stringify(name)}`);
      continue;
    }
    const key = name as keyof Values;
    try {
      values[key] = settings[key].parse(text);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      problems.push(error.message);
    }
  }
  return { values, problems };
}
