import workerSource from "#embedded/worker";
import {
  SCRATCH_BYTES,
  TEAM_PHASE_COUNT,
  TEAM_PHASES,
  TEAM_PIECES,
  TEAM_SCRATCH,
  TEAM_SCRATCH_BYTES,
  TEAM_SLICE,
  TEAM_SLICES,
  TEAM_TRACE,
  TEAM_WORDS,
  TRACE_SPAWN,
  TRACE_START,
} from "../../assembly/abi.js";
import { EngineError } from "../common/errors.js";
import { maySleep } from "../common/runtime.js";
import type { Kernels } from "./kernels.js";
import type { Block, EngineMemory } from "./memory.js";
import type { Plan } from "./plan.js";
import { spawnWorker, type WorkerHandle } from "./spawn.js";
import type { Trace } from "./trace.js";

/** How long workers may take to start, in ms. Usually some tens of ms; several times that on a busy machine. */
const START_LIMIT = 20_000;
/** How long workers may take to finish a job whose caller has given up, in ms. A job is meant to take about 10 ms. */
const LAST_WAIT = 3000;

/** What of a plan to run at once. */
export interface Job {
  /** The first of the phases, and how many there are. */
  readonly first: number;
  readonly count: number;
  /** Which slice of each phase, and the number of slices. */
  readonly slice: number;
  readonly slices: number;
  /** Pieces that a slice is divided into for threads to take; 0 for one share a thread. */
  readonly pieces: number;
}

/** Workers that share an engine's memory, led by the calling thread. */
export class Team {
  readonly threads: number;
  readonly #kernels: Kernels;
  readonly #block: Block;
  readonly #words: Uint32Array;
  readonly #maySleep = maySleep() ? 1 : 0;
  #workers: WorkerHandle[] = [];
  #failure: Error | undefined;
  #stopped = false;

  private constructor(kernels: Kernels, block: Block, threads: number) {
    this.threads = threads;
    this.#kernels = kernels;
    this.#block = block;
    this.#words = block.words(0, TEAM_WORDS);
  }

  /** Bytes of memory that a team of `threads` needs. */
  static roomFor(threads: number): number {
    return TEAM_WORDS * 4 + threads * SCRATCH_BYTES;
  }

  /**
   * Starts `threads` − 1 workers.
   *
   * @param block memory for the team, used for nothing else until the team is stopped
   * @param trace has room for at least `threads` threads
   * @throws {EngineError} if the runtime has no workers, or one of them does not start
   */
  static async start(
    module: WebAssembly.Module,
    kernels: Kernels,
    memory: EngineMemory,
    block: Block,
    threads: number,
    trace: Trace,
  ): Promise<Team> {
    block.view().fill(0);
    const team = new Team(kernels, block, threads);
    team.#words[TEAM_TRACE] = trace.place.address;
    try {
      for (let thread = 1; thread < threads; thread++) {
        const start = { module, memory: memory.memory, team: block.at(), thread, threads };
        trace.note(TRACE_SPAWN, thread);
        team.#workers.push(spawnWorker(workerSource, start, (error) => team.#fail(error)));
      }
      trace.note(TRACE_START);
      await team.#started();
      return team;
    } catch (error) {
      await team.stop();
      throw new EngineError("the workers could not be started", { cause: error });
    }
  }

  /** Fulfilled when all workers are ready. */
  async #started(): Promise<void> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        const error = new Error(`they did not start within ${START_LIMIT / 1000} s`);
        this.#fail(error);
        reject(error);
      }, START_LIMIT);
    });
    try {
      await Promise.race([late, Promise.all(this.#workers.map(({ ready }) => ready))]);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Whether a worker has died. */
  get failed(): boolean {
    return this.#failure !== undefined;
  }

  /**
   * Runs one slice of `count` phases of a plan on all threads. They have equal shares or, with `pieces`, take pieces of the
   * slice as they get done. Pauses only while it waits for a slow worker. An error
   * thrown in during a pause is rethrown after the job, because the workers are still running, or after a time limit.
   *
   * @throws {EngineError} if a worker has died
   */
  *run(plan: Plan, { first, count, slice, slices, pieces }: Job): Generator<undefined, void> {
    this.#assertWhole();
    this.#words[TEAM_PHASES] = plan.listAt(first);
    this.#words[TEAM_PHASE_COUNT] = count;
    this.#words[TEAM_SCRATCH] = plan.scratch?.at ?? this.#block.at(TEAM_WORDS * 4);
    this.#words[TEAM_SCRATCH_BYTES] = plan.scratch?.bytes ?? SCRATCH_BYTES;
    this.#words[TEAM_SLICE] = slice;
    this.#words[TEAM_SLICES] = slices;
    this.#words[TEAM_PIECES] = pieces;
    let interruption: { error: unknown; end: number } | undefined;
    while (!this.#lead()) {
      try {
        yield;
      } catch (error) {
        interruption ??= { error, end: performance.now() + LAST_WAIT };
      }
      if (interruption && performance.now() > interruption.end)
        this.#fail(new Error("it does not end its work"));
      this.#assertWhole();
    }
    if (interruption) throw interruption.error;
  }

  #assertWhole(): void {
    if (!this.#failure) return;
    throw new EngineError(`a worker died: ${this.#failure.message}`, { cause: this.#failure });
  }

  #lead(): boolean {
    try {
      return this.#kernels.lead(this.#block.at(), this.threads, this.#maySleep) === 1;
    } catch (error) {
      // The job is only half done, and the workers are waiting for the rest.
      this.#fail(error as Error);
      throw error;
    }
  }

  #fail(error: Error): void {
    if (!this.#stopped) this.#failure ??= error;
  }

  /** Ends the workers. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#kernels.stop(this.#block.at());
    await Promise.all(this.#workers.map((worker) => worker.end(this.failed)));
  }
}
