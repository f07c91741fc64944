import { useHostedWorkers, WorkerHost } from "./hosted.js";
import { takeTrace } from "./lastSteps.js";

/** A worker of the page's own, with typed messages both ways. */
export interface PageWorker<ToWorker> {
  send(message: ToWorker, transfer?: Transferable[]): void;
  /** Ends the worker at once, and those that were started for it. */
  end(): void;
}

/**
 * Starts a worker from a script of the page.
 *
 * @param script address relative to the page
 * @param onMessage told what the worker sends
 * @param onFailure told when it could not be loaded, or threw what nobody caught
 */
export function startWorker<ToWorker, FromWorker>(
  script: string,
  onMessage: (message: FromWorker) => void,
  onFailure: (message: string) => void,
): PageWorker<ToWorker> {
  const worker = new Worker(script, { type: "module" });
  const host = new WorkerHost();
  worker.onmessage = ({ data }: MessageEvent<FromWorker>) => {
    if (!host.take(data) && !takeTrace(data)) onMessage(data);
  };
  worker.onmessageerror = () => onFailure("A message of the worker could not be read.");
  worker.onerror = (event) => {
    event.preventDefault();
    onFailure(event.message || "The worker could not be loaded.");
  };
  return {
    send: (message, transfer = []) => worker.postMessage(message, transfer),
    end() {
      worker.terminate();
      host.end();
    },
  };
}

/** What of a worker's global scope is used here; the compiler is told of pages alone. */
interface WorkerScope {
  onmessage: (event: MessageEvent<unknown>) => void;
  postMessage(message: unknown, transfer: Transferable[]): void;
}

/** Sends a message to the page; what is in `transfer` is moved, not copied. */
export type Send<FromWorker> = (message: FromWorker, transfer?: Transferable[]) => void;

/**
 * The worker's end of the channel. The page starts the workers that this one wants.
 *
 * @param handle does what a message asks for; messages are handled as they come, also while another one's promise is
 *   pending
 * @param failed what to do with what `handle` throws or is rejected with
 */
export function serveWorker<ToWorker, FromWorker>(
  handle: (message: ToWorker) => void | Promise<void>,
  failed: (error: unknown) => void,
): Send<FromWorker> {
  const scope = globalThis as unknown as WorkerScope;
  useHostedWorkers();
  scope.onmessage = async ({ data }) => {
    try {
      await handle(data as ToWorker);
    } catch (error) {
      failed(error);
    }
  };
  return (message, transfer = []) => scope.postMessage(message, transfer);
}

/** How an error reads to a visitor. */
export function errorText(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
