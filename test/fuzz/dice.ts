import { joined } from "../support/joined.js";

/** Chance that follows from a seed and the number of the case, so that a case can be had again. */
export class Dice {
  #state: number;

  constructor(...seed: number[]) {
    this.#state = seed.reduce((state, part) => mixed(state ^ mixed(part + 0x9e3779b9)), 0x5bd1e995);
  }

  /** An integer from 0 up to, but not including, `end`. */
  below(end: number): number {
    this.#state = (this.#state + 0x9e3779b9) | 0;
    return Math.floor(((mixed(this.#state) >>> 0) / 2 ** 32) * end);
  }

  /** Whether something happens that does so once in `times`. */
  oneIn(times: number): boolean {
    return this.below(times) === 0;
  }

  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)]!;
  }

  /** Small more often than large, below `end`. */
  length(end: number): number {
    return this.below(1 + this.below(end));
  }

  bytes(length: number): Uint8Array<ArrayBuffer> {
    return Uint8Array.from({ length }, () => this.below(256));
  }
}

/** The finalizer of MurmurHash3. */
function mixed(value: number): number {
  let x = value | 0;
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return x ^ (x >>> 16);
}

/** Numbers at which sizes and signs go over. */
const EDGES = [
  0,
  1,
  2,
  3,
  7,
  8,
  127,
  128,
  255,
  256,
  32767,
  32768,
  65535,
  65536,
  2 ** 31 - 1,
  2 ** 31,
  2 ** 32 - 1,
];

/** How readers of text are led astray. */
export const TOKENS = [
  "0",
  "-1",
  "1e400",
  "-0",
  "1e-400",
  "NaN",
  "Infinity",
  "4294967296",
  "9007199254740991",
  "9007199254740992",
  "18446744073709551616",
  "0.1",
  "1e21",
  "null",
  "true",
  "[]",
  "{}",
  '""',
  '"__proto__"',
  '"constructor"',
  "\\u0000",
  "\ud83d",
  ",",
  ":",
  "[",
  "}",
  "(",
  "'",
  '"',
  "\n",
  "\r\n",
  " ",
  "\0",
  "\u202e",
];

/** A copy with a few changes. `others` are files from which pieces may come. */
export function mutated(original: Uint8Array, dice: Dice, others: readonly Uint8Array[] = []): Uint8Array {
  let bytes: Uint8Array = original.slice();
  for (let changes = 1 + dice.length(6); changes > 0; changes--) bytes = changed(bytes, dice, others);
  return bytes;
}

function changed(bytes: Uint8Array, dice: Dice, others: readonly Uint8Array[]): Uint8Array {
  // Headers, where most of the meaning is, are at the beginning.
  const end = dice.oneIn(2) ? bytes.length : Math.min(bytes.length, 200);
  const at = dice.below(end + 1);
  const span = at + dice.length(Math.min(64, bytes.length - at + 1));
  const around = (middle: ArrayLike<number>, after = at) =>
    joined(bytes.subarray(0, at), middle, bytes.subarray(after));
  switch (dice.below(10)) {
    case 0: {
      const copy = bytes.slice();
      if (at < copy.length) copy[at] = copy[at]! ^ (1 << dice.below(8));
      return copy;
    }
    case 1:
      return around([dice.below(256)], Math.min(bytes.length, at + 1));
    case 2: {
      const copy = bytes.slice();
      const width = dice.pick([2, 4, 8]);
      if (at + width > copy.length) return copy;
      const view = new DataView(copy.buffer);
      const value = BigInt(dice.pick(EDGES)) * (dice.oneIn(4) ? -1n : 1n);
      const little = dice.oneIn(2);
      if (width === 2) view.setUint16(at, Number(value & 0xffffn), little);
      else if (width === 4) view.setUint32(at, Number(value & 0xffffffffn), little);
      else view.setBigUint64(at, BigInt.asUintN(64, value), little);
      return copy;
    }
    case 3:
      return bytes.slice(0, at);
    case 4:
      return around([], span);
    case 5:
      return around(bytes.slice(at, span));
    case 6:
      return around(new TextEncoder().encode(dice.pick(TOKENS)), dice.oneIn(2) ? at : span);
    case 7:
      return around(new Uint8Array(span - at).fill(dice.pick([0, 32, 255])), span);
    case 8:
      return replacedNumber(bytes, at, dice);
    default: {
      const other = others.length > 0 ? dice.pick(others) : bytes;
      const from = dice.below(other.length + 1);
      return joined(bytes.subarray(0, at), other.subarray(from));
    }
  }
}

/** The first number of a text from a place on becomes another. */
function replacedNumber(bytes: Uint8Array, from: number, dice: Dice): Uint8Array {
  const digit = (at: number) => bytes[at]! >= 0x30 && bytes[at]! <= 0x39;
  let begin = from;
  while (begin < bytes.length && !digit(begin)) begin++;
  let end = begin;
  while (end < bytes.length && digit(end)) end++;
  return joined(bytes.subarray(0, begin), new TextEncoder().encode(dice.pick(TOKENS)), bytes.subarray(end));
}
