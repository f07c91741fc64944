import { useHostedWorkers, WorkerHost } from "./hosted.js";
import { takeTrace } from "./lastSteps.js";

/** A worker of the page, with typed messages in both directions. */
export interface PageWorker<ToWorker> {
  send(message: ToWorker, transfer?: Transferable[]): void;
  /** Ends the worker at once, with all workers that were started for it. */
  end(): void;
}

/**
 * Starts a worker that runs a script.
 *
 * @param script URL relative to the page
 * @param onMessage called with each message of the worker
 * @param onFailure called if the worker could not be loaded or threw an uncaught error
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
  worker.onmessageerror = () => onFailure("A message from the worker could not be read.");
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

/** The part of a worker's global scope that is used here. TypeScript's DOM types only know pages. */
interface WorkerScope {
  onmessage: (event: MessageEvent<unknown>) => void;
  postMessage(message: unknown, transfer: Transferable[]): void;
}

/** Sends a message to the page; objects in `transfer` are moved, not copied. */
export type Send<FromWorker> = (message: FromWorker, transfer?: Transferable[]) => void;

/**
 * The worker's end of the channel. When this worker starts workers, the page starts them on its behalf.
 *
 * @param handle handles a message; it is called for each message as it arrives, even while an earlier promise is
 *   pending
 * @param failed called with errors of `handle`
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

/** An error as text for the visitor. */
export function errorText(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
