import type { EngineInfo } from "../../index.js";

/** What a worker tells of the engine that it calculates with. */
export interface EngineReport extends Pick<EngineInfo, "build" | "threads"> {
  /** Whether the worker may share memory, and so have threads at all. */
  readonly isolated: boolean;
}

/** What a model's engine came out as, seen from the worker that has it. */
export function engineReport({ build, threads }: EngineInfo): EngineReport {
  return { build, threads, isolated: globalThis.crossOriginIsolated === true };
}

/**
 * For example "relaxed build, up to 2 threads, 412,000 samples/s".
 *
 * @param samplesPerSecond left out where nothing has been trained yet
 */
export function engineLine({ build, threads, isolated }: EngineReport, samplesPerSecond?: number): string {
  const count = threads > 1 ? `up to ${threads} threads` : "1 thread";
  const why = isolated ? "" : " (the page is not cross-origin isolated)";
  const speed = samplesPerSecond === undefined ? "" : `, ${speedText(samplesPerSecond)}`;
  return `${build} build, ${count}${why}${speed}`;
}

/** For example "412,000 samples/s": three digits are all that a timing is good for. */
export function speedText(samplesPerSecond: number): string {
  const rounded = new Intl.NumberFormat("en", { maximumSignificantDigits: 3 }).format(samplesPerSecond);
  return `${rounded} samples/s`;
}
