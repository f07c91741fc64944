import version from "#embedded/version";
import { SCRATCH_BYTES, TRACE_LOCK, TRACE_PLAN } from "../../assembly/abi.js";
import { brand, brandIn } from "../common/brand.js";
import { ArgumentError, EngineError, StateError } from "../common/errors.js";
import { availableThreads, canShareMemory } from "../common/runtime.js";
import type { BuildName } from "./binaries.js";
import { checkEngineOptions, type EngineInfo, type EngineOptions } from "./engineOptions.js";
import type { Kernels } from "./kernels.js";
import type { Address, Block, EngineMemory, Spare } from "./memory.js";
import { Mutex } from "./mutex.js";
import { type Parts, partsFor } from "./parts.js";
import { type Plan, PlanBuilder } from "./plan.js";
import { hasSimd } from "./probe.js";
import type { Team } from "./team.js";
import { chooseTile, TILE_NAMES, tileFor } from "./tiles.js";
import { Trace } from "./trace.js";
import { Workforce } from "./workforce.js";

/** A stretch of work that one turn of the event loop may take: about 10 ms at 20 GFLOP/s, a slow machine's pace. */
export const OPERATIONS_PER_TURN = 2e8;
/**
 * Predictions with fewer operations stay on one thread even where a number of threads is given: one thread takes about
 * 10 µs for them, and waking the others takes longer.
 */
const OPERATIONS_FOR_WORKERS = 2e5;
/** With `threads: "auto"`, plans with fewer operations stay on one thread: barriers would eat up what is won. */
const OPERATIONS_FOR_TEAM = 6e6;
/** With `threads: "auto"`, operations of larger plans before workers are started, which takes as long: about 25 ms. */
const OPERATIONS_BEFORE_TEAM = 5e8;
/** With `threads: "auto"`, the most threads that are taken. */
const MOST_AUTO_THREADS = 16;

/** Tells the class's own use of its constructor from others'. */
const KEY = Symbol("Engine");

/** Ends the workers of engines that nobody refers to any more: they would keep themselves, and the memory, for ever. */
const forgotten = new FinalizationRegistry<Workforce>((workforce) => {
  workforce.stop().catch(() => {});
});

/**
 * Kernels, memory and workers: what models run on. Several models can share one. Workers that have had nothing to do for
 * half a minute to a minute end, and the next work starts new ones. `dispose` gives everything back at once; an engine
 * that is forgotten without it gives everything back when the garbage collector finds it.
 */
export class Engine {
  /** Stays when a minifier renames the class. */
  static readonly name = "Engine";
  static {
    brand(Engine, version);
  }
  /** @internal The kernels in use; users see it in `info`, as the next two. */
  readonly build: BuildName;
  /** @internal Whether V8's revectorizer compiled them. */
  readonly turbo: boolean;
  /** @internal The tile of the matrix product, one of the TILE_ constants. */
  readonly tile: number;
  /** @internal The linear memory of kernels and workers. */
  readonly memory: EngineMemory;
  /** @internal */
  readonly kernels: Kernels;
  /** The last step of every thread. @internal */
  readonly trace: Trace;
  readonly #scratch: Block;
  readonly #auto: boolean;
  #threads: number;
  /** The workers; undefined where one thread does everything. */
  readonly #workforce: Workforce | undefined;
  /** Operations of plans large enough for a team that one thread has run for want of one. */
  #worked = 0;
  /** Held by the plan that is running in turns. */
  readonly #running = new Mutex();
  #disposal: Promise<void> | undefined;

  private constructor(key: typeof KEY, parts: Parts, threads: number | "auto") {
    // JavaScript does not know of private constructors.
    if (key !== KEY) {
      throw new ArgumentError("new Engine(…) cannot wait for the kernels; write await Engine.create({ … })");
    }
    const { build, turbo, module, memory, kernels } = parts;
    this.build = build;
    this.turbo = turbo;
    this.memory = memory;
    this.kernels = kernels;
    this.tile = chooseTile(kernels, memory, build, turbo);
    this.#scratch = memory.allocate(SCRATCH_BYTES);
    this.#auto = threads === "auto";
    const wanted = threads === "auto" ? Math.min(availableThreads(), MOST_AUTO_THREADS) : threads;
    this.#threads = canShareMemory() ? wanted : 1;
    this.trace = new Trace(memory, this.#threads);
    if (this.#threads === 1) return;
    const program = { module, kernels, memory, trace: this.trace };
    this.#workforce = new Workforce(program, this.#threads, this.#running);
    forgotten.register(this, this.#workforce, this);
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
    return new Engine(KEY, await partsFor(checked), checked.threads);
  }

  /** What is in force. */
  get info(): EngineInfo {
    return { build: this.build, tile: TILE_NAMES[this.tile]!, turbo: this.turbo, threads: this.#threads };
  }

  /** @internal A plan to write calls into. */
  plan(): PlanBuilder {
    return new PlanBuilder(this.tile, this.#threads);
  }

  /** @internal Floats of room that B[k, n] takes when packed. */
  packedSize(k: number, n: number): number {
    const width = this.kernels.tileColumns(tileFor(this.tile, n));
    return Math.ceil(n / width) * width * k;
  }

  /** @internal From now on, `spare` is freed when the memory runs out. */
  addSpare(spare: Spare): void {
    this.memory.addSpare(spare);
  }

  /** @internal */
  removeSpare(spare: Spare): void {
    this.memory.removeSpare(spare);
  }

  /** @internal Room of this thread for a kernel's own use. */
  get scratch(): Address {
    return this.#scratch.at();
  }

  /** @internal Runs a plan to its end on the calling thread. */
  run(plan: Plan): void {
    this.#assertAlive();
    const scratch = plan.scratch?.at ?? this.#scratch.at();
    for (const phase of plan.phases) this.kernels.runPhase(phase, 0, 1, scratch);
  }

  /** @internal Runs a plan at once if it is short, wants no workers and nothing else is running; else returns false. */
  runIfShort(plan: Plan): boolean {
    if (this.#running.held || plan.operations > OPERATIONS_PER_TURN || this.#wantsTeam(plan)) return false;
    this.trace.note(TRACE_PLAN);
    this.run(plan);
    this.#count(plan);
    return true;
  }

  /**
   * Runs a plan on all threads, pausing where the event loop may turn, one plan after the other. A long plan is cut
   * into the shares that as many more threads would take, one after the other; the bits are the same.
   *
   * @internal
   * @throws {EngineError} when a worker has died; the next call starts new ones
   */
  *runInTurns(plan: Plan): Generator<Promise<unknown> | undefined, void> {
    this.trace.note(TRACE_LOCK);
    yield* this.#turn();
    try {
      this.#assertAlive();
      const team = this.#wantsTeam(plan) ? yield* this.#startedTeam() : undefined;
      yield* this.#runSlices(team, plan);
    } finally {
      this.#running.pass();
    }
  }

  /** Waits for the plans that came before. */
  *#turn(): Generator<Promise<unknown>, void> {
    const turn = this.#running.take();
    if (!turn) return;
    try {
      yield turn;
    } catch (error) {
      // Thrown in after the wait, so the turn has come.
      this.#running.pass();
      throw error;
    }
  }

  *#runSlices(team: Team | undefined, plan: Plan): Generator<Promise<unknown> | undefined, void> {
    const threads = team?.threads ?? 1;
    const slices = Math.ceil(plan.operations / OPERATIONS_PER_TURN / plan.phases.length / threads);
    if (slices <= 1) yield* this.#runJob(team, plan, 0, plan.phases.length, 0, 1);
    for (let phase = 0; slices > 1 && phase < plan.phases.length; phase++) {
      for (let slice = 0; slice < slices; slice++) {
        yield* this.#runJob(team, plan, phase, 1, slice, slices);
        yield;
      }
    }
    if (!team) this.#count(plan);
  }

  #count({ operations }: Plan): void {
    if (operations >= OPERATIONS_FOR_TEAM) this.#worked += operations;
  }

  /** One slice of `count` phases, on the team or on the calling thread. */
  *#runJob(
    team: Team | undefined,
    plan: Plan,
    first: number,
    count: number,
    slice: number,
    slices: number,
  ): Generator<Promise<unknown> | undefined, void> {
    if (!team) {
      const scratch = plan.scratch?.at ?? this.#scratch.at();
      for (const phase of plan.phases.slice(first, first + count)) {
        this.kernels.runPhase(phase, slice, slices, scratch);
      }
      return;
    }
    try {
      yield* team.run(plan, first, count, slice, slices);
    } catch (error) {
      // The caller will give memory back, or write to it, that the other workers may still be writing to.
      if (team.failed) yield this.#workforce!.stop();
      throw error;
    }
  }

  /**
   * Whether a plan is to run on a team: never if all of it is the share of one thread, as a prediction of a few rows is.
   * A number of threads is for everything but tiny predictions, which have one phase; steps of training have more.
   * `"auto"` starts a team only once there has been as much work as the start costs: then no work, however much or little
   * is to come, takes more than twice the time that it would have taken at best.
   */
  #wantsTeam({ operations, phases, shares }: Plan): boolean {
    if (this.#threads === 1 || shares === 1) return false;
    if (!this.#auto) return phases.length > 1 || operations >= OPERATIONS_FOR_WORKERS;
    if (operations < OPERATIONS_FOR_TEAM) return false;
    return this.#workforce!.there || this.#worked + operations >= OPERATIONS_BEFORE_TEAM;
  }

  /** The team, started if need be. Where workers cannot be started, the engine goes on with one thread. */
  *#startedTeam(): Generator<Promise<unknown>, Team | undefined> {
    const team = yield* this.#workforce!.team();
    if (!team) this.#threads = 1;
    this.#assertAlive();
    return team;
  }

  /**
   * Ends the workers, after the step that is running; models that use the engine cannot calculate any more. A second
   * call returns the same promise.
   */
  dispose(): Promise<void> {
    this.#disposal ??= this.#end();
    return this.#disposal;
  }

  async #end(): Promise<void> {
    const turn = this.#running.take();
    if (turn) await turn;
    forgotten.unregister(this);
    await this.#workforce?.dispose();
    this.trace.release();
    this.#scratch.release();
    this.#running.pass();
  }

  #assertAlive(): void {
    if (this.#disposal) throw new StateError("the engine was disposed of");
  }
}

/**
 * Whether a value is an engine that can be used here: of this copy of the package, or of another copy of the same release,
 * whose kernels take the same plans.
 *
 * @throws {ArgumentError} for an engine of another release
 */
export function isEngine(value: unknown): value is Engine {
  const release = brandIn(Engine, value);
  if (release === undefined || release === version) return release !== undefined;
  throw new ArgumentError(
    `engine belongs to isthmus ${release}, but this is isthmus ${version}: the program has two releases of the ` +
      "package, and an engine works with models of its own release only",
  );
}
