import { show } from "./check.js";
import { ArgumentError } from "./errors.js";

/**
 * Rejects what cannot be the wanted object, such as a promise of a model that nobody waited for.
 *
 * @param wanted what it must be, with its article: `an Autoencoder`
 * @param methods methods that it must have
 * @throws {ArgumentError} unless `value` has them all
 */
export function requireMethods(
  name: string,
  value: unknown,
  wanted: string,
  methods: readonly string[],
): void {
  const found = (value ?? {}) as Readonly<Record<string, unknown>>;
  if (methods.every((method) => typeof found[method] === "function")) return;
  const promised = typeof found.then === "function" ? "; put await before it" : "";
  throw new ArgumentError(`${name} must be ${wanted}, not ${show(value)}${promised}`);
}

/** @throws {ArgumentError} unless `value` has what an `Autoencoder` has to encode and decode */
export function requireModel(value: unknown): void {
  requireMethods("model", value, "an Autoencoder", ["encode", "decode"]);
}
