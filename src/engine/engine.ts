import { SCRATCH_BYTES } from "../../assembly/abi.js";
import { EngineError, StateError } from "../errors.js";
import { type BuildName, compileKernels } from "./builds.js";
import { FUSED_FINGERPRINT, fingerprint } from "./fingerprint.js";
import { instantiateKernels, type Kernels } from "./kernels.js";
import { type Address, type Block, EngineMemory } from "./memory.js";
import {
  type CheckedEngineOptions,
  checkEngineOptions,
  type EngineInfo,
  type EngineOptions,
} from "./options.js";
import { type Plan, PlanBuilder } from "./plan.js";
import { hasRelaxedSimd, hasSimd } from "./probe.js";
import { availableThreads, canShareMemory } from "./runtime.js";
import { Team } from "./team.js";
import { chooseTile, TILE_NAMES } from "./tiles.js";
import { enableRelaxedSimd, hasRevectorizer } from "./turbo.js";

/** A stretch of work that one turn of the event loop may take: about 10 ms at 20 GFLOP/s, a slow machine's pace. */
export const OPERATIONS_PER_TURN = 2e8;
/** With `threads: "auto"`, plans with fewer operations stay on one thread: barriers would eat up what is won. */
const OPERATIONS_FOR_TEAM = 4e6;
/** With `threads: "auto"`, the most threads that are taken. */
const MOST_AUTO_THREADS = 16;

interface Parts {
  readonly build: BuildName;
  readonly turbo: boolean;
  readonly module: WebAssembly.Module;
  readonly memory: EngineMemory;
  readonly kernels: Kernels;
}

/** Kernels, memory and workers: what models run on. Several models can share one. */
export class Engine {
  readonly build: BuildName;
  readonly turbo: boolean;
  readonly tile: number;
  readonly memory: EngineMemory;
  readonly kernels: Kernels;
  readonly #module: WebAssembly.Module;
  readonly #scratch: Block;
  readonly #auto: boolean;
  #threads: number;
  #team: Team | undefined;
  #busy = false;
  #disposed = false;

  private constructor({ build, turbo, module, memory, kernels }: Parts, threads: number | "auto") {
    this.build = build;
    this.turbo = turbo;
    this.memory = memory;
    this.kernels = kernels;
    this.#module = module;
    this.tile = chooseTile(kernels, memory, build, turbo);
    this.#scratch = memory.allocate(SCRATCH_BYTES);
    this.#auto = threads === "auto";
    const wanted = threads === "auto" ? Math.min(availableThreads(), MOST_AUTO_THREADS) : threads;
    this.#threads = canShareMemory() ? wanted : 1;
  }

  /**
   * Compiles the kernels (once a process) and reserves a memory. Workers are started by the first work that wants them.
   *
   * @throws {ArgumentError} for unknown options
   * @throws {EngineError} when the runtime has no WebAssembly SIMD
   */
  static async create(options: EngineOptions = {}): Promise<Engine> {
    const checked = checkEngineOptions(options);
    if (!hasSimd())
      throw new EngineError("this runtime has no WebAssembly SIMD, which the kernels are made of");
    return new Engine((await turboParts(checked)) ?? (await plainParts(checked)), checked.threads);
  }

  /** What is in force. */
  get info(): EngineInfo {
    return { build: this.build, tile: TILE_NAMES[this.tile]!, turbo: this.turbo, threads: this.#threads };
  }

  /** A plan to write calls into. */
  plan(): PlanBuilder {
    return new PlanBuilder(this.tile);
  }

  /** Floats of room that B[k, n] takes when packed. */
  packedSize(k: number, n: number): number {
    const width = this.kernels.tileColumns(this.tile);
    return Math.ceil(n / width) * width * k;
  }

  /** Room of this thread for a kernel's own use. */
  get scratch(): Address {
    return this.#scratch.at();
  }

  /** Runs a plan to its end on the calling thread. */
  run(plan: Plan): void {
    this.#assertAlive();
    for (const phase of plan.phases) this.kernels.runPhase(phase, 0, 1, this.#scratch.at());
  }

  /** Runs a plan at once if it is short, wants no workers and nothing else is running; else returns false. */
  runIfShort(plan: Plan): boolean {
    if (this.#busy || plan.operations > OPERATIONS_PER_TURN || this.#wantsTeam(plan)) return false;
    this.run(plan);
    return true;
  }

  /**
   * Runs a plan on all threads, pausing where the event loop may turn, one plan after the other. A long plan is cut
   * into the shares that as many more threads would take, one after the other; the bits are the same.
   *
   * @throws {EngineError} when a worker has died; the next call starts new ones
   */
  *runInTurns(plan: Plan): Generator<Promise<unknown> | undefined, void> {
    while (this.#busy) yield;
    this.#assertAlive();
    this.#busy = true;
    try {
      const team = this.#wantsTeam(plan) ? yield* this.#startedTeam() : undefined;
      const threads = team?.threads ?? 1;
      const slices = Math.ceil(plan.operations / OPERATIONS_PER_TURN / plan.phases.length / threads);
      if (slices <= 1) yield* this.#runJob(team, plan, 0, plan.phases.length, 0, 1);
      for (let phase = 0; slices > 1 && phase < plan.phases.length; phase++) {
        for (let slice = 0; slice < slices; slice++) {
          yield* this.#runJob(team, plan, phase, 1, slice, slices);
          yield;
        }
      }
    } finally {
      this.#busy = false;
    }
  }

  /** One slice of `count` phases, on the team or on the calling thread. */
  *#runJob(
    team: Team | undefined,
    plan: Plan,
    first: number,
    count: number,
    slice: number,
    slices: number,
  ): Generator<undefined, void> {
    if (!team) {
      for (const phase of plan.phases.slice(first, first + count)) {
        this.kernels.runPhase(phase, slice, slices, this.#scratch.at());
      }
      return;
    }
    try {
      yield* team.run(plan.listAt(first), count, slice, slices);
    } finally {
      if (team.failed) {
        this.#team = undefined;
        void team.stop();
      }
    }
  }

  #wantsTeam(plan: Plan): boolean {
    return this.#threads > 1 && (!this.#auto || plan.operations >= OPERATIONS_FOR_TEAM);
  }

  /** The team, started if need be. Where workers cannot be started, the engine goes on with one thread. */
  *#startedTeam(): Generator<Promise<unknown>, Team | undefined> {
    if (!this.#team) {
      const starting = Team.start(this.#module, this.kernels, this.memory, this.#threads);
      yield starting.then(
        async (team) => {
          // Disposed of meanwhile: nobody else would end the new workers.
          if (this.#disposed) await team.stop();
          else this.#team = team;
        },
        () => {
          this.#threads = 1;
        },
      );
      this.#assertAlive();
    }
    return this.#team;
  }

  /** Ends the workers; models that use the engine cannot calculate any more. A second call does nothing. */
  async dispose(): Promise<void> {
    if (this.#disposed) return;
    this.#disposed = true;
    await this.#team?.stop();
    this.#scratch.release();
  }

  #assertAlive(): void {
    if (this.#disposed) throw new StateError("the engine was disposed of");
  }
}

async function plainParts({ math, turbo }: CheckedEngineOptions): Promise<Parts> {
  // On Node 20, turbo means at least relaxed SIMD; without it nobody's switches are touched.
  if (turbo && math === "fast") enableRelaxedSimd();
  const build = math === "fast" && hasRelaxedSimd() ? "relaxed" : "simd";
  const module = await compileKernels(build, false);
  return { build, turbo: false, module, ...instantiate(module) };
}

/** The revectorized kernels, if they were asked for, can be had, and calculate what they should. */
async function turboParts({ math, turbo }: CheckedEngineOptions): Promise<Parts | undefined> {
  if (!turbo || math !== "fast" || !hasRevectorizer() || !hasRelaxedSimd()) return undefined;
  const module = await compileKernels("relaxed", true);
  const parts: Parts = { build: "relaxed", turbo: true, module, ...instantiate(module) };
  return fingerprint(parts.kernels, parts.memory) === FUSED_FINGERPRINT ? parts : undefined;
}

function instantiate(module: WebAssembly.Module): { kernels: Kernels; memory: EngineMemory } {
  const memory = new EngineMemory();
  const kernels = instantiateKernels<Kernels>(module, memory.memory);
  memory.start(kernels.heapBase());
  return { kernels, memory };
}
