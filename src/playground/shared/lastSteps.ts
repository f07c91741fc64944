import { readTrace, type TracePlace } from "../../engine/trace.js";
import type { Engine } from "../../index.js";

/** What tells the page of an engine's trace. */
interface TraceMessage {
  readonly trace: TracePlace;
}

declare global {
  /** In the page: a line for each thread of its worker's engines, also while they hang. For tests and the console. */
  var lastSteps: (() => string[]) | undefined;
}

/** In a worker: lets the page see what the engine's threads do. */
export function showTrace({ trace }: Engine): void {
  if (!globalThis.crossOriginIsolated) return;
  const message: TraceMessage = { trace: trace.place };
  (globalThis as unknown as MessagePort).postMessage(message);
}

/** In the page: keeps what a message tells of a trace, if it does; else returns false. */
export function takeTrace(message: unknown): boolean {
  const { trace } = message as Partial<TraceMessage>;
  if (!trace) return false;
  const before = globalThis.lastSteps;
  globalThis.lastSteps = () => [...(before?.() ?? []), ...readTrace(trace)];
  return true;
}
