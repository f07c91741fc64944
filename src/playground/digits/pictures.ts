/** Width and height of a picture, as in MNIST. */
export const SIDE = 28;
/** Number of values of a picture. */
export const PIXELS = SIDE * SIDE;

/** Bytes as model inputs: divided by 255. */
export function toUnit(bytes: Uint8Array): Float32Array {
  return Float32Array.from(bytes, (value) => value / 255);
}

/** Values as bytes of ink, which the page draws; values are clipped to 0 to 1. */
export function toInk(values: Float32Array): Uint8Array {
  return Uint8Array.from(values, (value) => Math.round(255 * Math.min(1, Math.max(0, value))));
}

/** Copies of some pictures, one after the other. */
export function pick(pictures: Uint8Array, indices: readonly number[]): Uint8Array {
  const picked = new Uint8Array(indices.length * PIXELS);
  indices.forEach((index, place) => {
    picked.set(pictures.subarray(index * PIXELS, (index + 1) * PIXELS), place * PIXELS);
  });
  return picked;
}
