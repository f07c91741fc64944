import type { EngineInfo } from "../../index.js";
import { setText } from "./dom.js";

/** What the page shows of the worker's engine. */
export interface EngineReport extends Pick<EngineInfo, "build" | "threads"> {
  /** Whether the worker may share memory, which threads need. */
  readonly isolated: boolean;
}

/** Describes a model's engine; call it in the worker. */
export function engineReport({ build, threads }: EngineInfo): EngineReport {
  return { build, threads, isolated: globalThis.crossOriginIsolated === true };
}

/**
 * For example "relaxed build, up to 2 threads, 412,000 samples/s".
 *
 * @param samplesPerSecond undefined before training starts
 */
export function engineLine({ build, threads, isolated }: EngineReport, samplesPerSecond?: number): string {
  const count = threads > 1 ? `up to ${threads} threads` : "1 thread";
  const why = isolated ? "" : " (the page is not cross-origin isolated)";
  const speed = samplesPerSecond === undefined ? "" : `, ${speedText(samplesPerSecond)}`;
  return `${build} build, ${count}${why}${speed}`;
}

const threeDigits = new Intl.NumberFormat("en", { maximumSignificantDigits: 3 });

/** For example "412,000 samples/s". Timings are not precise enough for more than three digits. */
export function speedText(samplesPerSecond: number): string {
  return `${threeDigits.format(samplesPerSecond)} samples/s`;
}

/** Time between two speeds, in ms: nobody reads faster, and each lays out the page. */
const PAUSE = 1000;

/** The line about the engine, in the page. */
export class EngineText {
  readonly #element: Element;
  #speedAt = Number.NEGATIVE_INFINITY;

  constructor(element: Element) {
    this.#element = element;
  }

  show(engine: EngineReport, samplesPerSecond?: number): void {
    const now = performance.now();
    if (samplesPerSecond !== undefined && now - this.#speedAt < PAUSE) return;
    this.#speedAt = samplesPerSecond === undefined ? Number.NEGATIVE_INFINITY : now;
    setText(this.#element, engineLine(engine, samplesPerSecond));
  }
}
