import { instantiateSync } from "@assemblyscript/loader";
import type { KernelExports } from "#embedded/records";

/** The module's exports, as assembly/index.ts lists them. The engine calls few of them; plans run the others. */
export type Kernels = KernelExports;

/** Instantiates the kernels over a shared memory. */
export function instantiateKernels<T = Kernels>(module: WebAssembly.Module, memory: WebAssembly.Memory): T {
  return instantiateSync(module, { env: { memory }, engine: { sleep: sleepOn(memory) } }).exports as T;
}

/** `sleep` of assembly/team.ts: what a thread does when others keep it waiting. */
function sleepOn(memory: WebAssembly.Memory) {
  return (address: number, expected: number, milliseconds: number): number => {
    const words = new Int32Array(memory.buffer);
    return Atomics.wait(words, address >>> 2, expected, milliseconds) === "timed-out" ? 2 : 0;
  };
}
