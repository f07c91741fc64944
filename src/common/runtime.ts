// What the engine needs of the runtime it runs in. Node's modules are asked for at run time, so that no bundler for
// browsers ever sees their names as imports.

interface NodeProcess {
  versions?: { node?: string; v8?: string };
  getBuiltinModule?(name: string): unknown;
  emitWarning?(message: string, options: { type: string; code: string }): void;
}

const nodeProcess = (globalThis as { process?: NodeProcess }).process;

/** A built-in module of Node (or of a runtime that offers the same), if there is any. */
export function builtin<T>(name: string): T | undefined {
  return nodeProcess?.getBuiltinModule?.(name) as T | undefined;
}

type SetImmediate = (callback: () => void) => unknown;

/** Node's `setImmediate`, also where a test environment such as jsdom hides it; undefined elsewhere. */
export const immediately: SetImmediate | undefined =
  typeof setImmediate === "function"
    ? setImmediate
    : builtin<{ setImmediate?: SetImmediate }>("node:timers")?.setImmediate;

/** Major version of Node; 0 elsewhere. */
export function nodeMajor(): number {
  const { Bun, Deno } = globalThis as { Bun?: unknown; Deno?: unknown };
  if (Bun || Deno) return 0;
  return Number(nodeProcess?.versions?.node?.split(".")[0] ?? 0);
}

/** How many threads the machine can run at a time. */
export function availableThreads(): number {
  const os = builtin<{ availableParallelism?(): number }>("node:os");
  return os?.availableParallelism?.() ?? globalThis.navigator?.hardwareConcurrency ?? 1;
}

/** Whether this thread may sleep in `memory.atomic.wait32`; a browser's main thread may not. */
export function maySleep(): boolean {
  return typeof (globalThis as { document?: unknown }).document === "undefined";
}

/** Whether a shared memory can be sent to a worker: everywhere but in pages without cross-origin isolation. */
export function canShareMemory(): boolean {
  return typeof SharedArrayBuffer === "function" && globalThis.crossOriginIsolated !== false;
}

const told = new Set<string>();

/** Warns of something once a process: as Node does, where there is that, else on the console. */
export function warnOnce(code: string, message: string): void {
  if (told.has(code)) return;
  told.add(code);
  if (nodeProcess?.emitWarning) nodeProcess.emitWarning(message, { type: "IsthmusWarning", code });
  else console.warn(`isthmus: ${message}`);
}
