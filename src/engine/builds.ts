import relaxed from "#wasm/relaxed";
import simd from "#wasm/simd";
import { decodeBase64 } from "./base64.js";

/** The kernels' builds, from one source (asconfig.json): with and without relaxed SIMD. */
export type BuildName = "simd" | "relaxed";

const BINARIES: Record<BuildName, string> = { simd, relaxed };
const compiled = new Map<BuildName, Promise<WebAssembly.Module>>();

/** The compiled kernels; compiling happens once a process. */
export function compileKernels(build: BuildName): Promise<WebAssembly.Module> {
  let module = compiled.get(build);
  if (!module) {
    module = WebAssembly.compile(decodeBase64(BINARIES[build]));
    compiled.set(build, module);
  }
  return module;
}
