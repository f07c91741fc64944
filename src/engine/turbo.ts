import { builtin, nodeMajor } from "../common/runtime.js";
import { hasRelaxedSimd } from "./probe.js";

/** The first major version of Node whose V8 has the revectorizer. */
const FIRST_NODE = 24;

/**
 * V8 flags while turbo code is compiled. The revectorizer fuses neighbouring 128-bit operations into 256-bit ones. It
 * only works in the optimizing compiler, so every function is compiled there from the start. Without the baseline
 * compiler there is no feedback to guide inlining.
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

/** Whether V8's revectorizer can be turned on here, and the runtime has the relaxed SIMD that it needs. */
export function hasRevectorizer(): boolean {
  return nodeMajor() >= FIRST_NODE && builtin("node:v8") !== undefined && hasRelaxedSimd();
}

/** Whether relaxed SIMD is available but turned off, as in Node 20. */
export function hasDormantRelaxedSimd(): boolean {
  return nodeMajor() === 20 && builtin("node:v8") !== undefined && !hasRelaxedSimd();
}

/** Compiles with relaxed SIMD turned on, then turns it off again; the compiled module keeps it. */
export function compileRelaxedSimd(bytes: Uint8Array<ArrayBuffer>): WebAssembly.Module {
  return compileWith(["experimental-wasm-relaxed-simd"], ["no-experimental-wasm-relaxed-simd"], bytes);
}

/** Compiles with the revectorizer turned on, then resets V8's flags to their defaults. */
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

/** Adds an empty custom section: for identical bytes, V8 would return the code that it compiled earlier. */
function distinct(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const section = [0, 6, 5, ...NAME];
  const result = new Uint8Array(bytes.length + section.length);
  result.set(bytes);
  result.set(section, bytes.length);
  return result;
}
