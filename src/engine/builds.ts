import relaxed from "#embedded/relaxed";
import simd from "#embedded/simd";
import { decodeBase64 } from "./base64.js";
import { compileRelaxedSimd, compileRevectorized } from "./turbo.js";

/** The kernels' builds, from one source (asconfig.json): with and without relaxed SIMD. */
export type BuildName = "simd" | "relaxed";

const BINARIES: Record<BuildName, string> = { simd, relaxed };

/** Ways to compile: as the runtime does by itself, or with V8's switches set meanwhile. */
const COMPILERS = {
  plain: (bytes: Uint8Array<ArrayBuffer>) => WebAssembly.compile(bytes),
  relaxedSimd: compileRelaxedSimd,
  revectorized: compileRevectorized,
};

const compiled = new Map<string, Promise<WebAssembly.Module>>();

/** The compiled kernels; compiling happens once a process. */
export function compileKernels(
  build: BuildName,
  compiler: keyof typeof COMPILERS = "plain",
): Promise<WebAssembly.Module> {
  const key = `${build} ${compiler}`;
  let module = compiled.get(key);
  if (!module) {
    module = Promise.resolve(COMPILERS[compiler](decodeBase64(BINARIES[build])));
    compiled.set(key, module);
  }
  return module;
}
