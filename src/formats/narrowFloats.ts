import { widenHalves } from "./float16.js";

/** Floats in half their bytes. */
export interface NarrowedFloats {
  /** Two bytes a float, in the byte order of the machine. */
  readonly values: Uint16Array<ArrayBuffer>;
  /** The largest difference between a float and what is kept of it; infinite for one that is too large. */
  readonly difference: number;
}

/** The largest half is 65504; from the middle to the next power of two on, floats round to infinity. */
const HALF_EXPONENT = 15;

/**
 * Single-precision floats as half-precision ones (IEEE 754 binary16), rounded to the nearest, ties to even. From 65520 on
 * they become infinite; NaN stays NaN.
 */
export function toHalves(floats: Float32Array): NarrowedFloats {
  return narrowed(floats, toHalf, widenHalves);
}

/**
 * Single-precision floats as bfloat16, the upper half of their bits, rounded to the nearest, ties to even. NaN stays NaN.
 */
export function toBfloats(floats: Float32Array): NarrowedFloats {
  return narrowed(floats, toBfloat, widenBfloats);
}

/**
 * Bfloat16 as the single-precision floats of the same value.
 *
 * @param bfloats two bytes a float, in the byte order of the machine
 * @param floats gets the bits of as many floats
 */
export function widenBfloats(bfloats: Uint16Array, floats: Uint32Array): void {
  for (let i = 0; i < bfloats.length; i++) floats[i] = bfloats[i]! << 16;
}

function narrowed(
  floats: Float32Array,
  narrow: (bits: number) => number,
  widen: (narrow: Uint16Array, floats: Uint32Array) => void,
): NarrowedFloats {
  const bits = new Uint32Array(floats.buffer, floats.byteOffset, floats.length);
  const values = Uint16Array.from(bits, narrow);
  const back = new Float32Array(floats.length);
  widen(values, new Uint32Array(back.buffer));
  let difference = 0;
  for (let i = 0; i < floats.length; i++) {
    const apart = Math.abs(floats[i]! - back[i]!);
    // NaN: of NaNs and of infinities, which stay what they are.
    if (apart > difference) difference = apart;
  }
  return { values, difference };
}

function toHalf(bits: number): number {
  const sign = (bits >>> 16) & 0x8000;
  const size = bits & 0x7fffffff;
  // A NaN keeps the upper part of its payload, and is made quiet, so that it stays one.
  if (size > 0x7f800000) return sign | 0x7e00 | ((size >>> 13) & 0x3ff);
  const exponent = (size >>> 23) - 127;
  if (exponent > HALF_EXPONENT) return sign | 0x7c00;
  // Below 2^-14 a half has no leading one. Below half of the smallest, 2^-25, nothing is left.
  if (exponent < -25) return sign;
  const fraction = (size & 0x7fffff) | 0x800000;
  const shift = exponent < -14 ? -1 - exponent : 13;
  const base = exponent < -14 ? 0 : (exponent + 14) << 10;
  // A carry out of the fraction goes into the exponent, where it belongs.
  return sign | (base + rounded(fraction, shift));
}

function toBfloat(bits: number): number {
  if ((bits & 0x7fffffff) > 0x7f800000) return (bits >>> 16) | 0x40;
  return (bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16;
}

/** fraction / 2^shift, rounded to the nearest, ties to even. */
function rounded(fraction: number, shift: number): number {
  const half = 2 ** (shift - 1);
  const rest = fraction & (2 * half - 1);
  const whole = fraction >>> shift;
  return whole + (rest > half || (rest === half && (whole & 1) === 1) ? 1 : 0);
}
