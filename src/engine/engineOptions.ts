import { integer, knownKeys, oneOf, show } from "../common/check.js";
import { ArgumentError } from "../common/errors.js";
import type { BuildName } from "./binaries.js";

/** How an engine calculates. */
export interface EngineOptions {
  /**
   * Threads that calculate, the calling one included. `"auto"` (default) takes the machine's cores, 16 at most, for
   * work that is large enough, and starts no worker before there has been as much as the start costs. A number is
   * taken for all work but predictions so small that workers cannot help. Where the runtime has no workers or no shared memory, there is one thread. The results are
   * the same bits for any number.
   */
  threads?: number | "auto";
  /**
   * `"fast"` (default) uses relaxed SIMD where the runtime has it: multiply-adds are fused, so the last bits depend
   * on the engine. `"portable"` gives the same bits for the same seed everywhere.
   */
  math?: "fast" | "portable";
  /**
   * Node 24 and later: has V8 compile the kernels with its experimental revectorizer, which fuses pairs of 128-bit
   * operations into 256-bit ones; Node 20: turns relaxed SIMD on. V8's switches are set while the kernels are being
   * compiled, and never unless asked for here. The code is checked against known results before it is used. Where it
   * cannot be had, the engine goes without: `true` warns of that once a process, `"auto"` does not. Default false.
   */
  turbo?: boolean | "auto";
}

/** What an engine came out as. */
export interface EngineInfo {
  /** The kernels in use: `relaxed` (fused multiply-add) or `simd`. */
  readonly build: BuildName;
  /** Rows × columns of the matrix product's tile. */
  readonly tile: string;
  /** Whether V8's revectorizer compiled the kernels. */
  readonly turbo: boolean;
  /** Threads that calculate when the work is large enough, the calling one included. */
  readonly threads: number;
}

/** Options with everything decided. */
export interface CheckedEngineOptions {
  readonly threads: number | "auto";
  readonly math: "fast" | "portable";
  readonly turbo: boolean | "auto";
}

/** More threads than any batch can be divided among. */
const MOST_THREADS = 256;

/** @throws {ArgumentError} for unknown options and values out of range */
export function checkEngineOptions(options: EngineOptions): CheckedEngineOptions {
  knownKeys("engine", options, ["threads", "math", "turbo"]);
  const { threads = "auto", turbo = false } = options;
  return {
    threads: threads === "auto" ? threads : Math.min(MOST_THREADS, integer("engine.threads", threads)),
    math: oneOf("engine.math", options.math ?? "fast", ["fast", "portable"]),
    turbo: checkTurbo(turbo),
  };
}

function checkTurbo(turbo: unknown): boolean | "auto" {
  if (typeof turbo === "boolean" || turbo === "auto") return turbo;
  throw new ArgumentError(`engine.turbo must be true, false or "auto", not ${show(turbo)}`);
}
