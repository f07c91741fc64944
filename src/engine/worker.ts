// The worker's program. It is bundled into one string, which is embedded in the library and started from there.
import { TEAM_TRACE, TRACE_WAKE } from "../../assembly/abi.js";
import { builtin } from "../common/runtime.js";
import { instantiateKernels, type Kernels } from "./kernels.js";
import { noteStep, traceWords } from "./trace.js";

/** The first message to a worker. */
export interface WorkerStart {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  /** Address of the team's block. */
  readonly team: number;
  readonly thread: number;
  readonly threads: number;
}

interface NodePort {
  once(event: "message", listener: (message: WorkerStart) => void): void;
  postMessage(message: unknown): void;
  close?(): void;
}

/** The global scope of a web worker. */
interface WebScope {
  onmessage: (event: { data: WorkerStart }) => void;
  postMessage(message: unknown): void;
  close(): void;
}

/** Runs jobs until the team is stopped. */
function begin({ module, memory, team, thread, threads }: WorkerStart, ready: () => void): void {
  const address = new Uint32Array(memory.buffer, team)[TEAM_TRACE]!;
  noteStep(traceWords({ memory, address, threads }), thread, TRACE_WAKE);
  const kernels = instantiateKernels<Kernels>(module, memory);
  ready();
  kernels.serve(team, thread, threads);
}

const port = builtin<{ parentPort: NodePort | null }>("node:worker_threads")?.parentPort;
const scope = globalThis as unknown as WebScope;
if (port) {
  port.once("message", (message) => {
    begin(message, () => port.postMessage("ready"));
    // In Deno, the port cannot be closed, but the scope can, as on the web.
    if (port.close) port.close();
    else scope.close();
  });
} else {
  scope.onmessage = ({ data }) => {
    begin(data, () => scope.postMessage("ready"));
    scope.close();
  };
}
