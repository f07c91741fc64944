// The `simd` build is the `relaxed` build with each instruction of relaxed SIMD replaced by the plain ones that it stands
// for, so the package carries only one of them. The format is chapter 5 of the WebAssembly specification.
import { concatenate } from "../common/concatenate.js";

const TYPE_SECTION = 1;
const FUNCTION_SECTION = 3;
const CODE_SECTION = 10;

const V128 = 0x7b;
const GET = 0x20;
const SET = 0x21;
/** The first byte of SIMD instructions; those of relaxed SIMD that the kernels use have two more, the last of them 2. */
const SIMD = 0xfd;
const MADD = 0x85;
const NMADD = 0x86;
const SELECT = 0x8b;

/** An unsigned integer in LEB128. */
function leb(value: number): number[] {
  return value < 128 ? [value] : [(value & 127) | 128, ...leb(value >>> 7)];
}

/**
 * What an instruction of relaxed SIMD stands for: a·b + c, c − a·b, or a choice by mask; undefined for others.
 *
 * @param local the first of two locals that may be overwritten
 */
function plainly(instruction: number, local: number): readonly number[] | undefined {
  const [c, product] = [leb(local), leb(local + 1)];
  const multiply = [SET, ...c, SIMD, 0xe6, 1];
  if (instruction === MADD) return [...multiply, GET, ...c, SIMD, 0xe4, 1];
  if (instruction === NMADD) return [...multiply, SET, ...product, GET, ...c, GET, ...product, SIMD, 0xe5, 1];
  return instruction === SELECT ? [SIMD, 0x52] : undefined;
}

type Bytes = ArrayLike<number>;

/** Bytes with their number before them. */
function sized(parts: readonly Bytes[]): Bytes[] {
  return [leb(parts.reduce((sum, { length }) => sum + length, 0)), ...parts];
}

/** Reads bytes one after another. */
class Cursor {
  at = 0;

  constructor(readonly bytes: Uint8Array) {}

  integer(): number {
    const byte = this.bytes[this.at++]!;
    return byte < 128 ? byte : byte - 128 + 128 * this.integer();
  }

  /** The next bytes, whose number is before them. */
  sized(): Uint8Array {
    const length = this.integer();
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }

  list<T>(item: (index: number) => T): T[] {
    return Array.from({ length: this.integer() }, (_, index) => item(index));
  }
}

/** A function's body with two more locals and without relaxed SIMD. */
function plainBody(bytes: Uint8Array, parameters: number): Bytes[] {
  const cursor = new Cursor(bytes);
  const groups = cursor.list(() => [cursor.integer(), cursor.integer()] as const);
  const local = groups.reduce((sum, [count]) => sum + count, parameters);
  const locals = [...groups, [2, V128] as const].flatMap(([count, type]) => [...leb(count), type]);
  const parts: Bytes[] = [leb(groups.length + 1), locals];
  let from = cursor.at;
  for (let at = bytes.indexOf(SIMD, from); at >= 0; at = bytes.indexOf(SIMD, at + 1)) {
    const plain = bytes[at + 2] === 2 ? plainly(bytes[at + 1]!, local) : undefined;
    if (!plain) continue;
    parts.push(bytes.subarray(from, at), plain);
    from = at + 3;
  }
  return sized([...parts, bytes.subarray(from)]);
}

/**
 * The same module without relaxed SIMD. Whatever looks like one of its instructions is taken for one: the build checks
 * that there are no more than the compiler wrote.
 */
export function withoutRelaxedSimd(module: Uint8Array): Uint8Array<ArrayBuffer> {
  const cursor = new Cursor(module);
  cursor.at = 8;
  const result: Bytes[] = [module.subarray(0, 8)];
  let parameters: number[] = [];
  let types: number[] = [];
  while (cursor.at < module.length) {
    const id = cursor.integer();
    const section = new Cursor(cursor.sized());
    let content: Bytes[] = [section.bytes];
    if (id === TYPE_SECTION) parameters = section.list(() => parametersOf(section));
    if (id === FUNCTION_SECTION) types = section.list(() => section.integer());
    if (id === CODE_SECTION) {
      const bodies = section.list((index) => plainBody(section.sized(), parameters[types[index]!]!));
      content = [leb(bodies.length), ...bodies.flat()];
    }
    result.push([id], ...sized(content));
  }
  return concatenate(Uint8Array, result);
}

/** The number of parameters of a function type. */
function parametersOf(cursor: Cursor): number {
  cursor.at++;
  const { length } = cursor.sized();
  cursor.sized();
  return length;
}
