import { ArgumentError } from "./errors.js";

/** How a value reads in an error message. */
export function show(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "number" || typeof value === "bigint" || typeof value === "boolean")
    return String(value);
  if (value === null || value === undefined) return String(value);
  if (Array.isArray(value)) return `an array of ${value.length}`;
  if (typeof value === "function") return "a function";
  // An object from JSON may have any `constructor`.
  const name: unknown = (value as object).constructor?.name;
  return `a ${typeof name === "string" ? name : "object"}`;
}

/** @throws {ArgumentError} unless `value` is an integer of at least `least` */
export function integer(name: string, value: unknown, least = 1): number {
  if (typeof value !== "number" || !Number.isSafeInteger(value) || value < least) {
    const wanted = least === 1 ? "a positive integer" : `an integer of at least ${least}`;
    throw new ArgumentError(`${name} must be ${wanted}, not ${show(value)}`);
  }
  return value;
}

/** @throws {ArgumentError} unless `value` is a finite number that is `valid`, which `wanted` puts into words */
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

/** @throws {ArgumentError} naming the nearest known name unless `value` is one of `known` */
export function oneOf<T extends string>(name: string, value: unknown, known: readonly T[]): T {
  if (typeof value === "string" && (known as readonly string[]).includes(value)) return value as T;
  const near = typeof value === "string" ? nearest(value, known) : undefined;
  const hint = near === undefined ? "" : `; did you mean ${show(near)}?`;
  const names = known.map(show).join(", ");
  throw new ArgumentError(`${name} ${show(value)} is not known (known: ${names})${hint}`);
}

/** @throws {ArgumentError} when `options` is no object, or has a key that is not one of `known` */
export function knownKeys(name: string, options: object, known: readonly string[]): void {
  if (typeof options !== "object" || options === null) {
    throw new ArgumentError(`the options of ${name} must be an object, not ${show(options)}`);
  }
  for (const key of Object.keys(options)) oneOf(`option of ${name}`, key, known);
}

/** The known name that is the fewest edits away from `value`, if that is near enough to be a slip. */
function nearest(value: string, known: readonly string[]): string | undefined {
  const simple = (text: string) => text.toLowerCase().replace(/[^a-z0-9]/g, "");
  let best: string | undefined;
  let least = Math.max(2, Math.floor(value.length / 3)) + 1;
  for (const name of known) {
    const distance = editDistance(simple(value), simple(name));
    if (distance < least) {
      least = distance;
      best = name;
    }
  }
  return best;
}

/** Levenshtein distance. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(change, row[j]! + 1, next[j - 1]! + 1));
    }
    row = next;
  }
  return row[b.length]!;
}
