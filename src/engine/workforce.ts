import type { Kernels } from "./kernels.js";
import type { Block, EngineMemory } from "./memory.js";
import type { Mutex } from "./mutex.js";
import { Team } from "./team.js";
import type { Trace } from "./trace.js";

/** Workers that had nothing to do from one look at them to the next, so many ms later, are ended. */
export const IDLE_PERIOD = 30_000;

/** What the workers run, and on what. */
interface Program {
  readonly module: WebAssembly.Module;
  readonly kernels: Kernels;
  readonly memory: EngineMemory;
  /** Where every thread notes what it does. */
  readonly trace: Trace;
}

/**
 * The workers of an engine. The first work that needs them starts them; they end when they have been idle for long, and
 * the next work starts new ones. Knows nothing of the engine, so that an engine that is forgotten can be collected.
 */
export class Workforce {
  readonly #program: Program;
  readonly #threads: number;
  /** Held by whoever uses the team. */
  readonly #running: Mutex;
  /**
   * Room for a team, taken at once, so that memory does not grow when it starts. There are two, used in turn: a worker
   * of the web may be on its way out of the last team's room when the next team starts.
   */
  readonly #rooms: readonly Block[];
  #starts = 0;
  #team: Team | undefined;
  /** Whether anyone has asked for the team since the last look. */
  #used = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** @param running held by whoever uses the team */
  constructor(program: Program, threads: number, running: Mutex) {
    this.#program = program;
    this.#threads = threads;
    this.#running = running;
    const size = Team.roomFor(threads);
    this.#rooms = [program.memory.allocate(size), program.memory.allocate(size)];
  }

  /** Whether the workers are there. */
  get there(): boolean {
    return this.#team !== undefined;
  }

  /** The team, started if need be; undefined where workers cannot be started. */
  *team(): Generator<Promise<unknown>, Team | undefined> {
    this.#used = true;
    if (!this.#team) {
      yield this.#start().then(
        (team) => {
          this.#team = team;
          this.#lookLater();
        },
        () => {},
      );
    }
    return this.#team;
  }

  #start(): Promise<Team> {
    const { module, kernels, memory, trace } = this.#program;
    const room = this.#rooms[this.#starts++ % 2]!;
    return Team.start(module, kernels, memory, room, this.#threads, trace);
  }

  /** Ends the workers, if there are any; the next call of `team` starts new ones. */
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
    // Browsers give a number, and have no process to keep alive.
    (this.#timer as { unref?(): void }).unref?.();
  }

  /** Ends the workers if they have been idle since the last look. Work that comes meanwhile waits for its turn. */
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
