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
import type { Job, Team } from "./team.js";
import { chooseTile, TILE_NAMES, tileFor } from "./tiles.js";
import { Trace } from "./trace.js";
import { Workforce } from "./workforce.js";

/**
 * Operations in one turn of the event loop until a job has shown how fast they are: 10 ms at 20 GFLOP/s, the speed of a slow
 * machine. Later turns hold at least as many.
 */
export const OPERATIONS_PER_TURN = 2e8;
/** How long a job should take once the speed is known, in ms. */
const JOB_TIME = 8;
/** The fewest operations in a piece. They take about half a millisecond; taking the next piece costs next to nothing. */
const OPERATIONS_PER_PIECE = 5e7;
/** The most pieces per thread: each product reads its packed operand once per piece. */
const MOST_PIECES = 4;
/**
 * Smaller predictions run on one thread even if the user set a number of threads: one thread needs about 10 µs for
 * them, and waking the others takes longer.
 */
const OPERATIONS_FOR_WORKERS = 2e5;
/** With `threads: "auto"`, smaller plans run on one thread: waiting at barriers would cost more than it saves. */
const OPERATIONS_FOR_TEAM = 6e6;
/** With `threads: "auto"`, operations of larger plans before workers start: about 25 ms, as long as a start takes. */
const OPERATIONS_BEFORE_TEAM = 5e8;
/** The most threads that `threads: "auto"` uses. */
const MOST_AUTO_THREADS = 16;

/**
 * Into how many pieces to divide a phase. A long phase gets several per thread, so that a thread that is slowed down does not
 * delay the others. A short one gets 0: each thread keeps its own share, whose data are still in its cache.
 *
 * @param operations of the phase
 * @param useful the most pieces per thread
 */
function piecesOf(operations: number, threads: number, useful: number): number {
  const each = Math.floor(Math.min(useful, MOST_PIECES, operations / threads / OPERATIONS_PER_PIECE));
  return threads > 1 && each > 1 ? each * threads : 0;
}

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
  readonly #auto: boolean;
  #threads: number;
  /** The workers; undefined if the engine has only one thread. */
  readonly #workforce: Workforce | undefined;
  /** Operations per ms and thread in the last long job; 0 before the first. */
  #speed = 0;
  /** Operations of plans that were large enough for a team, but ran on one thread because no team was started yet. */
  #worked = 0;
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
    this.#count(plan);
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
    const { work } = plan;
    for (let first = 0; first < work.length; ) {
      const most = this.#operationsPerTurn(threads);
      // As many phases as fit one turn together; a longer one alone, in slices. More slices than there are shares for all
      // threads would leave some of them without work.
      let { operations, divisible } = work[first]!;
      let end = first + 1;
      while (end < work.length && operations + work[end]!.operations <= most) {
        divisible &&= work[end]!.divisible;
        operations += work[end++]!.operations;
      }
      const useful = Math.max(1, Math.floor(work[first]!.shares / threads));
      const slices = Math.min(useful, Math.max(1, Math.ceil(operations / most)));
      const [count, size] = [end - first, operations / slices];
      const pieces = divisible ? piecesOf(size / count, threads, useful / slices) : 0;
      for (let slice = 0; slice < slices; slice++) {
        const start = performance.now();
        yield* this.#runJob(team, plan, { first, count, slice, slices, pieces });
        this.#measure(size, performance.now() - start, threads);
        if (plan.operations > OPERATIONS_PER_TURN * threads) yield;
      }
      first = end;
    }
    if (!team) this.#count(plan);
  }

  /** The most operations that `threads` threads do before the event loop may turn. */
  #operationsPerTurn(threads: number): number {
    return threads * Math.max(OPERATIONS_PER_TURN, this.#speed * JOB_TIME);
  }

  /** Learns from how long a job took how much a turn can hold. */
  #measure(operations: number, ms: number, threads: number): void {
    if (operations >= OPERATIONS_PER_TURN / 2) this.#speed = operations / threads / Math.max(ms, 1);
  }

  #count({ operations }: Plan): void {
    if (operations >= OPERATIONS_FOR_TEAM) this.#worked += operations;
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

  /**
   * Whether a plan should run on a team. Never if all of it is one thread's share, like a prediction of a few rows. If
   * the user set a number of threads, everything runs on a team except tiny predictions, which have one phase; training
   * steps have more. `"auto"` starts a team once one thread has done as much work as a start costs. So no amount of
   * work takes more than twice as long as with the best choice.
   */
  #wantsTeam({ operations, phases, shares }: Plan): boolean {
    if (this.#threads === 1 || shares === 1) return false;
    if (!this.#auto) return phases.length > 1 || operations >= OPERATIONS_FOR_WORKERS;
    if (operations < OPERATIONS_FOR_TEAM) return false;
    return this.#workforce!.there || this.#worked + operations >= OPERATIONS_BEFORE_TEAM;
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
