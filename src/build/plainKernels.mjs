// The `simd` build of the kernels, made of the `relaxed` one by the code with which the library makes it.
import { readFileSync, writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";

/** The instructions of relaxed SIMD that src/engine/unrelaxed.ts knows, in text. */
const KNOWN = /\b(f32x4\.relaxed_n?madd|i32x4\.relaxed_laneselect)\b/g;

/** The number of matches. */
const count = (text, pattern) => (text.match(pattern) ?? []).length;

/** The number of places that have the bytes of one of them. */
const placesAlike = (bytes) =>
  bytes.filter(
    (byte, at) => byte === 0xfd && [0x85, 0x86, 0x8b].includes(bytes[at + 1]) && bytes[at + 2] === 2,
  ).length;

/**
 * Writes build/wasm/simd.wasm from build/wasm/relaxed.wasm and its text.
 *
 * @throws {Error} if the kernels use other instructions of relaxed SIMD, or something else has the bytes of one
 */
export async function writePlainKernels() {
  const relaxed = readFileSync("build/wasm/relaxed.wasm");
  const text = readFileSync("build/wasm/relaxed.wat", "utf8");
  const [known, all] = [count(text, KNOWN), count(text, /\brelaxed_/g)];
  if (known !== all)
    throw new Error("the kernels use relaxed SIMD that src/engine/unrelaxed.ts does not know");
  const alike = placesAlike(relaxed);
  if (alike !== known)
    throw new Error(`${alike} places in the kernels look like relaxed SIMD, but only ${known} are`);
  const script = "build/wasm/unrelaxed.mjs";
  await build({ entryPoints: ["src/engine/unrelaxed.ts"], bundle: true, format: "esm", outfile: script });
  const { withoutRelaxedSimd } = await import(pathToFileURL(script).href);
  writeFileSync("build/wasm/simd.wasm", withoutRelaxedSimd(relaxed));
}
