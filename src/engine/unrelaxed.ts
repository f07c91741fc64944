// The `simd` build is the `relaxed` build with each instruction of relaxed SIMD replaced by the plain ones that it stands
// for, so the package carries only one of them. The format is chapter 5 of the WebAssembly specification.
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

/** Bytes of an integer in LEB128 whose value is written later: with leading zeros, any has a place. */
const LATER = 5;

/** By how much the module may grow; the build makes one, and would fail. */
const GROWTH = 1.5;

/** A module's bytes, read from one place and written to another. */
class Rewriting {
  readonly #bytes: Uint8Array;
  readonly #result: Uint8Array<ArrayBuffer>;
  /** Read up to here. */
  at = 0;
  /** Copied up to here. */
  #copied = 0;
  /** Written up to here. */
  #end = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#result = new Uint8Array(Math.ceil(GROWTH * bytes.length));
  }

  get done(): boolean {
    return this.at >= this.#bytes.length;
  }

  /** Reads an unsigned integer in LEB128. */
  integer(): number {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = this.#bytes[this.at++]!;
      if (byte < 128) return value + byte * factor;
      value += (byte - 128) * factor;
    }
  }

  /** Writes what was read. */
  keep(): void {
    const part = this.#bytes.subarray(this.#copied, this.at);
    this.#result.set(part, this.#end);
    this.#end += part.length;
    this.#copied = this.at;
  }

  /** Forgets what was read since it was last kept. */
  drop(): void {
    this.#copied = this.at;
  }

  write(bytes: ArrayLike<number>): void {
    this.#result.set(bytes, this.#end);
    this.#end += bytes.length;
  }

  /** Writes the number of bytes that `content` writes before them. */
  sized(content: () => void): void {
    const place = this.#end;
    this.#end += LATER;
    content();
    let rest = this.#end - place - LATER;
    for (let i = 0; i < LATER; i++, rest >>>= 7) {
      this.#result[place + i] = i < LATER - 1 ? (rest & 127) | 128 : rest;
    }
  }

  /** Reads up to an instruction of relaxed SIMD before `end` and returns its second byte; −1 if there is none. */
  findRelaxed(end: number): number {
    const bytes = this.#bytes;
    for (let at = bytes.indexOf(SIMD, this.at); at >= 0 && at < end; at = bytes.indexOf(SIMD, at + 1)) {
      const second = bytes[at + 1]!;
      if (bytes[at + 2] !== 2 || (second !== MADD && second !== NMADD && second !== SELECT)) continue;
      this.at = at;
      return second;
    }
    this.at = end;
    return -1;
  }

  result(): Uint8Array<ArrayBuffer> {
    return this.#result.slice(0, this.#end);
  }
}

/** An unsigned integer in LEB128. */
function leb(value: number): number[] {
  return value < 128 ? [value] : [(value & 127) | 128, ...leb(value >>> 7)];
}

/**
 * What instructions of relaxed SIMD stand for: a·b + c, c − a·b, and a choice by mask.
 *
 * @param local the first of two locals that may be overwritten
 */
function plainly(local: number): Record<number, Uint8Array> {
  const [c, product] = [leb(local), leb(local + 1)];
  const multiply = [SET, ...c, SIMD, 0xe6, 1];
  return {
    [MADD]: Uint8Array.of(...multiply, GET, ...c, SIMD, 0xe4, 1),
    [NMADD]: Uint8Array.of(...multiply, SET, ...product, GET, ...c, GET, ...product, SIMD, 0xe5, 1),
    [SELECT]: Uint8Array.of(SIMD, 0x52),
  };
}

/** Rewrites a function's body: two more locals, and no relaxed SIMD. */
function rewriteBody(module: Rewriting, parameters: number): void {
  const end = module.integer() + module.at;
  module.drop();
  module.sized(() => {
    const groups = module.integer();
    module.drop();
    module.write(leb(groups + 1));
    let local = parameters;
    for (let i = 0; i < groups; i++) {
      local += module.integer();
      module.at++;
    }
    module.keep();
    module.write([2, V128]);
    const plain = plainly(local);
    for (;;) {
      const second = module.findRelaxed(end);
      module.keep();
      if (second < 0) return;
      module.at += 3;
      module.drop();
      module.write(plain[second]!);
    }
  });
}

/**
 * The same module without relaxed SIMD. Whatever looks like one of its instructions is taken for one: the build checks
 * that there are no more than the compiler wrote.
 */
export function withoutRelaxedSimd(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const module = new Rewriting(bytes);
  module.at = 8;
  let parameters: number[] = [];
  let types: number[] = [];
  const list = <T>(item: (index: number) => T) => Array.from({ length: module.integer() }, (_, i) => item(i));
  while (!module.done) {
    const id = module.integer();
    module.keep();
    const end = module.integer() + module.at;
    if (id === CODE_SECTION) {
      module.drop();
      module.sized(() => {
        const count = module.integer();
        module.keep();
        for (let i = 0; i < count; i++) rewriteBody(module, parameters[types[i]!]!);
      });
      continue;
    }
    if (id === TYPE_SECTION) parameters = list(() => parametersOf(module));
    if (id === FUNCTION_SECTION) types = list(() => module.integer());
    module.at = end;
    module.keep();
  }
  return module.result();
}

/** The number of parameters of a function type. */
function parametersOf(module: Rewriting): number {
  module.at++;
  const count = module.integer();
  module.at += count;
  const results = module.integer();
  module.at += results;
  return count;
}
