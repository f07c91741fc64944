import workerSource from "#embedded/worker";
import {
  SCRATCH_BYTES,
  TEAM_PHASE_COUNT,
  TEAM_PHASES,
  TEAM_SLICE,
  TEAM_SLICES,
  TEAM_WORDS,
} from "../../assembly/abi.js";
import { EngineError } from "../errors.js";
import type { Kernels } from "./kernels.js";
import type { Address, Block, EngineMemory } from "./memory.js";
import { maySleep } from "./runtime.js";
import { spawnWorker, type WorkerHandle } from "./spawn.js";

/** Times that the leader's patience (100 ms each) may run out before an unfinished job is given up at the end. */
const LAST_WAITS = 50;

/** Workers on an engine's memory, with the calling thread as their leader. */
export class Team {
  readonly threads: number;
  readonly #kernels: Kernels;
  readonly #block: Block;
  readonly #words: Uint32Array;
  readonly #scratch: Block[];
  readonly #maySleep = maySleep() ? 1 : 0;
  #workers: WorkerHandle[] = [];
  #failure: Error | undefined;
  #stopped = false;

  private constructor(kernels: Kernels, memory: EngineMemory, threads: number) {
    this.threads = threads;
    this.#kernels = kernels;
    this.#block = memory.allocate(TEAM_WORDS * 4);
    this.#words = this.#block.words();
    this.#scratch = Array.from({ length: threads }, () => memory.allocate(SCRATCH_BYTES));
  }

  /**
   * Starts `threads` − 1 workers.
   *
   * @throws {EngineError} when the runtime has no workers, or one does not start
   */
  static async start(
    module: WebAssembly.Module,
    kernels: Kernels,
    memory: EngineMemory,
    threads: number,
  ): Promise<Team> {
    const team = new Team(kernels, memory, threads);
    try {
      for (let thread = 1; thread < threads; thread++) {
        const scratch = team.#scratch[thread]!.at();
        const start = { module, memory: memory.memory, team: team.#block.at(), thread, threads, scratch };
        team.#workers.push(spawnWorker(workerSource, start, (error) => team.#fail(error)));
      }
      await Promise.all(team.#workers.map(({ ready }) => ready));
      return team;
    } catch (error) {
      await team.stop();
      throw new EngineError("the workers could not be started", { cause: error });
    }
  }

  /** Whether a worker has died. */
  get failed(): boolean {
    return this.#failure !== undefined;
  }

  /**
   * Runs one slice of some phases on all threads. Pauses only while a worker keeps it waiting; stopped there, it
   * still finishes the job, since the workers are at it.
   *
   * @param list where the addresses of the phases stand
   * @throws {EngineError} when a worker has died
   */
  *run(list: Address, phases: number, slice: number, slices: number): Generator<undefined, void> {
    this.#words[TEAM_PHASES] = list;
    this.#words[TEAM_PHASE_COUNT] = phases;
    this.#words[TEAM_SLICE] = slice;
    this.#words[TEAM_SLICES] = slices;
    let done = this.#lead();
    try {
      while (!done) {
        yield;
        if (this.#failure)
          throw new EngineError(`a worker died: ${this.#failure.message}`, { cause: this.#failure });
        done = this.#lead();
      }
    } finally {
      for (let waits = 0; !done && !this.#failure && waits < LAST_WAITS; waits++) done = this.#lead();
      if (!done) this.#failure ??= new Error("it did not finish its work");
    }
  }

  #lead(): boolean {
    return this.#kernels.lead(this.#block.at(), this.threads, this.#scratch[0]!.at(), this.#maySleep) === 1;
  }

  #fail(error: Error): void {
    if (!this.#stopped) this.#failure ??= error;
  }

  /** Ends the workers and gives their memory back. A second call does nothing. */
  async stop(): Promise<void> {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#kernels.stop(this.#block.at());
    await Promise.all(this.#workers.map((worker) => worker.end(this.failed)));
    for (const block of [...this.#scratch, this.#block]) block.release();
  }
}
