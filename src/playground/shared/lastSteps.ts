import { readTrace, type TracePlace } from "../../engine/trace.js";
import type { Engine } from "../../index.js";

/** Tells the page where an engine's trace is. */
interface TraceMessage {
  readonly trace: TracePlace;
}

declare global {
  /** In the page: one line for each thread of the worker's engines, even if they hang. For tests and the console. */
  var lastSteps: (() => string[]) | undefined;
}

/** In a worker: lets the page see what the engine's threads are doing. */
export function showTrace({ trace }: Engine): void {
  if (!globalThis.crossOriginIsolated) return;
  const message: TraceMessage = { trace: trace.place };
  (globalThis as unknown as MessagePort).postMessage(message);
}

/** In the page: handles a message about a trace; returns false for other messages. */
export function takeTrace(message: unknown): boolean {
  const { trace } = message as Partial<TraceMessage>;
  if (!trace) return false;
  const before = globalThis.lastSteps;
  globalThis.lastSteps = () => [...(before?.() ?? []), ...readTrace(trace)];
  return true;
}
