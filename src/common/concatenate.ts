/**
 * Concatenates arrays of numbers into a new array.
 *
 * @param type type of the result, whatever the types of the parts
 */
export function concatenate<T extends Uint8Array | Float32Array | Float64Array>(
  type: new (length: number) => T,
  parts: readonly ArrayLike<number>[],
): T {
  const whole = new type(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
