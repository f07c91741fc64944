// What the engine needs from its runtime. Node's modules are looked up at run time, so that bundlers for browsers never
// see an import of them.

interface NodeProcess {
  versions?: { node?: string; v8?: string };
  getBuiltinModule?(name: string): unknown;
  emitWarning?(message: string, options: { type: string; code: string }): void;
}

const nodeProcess = (globalThis as { process?: NodeProcess }).process;

/** A built-in module of Node, or of a runtime that offers the same modules; otherwise undefined. */
export function builtin<T>(name: string): T | undefined {
  return nodeProcess?.getBuiltinModule?.(name) as T | undefined;
}

type SetImmediate = (callback: () => void) => unknown;

/** Node's `setImmediate`, even if a test environment such as jsdom hides it; undefined in other runtimes. */
export const immediately: SetImmediate | undefined =
  typeof setImmediate === "function"
    ? setImmediate
    : builtin<{ setImmediate?: SetImmediate }>("node:timers")?.setImmediate;

/** Major version of Node; 0 in other runtimes. */
export function nodeMajor(): number {
  const { Bun, Deno } = globalThis as { Bun?: unknown; Deno?: unknown };
  if (Bun || Deno) return 0;
  return Number(nodeProcess?.versions?.node?.split(".")[0] ?? 0);
}

/** How many threads the machine can run at the same time. */
export function availableThreads(): number {
  const os = builtin<{ availableParallelism?(): number }>("node:os");
  return os?.availableParallelism?.() ?? globalThis.navigator?.hardwareConcurrency ?? 1;
}

/** Whether this thread may sleep in `memory.atomic.wait32`; a browser's main thread may not. */
export function maySleep(): boolean {
  return typeof (globalThis as { document?: unknown }).document === "undefined";
}

/** Whether a shared memory can be sent to a worker: always, except in pages without cross-origin isolation. */
export function canShareMemory(): boolean {
  return typeof SharedArrayBuffer === "function" && globalThis.crossOriginIsolated !== false;
}

const told = new Set<string>();

/** Warns once per process and `code`: with `process.emitWarning` if available, otherwise on the console. */
export function warnOnce(code: string, message: string): void {
  if (told.has(code)) return;
  told.add(code);
  if (nodeProcess?.emitWarning) nodeProcess.emitWarning(message, { type: "IsthmusWarning", code });
  else console.warn(`isthmus: ${message}`);
}
