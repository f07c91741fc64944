import { warnOnce } from "../common/runtime.js";
import type { Kernels } from "./kernels.js";
import type { Block, EngineMemory } from "./memory.js";
import type { Mutex } from "./mutex.js";
import { Team } from "./team.js";
import type { Trace } from "./trace.js";

/** How often idle workers are looked for, in ms. Workers with nothing to do from one check to the next are ended. */
export const IDLE_PERIOD = 30_000;

/** The program of the workers, and its memory. */
interface Program {
  readonly module: WebAssembly.Module;
  readonly kernels: Kernels;
  readonly memory: EngineMemory;
  /** Where every thread records what it is doing. */
  readonly trace: Trace;
}

/**
 * The workers of an engine. They start when work first needs them and end after a long idle time; later work starts new
 * ones. Holds no reference to the engine, so that a forgotten engine can be garbage-collected.
 */
export class Workforce {
  readonly #program: Program;
  readonly #threads: number;
  /** Held by the user of the team. */
  readonly #running: Mutex;
  /**
   * Memory for a team, allocated in advance so that memory does not grow when it starts. There are two blocks, used in
   * turn: web workers of the last team may still be shutting down in theirs when the next team starts.
   */
  readonly #rooms: readonly Block[];
  #starts = 0;
  #team: Team | undefined;
  /** Whether the team was requested since the last check. */
  #used = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** @param running held by the user of the team */
  constructor(program: Program, threads: number, running: Mutex) {
    this.#program = program;
    this.#threads = threads;
    this.#running = running;
    const size = Team.roomFor(threads);
    this.#rooms = [program.memory.allocate(size), program.memory.allocate(size)];
  }

  /** Whether the workers are running. */
  get there(): boolean {
    return this.#team !== undefined;
  }

  /** Returns the team and starts it if needed; undefined if workers cannot start. */
  *team(): Generator<Promise<unknown>, Team | undefined> {
    this.#used = true;
    if (!this.#team) {
      yield this.#start().then(
        (team) => {
          this.#team = team;
          this.#lookLater();
        },
        ({ cause }: Error) => {
          const reason = cause instanceof Error ? `: ${cause.message}` : "";
          warnOnce("ISTHMUS_NO_WORKERS", `no worker starts here, so one thread does all the work${reason}`);
        },
      );
    }
    return this.#team;
  }

  #start(): Promise<Team> {
    const { module, kernels, memory, trace } = this.#program;
    const room = this.#rooms[this.#starts++ % 2]!;
    return Team.start(module, kernels, memory, room, this.#threads, trace);
  }

  /** Ends the workers, if any; the next call of `team` starts new ones. */
  async stop(): Promise<void> {
    clearTimeout(this.#timer);
    const team = this.#team;
    this.#team = undefined;
    await team?.stop();
  }

  /** Ends the workers for good. */
  async dispose(): Promise<void> {
    await this.stop();
    for (const room of this.#rooms) room.release();
  }

  #lookLater(): void {
    this.#timer = setTimeout(() => void this.#look(), IDLE_PERIOD);
    // In browsers this is a number, and there is no process to keep alive.
    (this.#timer as { unref?(): void }).unref?.();
  }

  /** Ends the workers if they have been idle since the last check. New work waits until this is done. */
  async #look(): Promise<void> {
    const idle = !this.#used && !this.#running.held;
    this.#used = false;
    if (!idle) {
      this.#lookLater();
      return;
    }
    this.#running.take();
    try {
      await this.stop();
    } finally {
      this.#running.pass();
    }
  }
}
