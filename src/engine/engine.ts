import { SCRATCH_BYTES, TILE_2X16, TILE_4X8, TILE_4X16, TILE_6X8, TILE_6X16 } from "../../assembly/abi.js";
import { knownKeys, oneOf } from "../check.js";
import { EngineError, StateError } from "../errors.js";
import { type BuildName, compileKernels } from "./builds.js";
import { instantiateKernels, type Kernels } from "./kernels.js";
import { type Address, type Block, EngineMemory } from "./memory.js";
import { type Plan, PlanBuilder } from "./plan.js";
import { hasRelaxedSimd, hasSimd } from "./probe.js";

/** How an engine calculates. */
export interface EngineOptions {
  /**
   * `"fast"` (default) uses relaxed SIMD where the runtime has it: multiply-adds are fused, so the last bits depend
   * on the engine. `"portable"` gives the same bits for the same seed everywhere.
   */
  math?: "fast" | "portable";
}

/** What an engine came out as. */
export interface EngineInfo {
  /** The kernels in use: `relaxed` (fused multiply-add) or `simd`. */
  readonly build: BuildName;
  /** Rows × columns of the matrix product's tile. */
  readonly tile: string;
  /** Threads that calculate, the calling one included. */
  readonly threads: number;
}

const TILE_NAMES: Record<number, string> = {
  [TILE_4X8]: "4x8",
  [TILE_6X8]: "6x8",
  [TILE_2X16]: "2x16",
  [TILE_4X16]: "4x16",
  [TILE_6X16]: "6x16",
};

/** A stretch of work that one turn of the event loop may take: about 10 ms at 20 GFLOP/s, a slow machine's pace. */
export const OPERATIONS_PER_TURN = 2e8;

/** Kernels, memory and (in time) threads: what a model runs on. */
export class Engine {
  readonly build: BuildName;
  readonly tile: number;
  readonly memory: EngineMemory;
  readonly kernels: Kernels;
  readonly #scratch: Block;
  #disposed = false;

  private constructor(build: BuildName, memory: EngineMemory, kernels: Kernels) {
    this.build = build;
    this.memory = memory;
    this.kernels = kernels;
    this.tile = build === "relaxed" ? TILE_6X8 : TILE_4X8;
    this.#scratch = memory.allocate(SCRATCH_BYTES);
  }

  /**
   * Compiles the kernels (once a process) and reserves a memory.
   *
   * @throws {ArgumentError} for unknown options
   * @throws {EngineError} when the runtime has no WebAssembly SIMD
   */
  static async create(options: EngineOptions = {}): Promise<Engine> {
    knownKeys("engine", options, ["math"]);
    const math = oneOf("engine.math", options.math ?? "fast", ["fast", "portable"]);
    if (!hasSimd())
      throw new EngineError("this runtime has no WebAssembly SIMD, which the kernels are made of");
    const build = math === "fast" && hasRelaxedSimd() ? "relaxed" : "simd";
    const memory = new EngineMemory();
    const kernels = instantiateKernels(await compileKernels(build), memory.memory);
    memory.start(kernels.heapBase());
    return new Engine(build, memory, kernels);
  }

  /** What is in force. */
  get info(): EngineInfo {
    return { build: this.build, tile: TILE_NAMES[this.tile]!, threads: 1 };
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

  /** Runs a plan to its end. */
  run(plan: Plan): void {
    if (this.#disposed) throw new StateError("the engine was disposed of");
    for (const phase of plan.phases) this.kernels.runPhase(phase, 0, 1, this.#scratch.at());
  }

  /**
   * Runs a plan, pausing where the caller should let the event loop turn. A long phase is cut into the shares that
   * as many threads would take, one after the other; the bits are the same.
   */
  *runInTurns(plan: Plan): Generator<void, void> {
    const slices = Math.ceil(plan.operations / OPERATIONS_PER_TURN / plan.phases.length);
    if (slices <= 1) {
      this.run(plan);
      return;
    }
    for (const phase of plan.phases) {
      for (let slice = 0; slice < slices; slice++) {
        if (this.#disposed) throw new StateError("the engine was disposed of");
        this.kernels.runPhase(phase, slice, slices, this.#scratch.at());
        yield;
      }
    }
  }

  /** Ends the engine; models that use it cannot calculate any more. A second call does nothing. */
  async dispose(): Promise<void> {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#scratch.release();
  }
}
