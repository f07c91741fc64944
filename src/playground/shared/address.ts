// What a page's address says: a preset, settings, and whether controls are shown.
import type { Preset } from "./presets.js";
import { fromHash, initialValues, type Settings, toHash } from "./settingsText.js";

/** Names after `?` that are no settings. */
const FLAGS = ["preset", "controls", "pretrained", "steps"];

/** What an address asks for. */
export interface Wish<Values> {
  readonly values: Values;
  readonly preset?: Preset<Values>;
  /** Whether settings are others than those of the preset, or than the initial ones. */
  readonly changed: boolean;
  /** Whether to train at once. */
  readonly pretrained: boolean;
  /** Steps to train at once, so that a link or a script gets a certain state. */
  readonly steps?: number;
  /** What was wrong with it. */
  readonly problems: readonly string[];
}

/**
 * Reads the page's address. What comes later counts: initial values, the preset, settings after `?`, settings after `#`.
 * `?controls=none` hides the controls, for lessons.
 */
export function readAddress<Values>(
  settings: Settings<Values>,
  presets: readonly Preset<Values>[],
): Wish<Values> {
  const query = new URLSearchParams(location.search);
  const problems: string[] = [];
  const name = query.get("preset");
  const preset = presets.find((one) => one.name === name);
  if (name !== null && !preset) {
    problems.push(
      `there is no preset ${JSON.stringify(name)}; there are ${presets.map((one) => one.name).join(", ")}`,
    );
  }
  const steps = Number(query.get("steps") ?? 0);
  if (!Number.isSafeInteger(steps) || steps < 0) problems.push("steps must be a whole number");
  document.documentElement.dataset.controls = query.get("controls") === "none" ? "none" : "all";
  const pretrained = query.has("pretrained");
  for (const flag of FLAGS) query.delete(flag);
  const base = { ...initialValues(settings), ...preset?.values };
  const asked = fromHash(settings, query.toString(), base);
  const { values, problems: wrong } = fromHash(settings, location.hash, asked.values);
  return {
    values,
    changed: toHash(settings, values) !== toHash(settings, base),
    pretrained,
    problems: [...problems, ...asked.problems, ...wrong],
    ...(preset && { preset }),
    ...(Number.isSafeInteger(steps) && steps > 0 && { steps }),
  };
}

/**
 * Puts settings into the address, so that it can be shared.
 *
 * @param preset whether the settings are still those of the preset that the address names
 */
export function writeAddress<Values>(settings: Settings<Values>, values: Values, preset: boolean): void {
  const query = new URLSearchParams(location.search);
  const kept = FLAGS.filter((flag) => query.has(flag) && (preset || flag === "controls"));
  const search = kept.map((flag) => `${flag}=${query.get(flag)}`).join("&");
  const { pathname } = location;
  history.replaceState(null, "", `${pathname}${search && `?${search}`}#${toHash(settings, values)}`);
}

/** What was wrong with an address, for the visitor; undefined if nothing was. */
export function problemText({ problems }: { problems: readonly string[] }): string | undefined {
  if (problems.length === 0) return undefined;
  return `Some settings in the link are invalid: ${problems.join("; ")}. They have been replaced by defaults.`;
}
