import { instantiateSync } from "@assemblyscript/loader";
import type { KernelExports } from "#embedded/records";

/** The module's exports, as in assembly/index.ts. The engine calls a few of them directly; plans run the others. */
export type Kernels = KernelExports;

/** Instantiates the kernels over a shared memory. */
export function instantiateKernels<T = Kernels>(module: WebAssembly.Module, memory: WebAssembly.Memory): T {
  return instantiateSync(module, { env: { memory }, engine: { sleep: sleepOn(memory) } }).exports as T;
}

/** `sleep` of assembly/team.ts: how a thread waits for the others. */
function sleepOn(memory: WebAssembly.Memory) {
  return (address: number, expected: number, milliseconds: number): number => {
    const words = new Int32Array(memory.buffer);
    return Atomics.wait(words, address >>> 2, expected, milliseconds) === "timed-out" ? 2 : 0;
  };
}
