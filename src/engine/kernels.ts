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
  randomWords(
    target: number,
    count: number,
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
  binaryCrossentropyLogits(
    begin: number,
    end: number,
    columns: number,
    logits: number,
    target: number,
    gradient: number,
    losses: number,
    scale: number,
  ): void;
  adam(
    begin: number,
    end: number,
    columns: number,
    parameters: number,
    gradient: number,
    first: number,
    second: number,
    step: number,
    oneMinusBeta1: number,
    oneMinusBeta2: number,
    epsilon: number,
  ): void;
  gaussianNoise(
    begin: number,
    end: number,
    columns: number,
    source: number,
    target: number,
    step: number,
    stream: number,
    seedLow: number,
    seedHigh: number,
    deviation: number,
    scratch: number,
  ): void;
  replacementNoise(
    begin: number,
    end: number,
    columns: number,
    source: number,
    target: number,
    step: number,
    stream: number,
    seedLow: number,
    seedHigh: number,
    threshold: number,
    ones: number,
    scale: number,
    scratch: number,
  ): void;
  runPhase(phase: number, thread: number, threads: number, scratch: number): void;
  serve(team: number, thread: number, threads: number, scratch: number): void;
  lead(team: number, threads: number, scratch: number, maySleep: number): number;
  stop(team: number): void;
}

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
