import { number } from "../common/check.js";
import { ArgumentError } from "../common/errors.js";

/** How gradients are clipped before the update; at most one of the three, as in Keras. */
export interface Clipping {
  /** Clips every element to [−clipValue, clipValue]. */
  readonly clipValue?: number;
  /** Scales the gradient of each weight matrix and each bias down to this Euclidean norm if its own norm is larger. */
  readonly clipNorm?: number;
  /** Scales all gradients by one factor if their joint Euclidean norm is larger than this. */
  readonly globalClipNorm?: number;
}

export const CLIPPING_KEYS = ["clipValue", "clipNorm", "globalClipNorm"] as const;

/**
 * Returns only the clipping options of an optimizer, checked.
 *
 * @throws {ArgumentError} if a limit is not positive, or more than one is given
 */
export function checkClipping(options: Clipping): Clipping {
  const given = CLIPPING_KEYS.filter((name) => options[name] !== undefined);
  if (given.length > 1) throw new ArgumentError(`${given.join(" and ")} exclude each other`);
  return Object.fromEntries(
    given.map((name) => [name, number(name, options[name], "a positive number", (x) => x > 0)]),
  );
}
