import { ArgumentError } from "./errors.js";
import { nearest, simplified } from "./nearest.js";
import { objectTag } from "./objectTag.js";
import { quote } from "./printable.js";

/** Integers beyond ±this are not printed in full: a bigint can have millions of digits. */
const WIDEST_BIGINT = 2n ** 128n;

/** Formats any value for an error message: short and printable. */
export function show(value: unknown): string {
  switch (typeof value) {
    case "string":
      return quote(value);
    case "bigint":
      return value > -WIDEST_BIGINT && value < WIDEST_BIGINT ? String(value) : "a bigint of many digits";
    case "symbol":
    case "function":
      return `a ${typeof value}`;
    case "object":
      return value === null ? "null" : showObject(value);
    default:
      return String(value);
  }
}

/** Any access to a foreign object may throw or return an endless string. */
function showObject(value: object): string {
  try {
    if (Array.isArray(value)) return `an array of ${value.length}`;
    const name: unknown = Object.getPrototypeOf(value)?.constructor?.name;
    // Generator objects have no class name, but they have a tag.
    const kind = typeof name === "string" && name !== "" ? name : objectTag(value);
    if (kind === "Object" || !/^[\p{ID_Start}_$][\p{ID_Continue}$]{0,39}$/u.test(kind)) return "an object";
    return `${/^[AEIOU](?!int)/.test(kind) ? "an" : "a"} ${kind}`;
  } catch {
    return "an object";
  }
}

/** @throws {ArgumentError} unless `value` is an integer of at least `least` */
export function integer(name: string, value: unknown, least = 1): number {
  if (typeof value !== "number" || !Number.isSafeInteger(value) || value < least) {
    const wanted = least === 1 ? "a positive integer" : `an integer of at least ${least}`;
    throw new ArgumentError(`${name} must be ${wanted}, not ${show(value)}`);
  }
  return value;
}

/** @throws {ArgumentError} unless `value` is finite and `valid`; `wanted` describes the condition */
export function number(name: string, value: unknown, wanted: string, valid: (x: number) => boolean): number {
  if (typeof value !== "number" || !Number.isFinite(value) || !valid(value)) {
    throw new ArgumentError(`${name} must be ${wanted}, not ${show(value)}`);
  }
  return value;
}

/** @throws {ArgumentError} unless `value` is a boolean */
export function boolean(name: string, value: unknown): boolean {
  if (typeof value !== "boolean")
    throw new ArgumentError(`${name} must be true or false, not ${show(value)}`);
  return value;
}

/** @throws {ArgumentError} unless `value` is one of `known`; the message suggests the nearest known name */
export function oneOf<T extends string>(
  name: string,
  value: unknown,
  known: readonly T[],
  hints: Hints = {},
): T {
  if (typeof value === "string" && (known as readonly string[]).includes(value)) return value as T;
  const names = known.map(show).join(", ");
  throw new ArgumentError(
    `${name} ${show(value)} is not known (known: ${names})${hintFor(value, known, hints)}`,
  );
}

/** Hints for people who use another library's name, keyed by that name, simplified. */
export type Hints = Readonly<Record<string, string>>;

function hintFor(value: unknown, known: readonly string[], hints: Hints): string {
  if (typeof value !== "string") return "";
  const key = simplified(value.slice(0, 100));
  if (Object.hasOwn(hints, key)) return `; ${hints[key]}`;
  const near = nearest(value, known);
  return near === undefined ? "" : `; did you mean ${show(near)}?`;
}

/** Other ways to write a name. */
export interface Habits<T extends string> {
  /** Other names for the known ones, keyed by the simplified name. */
  readonly aliases?: Readonly<Record<string, T>>;
  readonly hints?: Hints;
}

/** The known name that `text` means, in any case, with `_`, `-` or spaces between words, or as an alias. */
export function knownAs<T extends string>(
  text: string,
  known: readonly T[],
  aliases: Readonly<Record<string, T>> = {},
): T | undefined {
  if (text.length > 100) return undefined;
  const key = simplified(text);
  return Object.hasOwn(aliases, key) ? aliases[key] : known.find((name) => simplified(name) === key);
}

/**
 * The known name that `value` means; see `knownAs`.
 *
 * @throws {ArgumentError} like `oneOf` if there is none
 */
export function canonical<T extends string>(
  name: string,
  value: unknown,
  known: readonly T[],
  { aliases, hints }: Habits<T> = {},
): T {
  const found = typeof value === "string" ? knownAs(value, known, aliases) : undefined;
  return found ?? oneOf(name, value, known, hints);
}

/**
 * Whether a value can be an options object: one with its own keys, of any class or none. Data, functions, promises and
 * streams are not options; they may have millions of keys.
 */
export function isOptions(value: unknown): value is object {
  if (typeof value !== "object" || value === null) return false;
  try {
    // Arrays, buffers, maps, dates and similar objects have their own tags.
    const tag = objectTag(value);
    if (tag !== "Object" && tag !== "Module") return false;
    if (Symbol.iterator in value || Symbol.asyncIterator in value) return false;
    const { data, then } = value as { data?: unknown; then?: unknown };
    // A Matrix is data too.
    return !ArrayBuffer.isView(data) && typeof then !== "function";
  } catch {
    return false;
  }
}

/** @throws {ArgumentError} unless `options` is an options object; its keys are not read */
export function requireOptions(name: string, options: unknown): asserts options is object {
  if (isOptions(options)) return;
  const shown = show(options);
  const given = shown === "an object" ? "one that is data, a promise or a stream" : shown;
  throw new ArgumentError(`the options of ${name} must be an object, not ${given}`);
}

/** @throws {ArgumentError} if `options` is not an options object, or has a key that is not in `known` */
export function knownKeys(name: string, options: unknown, known: readonly string[], hints: Hints = {}): void {
  requireOptions(name, options);
  for (const key of Object.keys(options)) oneOf(`option of ${name}`, key, known, hints);
}

/**
 * Rejects data in place of options, and extra arguments after them, as in Keras's `fit(x, y)` or TensorFlow.js's
 * `fit(x, y, { … })`.
 *
 * @param options the method's second argument
 * @param surplus the arguments after it
 * @throws {ArgumentError} if the options are data, or if there are extra arguments
 */
export function requireSampleOptions(method: string, options: unknown, surplus: readonly unknown[]): void {
  if (!isOptions(options)) {
    const given = (typeof options === "object" && options !== null) || typeof options === "function";
    if (given) throw samplesAgain(method, options);
    requireOptions(method, options);
  }
  const more = surplus.find((value) => value !== undefined);
  if (more === undefined) return;
  throw new ArgumentError(`${method} takes the samples and one object of options, not also ${show(more)}`);
}

/**
 * Rejects extra arguments of a method that takes only samples.
 *
 * @param surplus the arguments after the samples; undefined and empty objects are allowed
 * @throws {ArgumentError} for anything else
 */
export function requireSamplesAlone(method: string, surplus: readonly unknown[], what = "samples"): void {
  for (const value of surplus) {
    if (value === undefined) continue;
    if (isOptions(value)) {
      const [key] = Object.keys(value);
      if (key === undefined) continue;
      throw new ArgumentError(
        `${method} takes the ${what} alone and has no options, so no ${show(key)} either`,
      );
    }
    if (typeof value === "object" && value !== null && what === "samples") throw samplesAgain(method, value);
    throw new ArgumentError(`${method} takes the ${what} alone, not also ${show(value)}`);
  }
}

/** Methods that can compare with other targets than the samples. */
const WITH_TARGETS = ["fit", "fitSync", "train", "evaluate", "evaluateSync"];

function samplesAgain(method: string, value: unknown): ArgumentError {
  const size = ArrayBuffer.isView(value) && "length" in value ? ` of ${value.length}` : "";
  const given = `what follows must be an object of options, not ${show(value)}${size}`;
  const once = `${method} takes the samples once`;
  if (WITH_TARGETS.includes(method)) {
    return new ArgumentError(`${once}; ${given}. Targets other than the samples are given as { targets }`);
  }
  return new ArgumentError(`${once}, since an autoencoder's target is its input; ${given}`);
}
