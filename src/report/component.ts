/** One component of codes. */
export function component(codes: Float32Array, latentSize: number, index: number): Float32Array {
  return Float32Array.from({ length: codes.length / latentSize }, (_, i) => codes[i * latentSize + index]!);
}

/** `₁` of 1. */
export function subscript(value: number): string {
  return String(value).replace(/\d/g, (digit) => String.fromCodePoint(0x2080 + Number(digit)));
}
