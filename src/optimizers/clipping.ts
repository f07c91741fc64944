import { number } from "../common/check.js";
import { ArgumentError } from "../common/errors.js";

/** How gradients are clipped before an optimizer sees them; at most one of the three, as in Keras. */
export interface Clipping {
  /** Every element is brought into [−clipValue, clipValue]. */
  readonly clipValue?: number;
  /** The gradient of each weight matrix and each bias is scaled down to this Euclidean norm, where its own is larger. */
  readonly clipNorm?: number;
  /** All gradients are scaled alike, down to this Euclidean norm of all of them together, where it is larger. */
  readonly globalClipNorm?: number;
}

export const CLIPPING_KEYS = ["clipValue", "clipNorm", "globalClipNorm"] as const;

/**
 * What an optimizer's options say of clipping, without the rest.
 *
 * @throws {ArgumentError} for a limit that is not positive, and for more than one
 */
export function checkClipping(options: Clipping): Clipping {
  const given = CLIPPING_KEYS.filter((name) => options[name] !== undefined);
  if (given.length > 1) throw new ArgumentError(`${given.join(" and ")} exclude each other`);
  return Object.fromEntries(
    given.map((name) => [name, number(name, options[name], "a positive number", (x) => x > 0)]),
  );
}
