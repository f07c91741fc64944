/** What every peer does with a request, in Node and in a page: reading its fields, saying why it cannot run, timing its steps. */

/** Why a peer cannot run here, as opposed to a request that is wrong: answered as `ready: false`. */
export class Unavailable extends Error {}

/**
 * Reads `request[name]` as a whole number of at least `minimum`.
 * @throws {RangeError} naming the field, what came and what was wanted.
 */
export function count(request, name, minimum = 1) {
  const value = request[name];
  if (!Number.isInteger(value) || value < minimum) {
    throw new RangeError(
      `${name}: got ${JSON.stringify(value)}, wanted a whole number of at least ${minimum}`,
    );
  }
  return value;
}

/**
 * Reads `request[name]` as one of `allowed`; absent, it is the first of them.
 * @throws {RangeError} naming the field, what came and what was wanted.
 */
export function choice(request, name, allowed) {
  const value = request[name] ?? allowed[0];
  if (!allowed.includes(value)) {
    throw new RangeError(`${name}: got ${JSON.stringify(value)}, wanted ${allowed.join(" or ")}`);
  }
  return value;
}

/** Runs `step()` (which returns the loss, or a promise of it) `steps` times: `{ ms: number[], loss }`. */
export async function timeSteps(steps, step) {
  const ms = new Array(steps);
  let loss = Number.NaN;
  for (let i = 0; i < steps; i++) {
    const start = performance.now();
    const result = step();
    loss = typeof result === "number" ? result : await result;
    ms[i] = performance.now() - start;
  }
  return { ms, loss };
}
