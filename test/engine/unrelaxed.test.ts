// The `simd` build is made of the `relaxed` one when it is needed: what that does to programs of the compiler's.
import { readFileSync } from "node:fs";
import asc from "assemblyscript/asc";
import { beforeAll, expect, test } from "vitest";
import { withoutRelaxedSimd } from "../../src/engine/unrelaxed.js";

const HEAD = "export function f(a: f32, b: f32, c: f32): f32 { return f32x4.extract_lane(";
/** One lane of each instruction, and a function with so many locals that their numbers take two bytes. */
const SOURCE = [
  HEAD.replace("f(", "madd("),
  "f32x4.relaxed_madd(f32x4.splat(a), f32x4.splat(b), f32x4.splat(c)), 3); }",
  HEAD.replace("f(", "nmadd("),
  "f32x4.relaxed_nmadd(f32x4.splat(a), f32x4.splat(b), f32x4.splat(c)), 3); }",
  HEAD.replace("f(", "select("),
  "i32x4.relaxed_laneselect(f32x4.splat(a), f32x4.splat(b), f32x4.lt(f32x4.splat(c), f32x4.splat(0))), 3); }",
  "export function nested(a: f32, b: f32): f32 { let x = f32x4.splat(a); const y = f32x4.splat(b);",
  "x = f32x4.relaxed_madd(f32x4.relaxed_nmadd(x, y, x), f32x4.relaxed_madd(y, x, y), f32x4.relaxed_nmadd(x, x, y));",
  "return f32x4.extract_lane(x, 1); }",
  "export function long(a: f32, b: f32): f32 { const y = f32x4.splat(b);",
  ...Array.from({ length: 140 }, (_, i) => `let x${i} = f32x4.splat(a + ${i});`),
  ...Array.from({ length: 140 }, (_, i) => `x${i} = f32x4.relaxed_madd(x${i}, y, x${(i + 1) % 140});`),
  `return f32x4.extract_lane(${Array.from({ length: 140 }, (_, i) => `x${i}`).reduce((sum, x) => `f32x4.add(${sum}, ${x})`)}, 0); }`,
];

interface Program {
  madd(a: number, b: number, c: number): number;
  nmadd(a: number, b: number, c: number): number;
  select(a: number, b: number, c: number): number;
  nested(a: number, b: number): number;
  long(a: number, b: number): number;
}

let program: Program;
beforeAll(async () => {
  const options = { runtime: "stub", enable: ["simd", "relaxed-simd"], noAssert: true, use: ["abort="] };
  const { binary, stderr, error } = await asc.compileString(SOURCE.join("\n"), {
    ...options,
    optimizeLevel: 0,
  });
  if (!binary) throw new Error(stderr.toString(), { cause: error });
  const { instance } = await WebAssembly.instantiate(withoutRelaxedSimd(binary));
  program = instance.exports as unknown as Program;
});

const { fround } = Math;
/** Pairs whose product has more bits than a float. */
const VALUES = [1, -1, 0, -0, 1.1, -3.7, 1e-3, 16777217, 0.1].map(fround);
const triples = VALUES.flatMap((a) => VALUES.flatMap((b) => VALUES.map((c) => [a, b, c] as const)));

test("products and sums are rounded one after the other", () => {
  for (const [a, b, c] of triples) {
    expect(program.madd(a, b, c)).toBe(fround(fround(a * b) + c));
    expect(program.nmadd(a, b, c)).toBe(fround(c - fround(a * b)));
    expect(program.select(a, b, c)).toBe(c < 0 ? a : b);
  }
});

test("one within another", () => {
  const madd = (a: number, b: number, c: number) => fround(fround(a * b) + c);
  const nmadd = (a: number, b: number, c: number) => fround(c - fround(a * b));
  for (const [x, y] of triples)
    expect(program.nested(x, y)).toBe(madd(nmadd(x, y, x), madd(y, x, y), nmadd(x, x, y)));
});

test("a function with more than 127 locals", () => {
  const [a, b] = [fround(0.1), fround(1.3)];
  const x = Array.from({ length: 140 }, (_, i) => fround(a + i));
  for (let i = 0; i < 140; i++) x[i] = fround(fround(x[i]! * b) + x[(i + 1) % 140]!);
  expect(program.long(a, b)).toBe(x.reduce((sum, value) => fround(sum + value)));
});

test("the kernels made so have every export, and no relaxed SIMD", () => {
  const built = (name: string) => readFileSync(new URL(`../../build/wasm/${name}`, import.meta.url));
  const simd = withoutRelaxedSimd(built("relaxed.wasm"));
  expect(built("simd.wasm").equals(simd)).toBe(true);
  expect(simd.some((byte, at) => byte === 0xfd && simd[at + 1]! >= 0x80 && simd[at + 2] === 2)).toBe(false);
  const exported = WebAssembly.Module.exports(new WebAssembly.Module(simd));
  const asked = built("relaxed.wat")
    .toString()
    .matchAll(/^ \(export "(\w+)"/gm);
  expect(exported.map(({ name }) => name)).toEqual(Array.from(asked, ([, name]) => name));
});
