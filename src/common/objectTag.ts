/** What kind of object a value is, such as `Float32Array` or `Map`, whatever realm it is of (an iframe, `vm`, Jest). */
export function objectTag(value: unknown): string {
  return Object.prototype.toString.call(value).slice("[object ".length, -1);
}
