/** The kind of an object, such as `Float32Array` or `Map`, from any realm (an iframe, `vm`, Jest). */
export function objectTag(value: unknown): string {
  return Object.prototype.toString.call(value).slice("[object ".length, -1);
}
