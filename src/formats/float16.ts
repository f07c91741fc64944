/**
 * Half-precision floats (IEEE 754 binary16) as the single-precision floats of the same value: each has one. By bits, so
 * that NaNs keep their payload.
 *
 * @param halves two bytes a float, in the byte order of the machine
 * @param floats gets the bits of as many floats
 */
export function widenHalves(halves: Uint16Array, floats: Uint32Array): void {
  for (let i = 0; i < halves.length; i++) {
    const half = halves[i]!;
    const sign = (half & 0x8000) << 16;
    const exponent = (half >>> 10) & 0x1f;
    let fraction = half & 0x3ff;
    let bits = sign;
    if (exponent === 0x1f) bits |= 0x7f800000 | (fraction << 13);
    else if (exponent > 0) bits |= ((exponent + 112) << 23) | (fraction << 13);
    else if (fraction > 0) {
      // Below 2^-14 a half has no leading one; a float has.
      let shifted = 113;
      while ((fraction & 0x400) === 0) {
        fraction <<= 1;
        shifted--;
      }
      bits |= (shifted << 23) | ((fraction & 0x3ff) << 13);
    }
    floats[i] = bits;
  }
}
