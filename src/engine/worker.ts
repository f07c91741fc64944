// The program of a worker. It is bundled into one string, embedded in the library and started from there.
import { instantiateKernels, type Kernels } from "./kernels.js";
import { builtin } from "./runtime.js";

/** What a worker is sent to begin with. */
export interface WorkerStart {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  /** Address of the team's block. */
  readonly team: number;
  readonly thread: number;
  readonly threads: number;
  /** Address of this thread's scratch room. */
  readonly scratch: number;
}

interface NodePort {
  once(event: "message", listener: (message: WorkerStart) => void): void;
  postMessage(message: unknown): void;
  close(): void;
}

/** Serves until the team is stopped. */
function begin({ module, memory, team, thread, threads, scratch }: WorkerStart, ready: () => void): void {
  const kernels = instantiateKernels<Kernels>(module, memory);
  ready();
  kernels.serve(team, thread, threads, scratch);
}

const port = builtin<{ parentPort: NodePort | null }>("node:worker_threads")?.parentPort;
if (port) {
  port.once("message", (message) => {
    begin(message, () => port.postMessage("ready"));
    port.close();
  });
} else {
  const scope = globalThis as unknown as {
    onmessage: (event: { data: WorkerStart }) => void;
    postMessage(message: unknown): void;
    close(): void;
  };
  scope.onmessage = ({ data }) => {
    begin(data, () => scope.postMessage("ready"));
    scope.close();
  };
}
