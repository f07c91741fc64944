import { instantiateSync } from "@assemblyscript/loader";

/** What the engine itself calls; every other kernel runs from a plan. The whole ABI is in assembly/index.ts. */
export interface Kernels {
  heapBase(): number;
  tileColumns(tile: number): number;
  gemm(
    tile: number,
    begin: number,
    end: number,
    n: number,
    k: number,
    a: number,
    aRow: number,
    aStep: number,
    b: number,
    seed: number,
    seedRow: number,
    c: number,
    cRow: number,
    scratch: number,
  ): void;
  packRows(
    begin: number,
    end: number,
    tile: number,
    k: number,
    n: number,
    source: number,
    packed: number,
  ): void;
  randomUniform(
    target: number,
    count: number,
    low: number,
    high: number,
    seedLow: number,
    seedHigh: number,
    stream: number,
    epoch: number,
    sample: number,
    scratch: number,
  ): void;
  randomNormal(
    target: number,
    count: number,
    mean: number,
    deviation: number,
    seedLow: number,
    seedHigh: number,
    stream: number,
    epoch: number,
    sample: number,
    scratch: number,
  ): void;
  shuffle(
    indices: number,
    count: number,
    seedLow: number,
    seedHigh: number,
    stream: number,
    epoch: number,
    scratch: number,
  ): void;
  runPhase(phase: number, thread: number, threads: number, scratch: number): void;
}

/** Instantiates the kernels over a shared memory. */
export function instantiateKernels<T = Kernels>(module: WebAssembly.Module, memory: WebAssembly.Memory): T {
  return instantiateSync(module, { env: { memory } }).exports as T;
}
