import relaxed from "#embedded/relaxed";
import simd from "#embedded/simd";
import { decodeBase64 } from "./base64.js";
import { compileRevectorized } from "./turbo.js";

/** The kernels' builds, from one source (asconfig.json): with and without relaxed SIMD. */
export type BuildName = "simd" | "relaxed";

const BINARIES: Record<BuildName, string> = { simd, relaxed };
const compiled = new Map<string, Promise<WebAssembly.Module>>();

/** The compiled kernels; compiling happens once a process. */
export function compileKernels(build: BuildName, turbo: boolean): Promise<WebAssembly.Module> {
  const key = turbo ? "turbo" : build;
  let module = compiled.get(key);
  if (!module) {
    const bytes = decodeBase64(BINARIES[build]);
    module = turbo ? Promise.resolve(compileRevectorized(bytes)) : WebAssembly.compile(bytes);
    compiled.set(key, module);
  }
  return module;
}
