import { type BuildName, unpackBinaries } from "./binaries.js";
import { compileRelaxedSimd, compileRevectorized } from "./turbo.js";

/** Ways to compile: with the runtime's defaults, or with V8's flags set during compilation. */
const COMPILERS = {
  plain: (bytes: Uint8Array<ArrayBuffer>) => WebAssembly.compile(bytes),
  relaxedSimd: compileRelaxedSimd,
  revectorized: compileRevectorized,
};

const compiled = new Map<string, Promise<WebAssembly.Module>>();
let binaries: ReturnType<typeof unpackBinaries> | undefined;

/** Returns the compiled kernels; unpacks and compiles them only once per process. */
export function compileKernels(
  build: BuildName,
  compiler: keyof typeof COMPILERS = "plain",
): Promise<WebAssembly.Module> {
  const key = `${build} ${compiler}`;
  let module = compiled.get(key);
  if (!module) {
    binaries ??= unpackBinaries();
    module = binaries.then((bytes) => COMPILERS[compiler](bytes[build]));
    compiled.set(key, module);
  }
  return module;
}
