import version from "#embedded/version";
import { SCRATCH_BYTES, TRACE_LOCK, TRACE_PLAN } from "../../assembly/abi.js";
import { brand, brandIn } from "../common/brand.js";
import { ArgumentError, EngineError, StateError } from "../common/errors.js";
import { availableThreads, canShareMemory } from "../common/runtime.js";
import { Registry } from "../common/weak.js";
import type { BuildName } from "./binaries.js";
import { checkEngineOptions, type EngineInfo, type EngineOptions } from "./engineOptions.js";
import type { Kernels } from "./kernels.js";
import type { Address, Block, EngineMemory, Spare } from "./memory.js";
import { Mutex } from "./mutex.js";
import { type Parts, partsFor } from "./parts.js";
import { type Plan, PlanBuilder } from "./plan.js";
import { hasSimd } from "./probe.js";
import { OPERATIONS_PER_TURN, Scheduler } from "./scheduler.js";
import type { Job, Team } from "./team.js";
import { chooseTile, TILE_NAMES, tileFor } from "./tiles.js";
import { Trace } from "./trace.js";
import { Workforce } from "./workforce.js";

/** The most threads that `threads: "auto"` uses. */
const MOST_AUTO_THREADS = 16;

/** Only this file has the key, so nobody else can call the constructor. */
const KEY = Symbol("Engine");

/** Ends the workers of unreferenced engines: they would keep themselves and the memory alive forever. */
const forgotten = new Registry<Workforce>((workforce) => {
  workforce.stop().catch(() => {});
});

/**
 * Kernels, memory and workers that run models. Several models can share one engine. Workers that are idle for 30 to 60
 * seconds end; the next work starts new ones. `dispose` frees everything at once. Without it, everything is freed when
 * the engine is garbage-collected.
 */
export class Engine {
  /** Explicit, because a minifier may rename the class. */
  static readonly name = "Engine";
  static {
    brand(Engine, version);
  }
  /** @internal The kernels in use; users see this and the next two fields in `info`. */
  readonly build: BuildName;
  /** @internal Whether V8's revectorizer compiled them. */
  readonly turbo: boolean;
  /** @internal The tile of the matrix product, one of the TILE_ constants. */
  readonly tile: number;
  /** @internal The linear memory shared by kernels and workers. */
  readonly memory: EngineMemory;
  /** @internal */
  readonly kernels: Kernels;
  /** What every thread did last. @internal */
  readonly trace: Trace;
  readonly #scratch: Block;
  readonly #scheduler: Scheduler;
  #threads: number;
  /** The workers; undefined if the engine has only one thread. */
  readonly #workforce: Workforce | undefined;
  /** Held by the plan that is running in turns. */
  readonly #running = new Mutex();
  #disposal: Promise<void> | undefined;

  private constructor(key: typeof KEY, parts: Parts, threads: number | "auto") {
    // Constructors are not private in JavaScript.
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
    this.#scheduler = new Scheduler(threads === "auto");
    const wanted = threads === "auto" ? Math.min(availableThreads(), MOST_AUTO_THREADS) : threads;
    this.#threads = canShareMemory() ? wanted : 1;
    this.trace = new Trace(memory, this.#threads);
    if (this.#threads === 1) return;
    const program = { module, kernels, memory, trace: this.trace };
    this.#workforce = new Workforce(program, this.#threads, this.#running);
    forgotten.register(this, this.#workforce, this);
  }

  /**
   * Compiles the kernels (once per process) and reserves a memory. Workers start when work first needs them.
   *
   * @throws {ArgumentError} for unknown options
   * @throws {EngineError} if the runtime does not support WebAssembly SIMD
   */
  static async create(options: EngineOptions = {}): Promise<Engine> {
    const checked = checkEngineOptions(options);
    if (!hasSimd())
      throw new EngineError("this runtime has no WebAssembly SIMD, which the kernels are made of");
    return new Engine(KEY, await partsFor(checked), checked.threads);
  }

  /** The settings that the engine uses. */
  get info(): EngineInfo {
    return { build: this.build, tile: TILE_NAMES[this.tile]!, turbo: this.turbo, threads: this.#threads };
  }

  /** @internal A new plan to which calls can be added. */
  plan(): PlanBuilder {
    return new PlanBuilder(this.tile, this.#threads);
  }

  /** @internal The tile for a product whose B has `n` columns. */
  tileFor(n: number): number {
    return tileFor(this.tile, n);
  }

  /** @internal Size of a packed B[k, n], in floats. */
  packedSize(k: number, n: number): number {
    const width = this.kernels.tileColumns(this.tileFor(n));
    return Math.ceil(n / width) * width * k;
  }

  /** @internal Registers `spare`, which is freed when memory runs out. */
  addSpare(spare: Spare): void {
    this.memory.addSpare(spare);
  }

  /** @internal */
  removeSpare(spare: Spare): void {
    this.memory.removeSpare(spare);
  }

  /** @internal Scratch memory of the calling thread for kernels. */
  get scratch(): Address {
    return this.#scratch.at();
  }

  /** @internal Runs a whole plan on the calling thread. */
  run(plan: Plan): void {
    this.#assertAlive();
    const scratch = plan.scratch?.at ?? this.#scratch.at();
    for (const phase of plan.phases) this.kernels.runPhase(phase, 0, 1, scratch);
  }

  /** @internal Runs a plan at once if it is short, needs no workers and nothing else is running; else returns false. */
  runIfShort(plan: Plan): boolean {
    if (this.#running.held || plan.operations > OPERATIONS_PER_TURN || this.#wantsTeam(plan)) return false;
    this.trace.note(TRACE_PLAN);
    this.run(plan);
    this.#scheduler.count(plan);
    return true;
  }

  /**
   * Runs a plan on all threads, after the plans that came before it. Pauses whenever the event loop may turn. A long
   * plan is divided into slices, as if there were more threads; the slices run one after the other, and the bits are
   * the same.
   *
   * @internal
   * @throws {EngineError} if a worker has died; the next call starts new workers
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

  /** Waits until all earlier plans have finished. */
  *#turn(): Generator<Promise<unknown>, void> {
    const turn = this.#running.take();
    if (!turn) return;
    try {
      yield turn;
    } catch (error) {
      // The error was thrown in after the wait, so this plan already holds the mutex.
      this.#running.pass();
      throw error;
    }
  }

  *#runSlices(team: Team | undefined, plan: Plan): Generator<Promise<unknown> | undefined, void> {
    const threads = team?.threads ?? 1;
    for (const [job, operations] of this.#scheduler.jobs(plan, threads)) {
      const start = performance.now();
      yield* this.#runJob(team, plan, job);
      this.#scheduler.measure(operations, performance.now() - start, threads);
      if (plan.operations > OPERATIONS_PER_TURN * threads) yield;
    }
    if (!team) this.#scheduler.count(plan);
  }

  /** Runs one slice of `count` phases, on the team or on the calling thread. */
  *#runJob(team: Team | undefined, plan: Plan, job: Job): Generator<Promise<unknown> | undefined, void> {
    if (!team) {
      const { first, count, slice, slices } = job;
      const scratch = plan.scratch?.at ?? this.#scratch.at();
      for (const phase of plan.phases.slice(first, first + count)) {
        this.kernels.runPhase(phase, slice, slices, scratch);
      }
      return;
    }
    try {
      yield* team.run(plan, job);
    } catch (error) {
      // The caller will free or overwrite memory that other workers may still be writing to.
      if (team.failed) yield this.#workforce!.stop();
      throw error;
    }
  }

  #wantsTeam(plan: Plan): boolean {
    return this.#threads > 1 && this.#scheduler.wantsTeam(plan, this.#workforce!.there);
  }

  /** Returns the team and starts it if needed. If workers cannot start, the engine continues with one thread. */
  *#startedTeam(): Generator<Promise<unknown>, Team | undefined> {
    const team = yield* this.#workforce!.team();
    if (!team) this.#threads = 1;
    this.#assertAlive();
    return team;
  }

  /**
   * Ends the workers after the current step; models that use this engine can no longer calculate. A second call returns
   * the same promise.
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
 * Whether a value is an engine that can be used here: from this copy of the package, or from another copy of the same
 * release, whose kernels accept the same plans.
 *
 * @throws {ArgumentError} if the engine is from another release
 */
export function isEngine(value: unknown): value is Engine {
  const release = brandIn(Engine, value);
  if (release === undefined || release === version) return release !== undefined;
  throw new ArgumentError(
    `engine belongs to isthmus ${release}, but this is isthmus ${version}: the program has two releases of the ` +
      "package, and an engine works with models of its own release only",
  );
}
