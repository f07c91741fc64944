import { builtin, nodeMajor } from "../common/runtime.js";
import { hasRelaxedSimd } from "./probe.js";

/** The first Node whose V8 has the revectorizer. */
const FIRST_NODE = 24;

/**
 * While turbo code is compiled: the revectorizer fuses neighbouring 128-bit operations into 256-bit ones. It works in
 * the optimizing compiler only, so every function goes there at once; with the baseline compiler out of the way there
 * is no feedback to inline by.
 */
const SWITCHES = [
  "experimental-wasm-revectorize",
  "no-liftoff",
  "no-wasm-inlining",
  "no-wasm-lazy-compilation",
];
const DEFAULTS = ["no-experimental-wasm-revectorize", "liftoff", "wasm-inlining", "wasm-lazy-compilation"];

interface V8Module {
  setFlagsFromString(flag: string): void;
}

/** Whether V8's revectorizer can be switched on here, and has what it works on. */
export function hasRevectorizer(): boolean {
  return nodeMajor() >= FIRST_NODE && builtin("node:v8") !== undefined && hasRelaxedSimd();
}

/** Whether relaxed SIMD is there, but off: in Node 20. */
export function hasDormantRelaxedSimd(): boolean {
  return nodeMajor() === 20 && builtin("node:v8") !== undefined && !hasRelaxedSimd();
}

/** Compiles with relaxed SIMD on, which the module then has for good, and turns it off again. */
export function compileRelaxedSimd(bytes: Uint8Array<ArrayBuffer>): WebAssembly.Module {
  return compileWith(["experimental-wasm-relaxed-simd"], ["no-experimental-wasm-relaxed-simd"], bytes);
}

/** Compiles with the revectorizer on, and leaves V8's switches at their defaults. */
export function compileRevectorized(bytes: Uint8Array<ArrayBuffer>): WebAssembly.Module {
  return compileWith(SWITCHES, DEFAULTS, distinct(bytes));
}

function compileWith(
  switches: readonly string[],
  defaults: readonly string[],
  bytes: Uint8Array<ArrayBuffer>,
): WebAssembly.Module {
  const v8 = builtin<V8Module>("node:v8")!;
  try {
    for (const flag of switches) v8.setFlagsFromString(`--${flag}`);
    return new WebAssembly.Module(bytes);
  } finally {
    for (const flag of defaults) v8.setFlagsFromString(`--${flag}`);
  }
}

/** "turbo" in UTF-8. */
const NAME = [116, 117, 114, 98, 111];

/** The same module with an empty custom section: V8 would give the code it has compiled for the same bytes before. */
function distinct(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const section = [0, 6, 5, ...NAME];
  const result = new Uint8Array(bytes.length + section.length);
  result.set(bytes);
  result.set(section, bytes.length);
  return result;
}
