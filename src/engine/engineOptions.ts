import { integer, knownKeys, oneOf, show } from "../common/check.js";
import { ArgumentError } from "../common/errors.js";
import type { BuildName } from "./binaries.js";

/** Settings of an engine. */
export interface EngineOptions {
  /**
   * Number of threads, including the calling one. `"auto"` (default) uses all cores, at most 16, for work that is large
   * enough, and starts no worker until the work done so far would have paid for the start. A number applies to all work
   * except tiny predictions, which workers cannot speed up. If the runtime has no workers or no shared memory, there is
   * one thread. Results have the same bits for any number of threads.
   */
  threads?: number | "auto";
  /**
   * `"fast"` (default) uses relaxed SIMD if the runtime supports it: multiply-adds are fused, so the last bits depend
   * on the engine. `"portable"` gives the same bits for the same seed everywhere.
   */
  math?: "fast" | "portable";
  /**
   * Node 24 and later: compiles the kernels with V8's experimental revectorizer, which fuses pairs of 128-bit
   * operations into 256-bit ones. Node 20: turns on relaxed SIMD. V8's flags are changed only if you set this option,
   * and only during compilation. The compiled code is checked against known results before it is used. If turbo is
   * unavailable, the engine runs without it: `true` warns once per process, `"auto"` does not. Default false.
   */
  turbo?: boolean | "auto";
}

/** The settings that an engine uses. */
export interface EngineInfo {
  /** The kernels in use: `relaxed` (fused multiply-add) or `simd`. */
  readonly build: BuildName;
  /** Tile of the matrix product, rows × columns. */
  readonly tile: string;
  /** Whether V8's revectorizer compiled the kernels. */
  readonly turbo: boolean;
  /** Number of threads for work that is large enough, including the calling one. */
  readonly threads: number;
}

/** Checked options with defaults filled in. */
export interface CheckedEngineOptions {
  readonly threads: number | "auto";
  readonly math: "fast" | "portable";
  readonly turbo: boolean | "auto";
}

/** No batch can be divided among more threads than this. */
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
