import {
  TRACE_BARRIER,
  TRACE_COUNT,
  TRACE_DETAIL,
  TRACE_END,
  TRACE_JOB,
  TRACE_LOCK,
  TRACE_PHASE,
  TRACE_PLAN,
  TRACE_PROMISE,
  TRACE_SPAWN,
  TRACE_START,
  TRACE_STEP,
  TRACE_TURN,
  TRACE_WAKE,
  TRACE_WORDS,
} from "../../assembly/abi.js";
import type { Block, EngineMemory } from "./memory.js";

/** Description of each step; `#` is replaced by its detail. */
const TEXTS: Record<number, string> = {
  [TRACE_LOCK]: "waits for the plans before its own",
  [TRACE_SPAWN]: "starts worker #",
  [TRACE_START]: "waits for the workers to start",
  [TRACE_TURN]: "waits for the event loop to turn",
  [TRACE_PROMISE]: "waits for a promise",
  [TRACE_PLAN]: "runs a short plan",
  [TRACE_WAKE]: "has been told what to work on",
  [TRACE_JOB]: "waits for a job",
  [TRACE_PHASE]: "works on phase #",
  [TRACE_BARRIER]: "waits for the others after phase #",
  [TRACE_END]: "has ended",
};

/** Location of a trace. It can be posted to any thread that may share memory, and read there while all others hang. */
export interface TracePlace {
  readonly memory: WebAssembly.Memory;
  readonly address: number;
  readonly threads: number;
}

/** What every thread of an engine did last, in shared memory. Shows where a hang happens. */
export class Trace {
  readonly #memory: EngineMemory;
  readonly #block: Block;
  #words: Int32Array | undefined;
  readonly #threads: number;

  constructor(memory: EngineMemory, threads: number) {
    this.#memory = memory;
    this.#threads = threads;
    this.#block = memory.allocate(threads * TRACE_WORDS * 4);
    this.#words = traceWords(this.place);
  }

  get place(): TracePlace {
    return { memory: this.#memory.memory, address: this.#block.at(), threads: this.#threads };
  }

  /** Records what the calling thread is doing. */
  note(step: number, detail = 0): void {
    if (this.#words) noteStep(this.#words, 0, step, detail);
  }

  /** Ends the trace: later calls of `note` do nothing. */
  release(): void {
    this.#words = undefined;
    this.#block.release();
  }
}

/** Records a step of a thread. */
export function noteStep(words: Int32Array, thread: number, step: number, detail = 0): void {
  const at = thread * TRACE_WORDS;
  words[at + TRACE_DETAIL] = detail;
  words[at + TRACE_STEP] = step;
  words[at + TRACE_COUNT]!++;
}

/** The words of a trace. */
export function traceWords({ memory, address, threads }: TracePlace): Int32Array {
  return new Int32Array(memory.buffer, address, threads * TRACE_WORDS);
}

/** One line per thread: what it did last, and how many steps it has taken. */
export function readTrace(place: TracePlace): string[] {
  const words = traceWords(place);
  return Array.from({ length: place.threads }, (_, thread) => {
    const at = thread * TRACE_WORDS;
    const [step, detail, count] = [TRACE_STEP, TRACE_DETAIL, TRACE_COUNT].map((word) => words[at + word]!);
    const text = TEXTS[step!]?.replace("#", String(detail)) ?? "has not begun";
    return `thread ${thread} ${text} (step ${count})`;
  });
}
