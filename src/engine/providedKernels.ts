// Kernels that the runtime itself compiled, as an imported `.wasm` file: edge runtimes allow no other way. The package's
// export conditions `workerd` and `edge-light` lead to entries that provide them before anything else runs.

let provided: WebAssembly.Module | undefined;

/** Makes every engine use this module: the `simd` build, which all runtimes with SIMD can compile. */
export function provideKernels(module: WebAssembly.Module): void {
  provided = module;
}

/** The module that was provided, if any. */
export function providedKernels(): WebAssembly.Module | undefined {
  return provided;
}
