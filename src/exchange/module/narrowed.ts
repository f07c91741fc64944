/** How an exported module holds its weights. */
export type WeightType = "f32" | "f16" | "bf16";

/** Weights as the bytes of a narrower type, rounded to nearest, and the largest difference that this makes. */
export interface Narrowed {
  readonly bytes: Uint8Array;
  readonly largestDifference: number;
}

/** @param weights finite numbers */
export function narrowed(weights: Float32Array, type: WeightType): Narrowed {
  if (type === "f32") {
    const { buffer, byteOffset, byteLength } = weights;
    return { bytes: new Uint8Array(buffer, byteOffset, byteLength), largestDifference: 0 };
  }
  const narrow = type === "f16" ? toHalf : toBrain;
  const halves = new Uint16Array(weights.length);
  let largestDifference = 0;
  for (let i = 0; i < weights.length; i++) {
    const [bits, value] = narrow(weights[i]!);
    halves[i] = bits;
    largestDifference = Math.max(largestDifference, Math.abs(value - weights[i]!));
  }
  return { bytes: new Uint8Array(halves.buffer), largestDifference };
}

/** The largest finite half, 2¹⁵ · (2 − 2⁻¹⁰). */
const LARGEST_HALF = 65504;

/** The bits and the value of the half-precision float next to a number; beyond the largest one, that one. */
function toHalf(value: number): [bits: number, value: number] {
  const size = Math.min(Math.abs(value), LARGEST_HALF);
  const sign = value < 0 ? -1 : 1;
  const exponent = Math.max(-14, exponentOf(size));
  // In units of the last place, to the nearest one, of two the even one.
  const units = nearestEven(size * 2 ** (10 - exponent));
  const bits = ((exponent + 14) << 10) + units;
  return [(sign < 0 ? 0x8000 : 0) | bits, sign * units * 2 ** (exponent - 10)];
}

const single = new Float32Array(1);
const word = new Uint32Array(single.buffer);

/** The exponent of a number as a single-precision float. */
function exponentOf(size: number): number {
  single[0] = size;
  return (word[0]! >>> 23) - 127;
}

function nearestEven(value: number): number {
  const lower = Math.floor(value);
  const rest = value - lower;
  return rest > 0.5 || (rest === 0.5 && lower % 2 === 1) ? lower + 1 : lower;
}

/** The bits and the value of the bfloat16 next to a number; beyond the largest one, that one. */
function toBrain(value: number): [bits: number, value: number] {
  single[0] = value;
  const bits = word[0]!;
  const rounded = (bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16;
  const kept = (rounded & 0x7fff) >= 0x7f80 ? rounded - 1 : rounded;
  word[0] = kept << 16;
  return [kept, single[0]!];
}
