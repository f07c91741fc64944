/**
 * Workers that the page starts on behalf of its own worker.
 *
 * In Firefox, a worker that starts another worker can hang in `new Worker` forever while the developer tools or WebDriver
 * BiDi watch workers. The starting thread and the new worker's thread then wait on the same condition variable until the
 * page's main thread has registered the worker, and the main thread wakes only one of them
 * (`WorkerPrivate::WaitForIsDebuggerRegistered`; seen in Firefox 153). The page itself never waits in this way, so it
 * starts the engine's workers and forwards their messages.
 */

/** A worker's request to the page. */
interface HostRequest {
  readonly startWorker: {
    readonly url: string;
    readonly name: string | undefined;
    readonly port: MessagePort;
  };
}

type ToHosted = { readonly kind: "message"; readonly data: unknown } | { readonly kind: "terminate" };
type FromHosted =
  | { readonly kind: "message"; readonly data: unknown }
  | { readonly kind: "error"; readonly message: string };

/** Replaces `Worker` in a worker: the page starts the real one. Has the methods that the engine uses. */
class HostedWorker {
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onerror: ((event: { message: string }) => void) | null = null;
  readonly #port: MessagePort;

  constructor(url: string | URL, { name }: WorkerOptions = {}) {
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    port1.onmessage = ({ data }: MessageEvent<FromHosted>) => {
      if (data.kind === "message") this.onmessage?.({ data: data.data });
      else this.onerror?.({ message: data.message });
    };
    const request: HostRequest = { startWorker: { url: String(url), name, port: port2 } };
    (globalThis as unknown as MessagePort).postMessage(request, [port2]);
  }

  postMessage(data: unknown): void {
    this.#send({ kind: "message", data });
  }

  terminate(): void {
    this.#send({ kind: "terminate" });
  }

  #send(message: ToHosted): void {
    this.#port.postMessage(message);
  }
}

/** In a worker: from now on, the page starts all workers for it. */
export function useHostedWorkers(): void {
  (globalThis as unknown as { Worker: unknown }).Worker = HostedWorker;
}

/** In the page: the workers that it has started for one of its workers. */
export class WorkerHost {
  /** The workers and their ports. Without a reference, the browser may collect a port. */
  readonly #hosted = new Map<Worker, MessagePort>();

  /** Handles a message if it is a request to the host; otherwise returns false. */
  take(message: unknown): boolean {
    const { startWorker } = message as Partial<HostRequest>;
    if (startWorker) this.#start(startWorker);
    return startWorker !== undefined;
  }

  #start({ url, name, port }: HostRequest["startWorker"]): void {
    const tell = (message: FromHosted) => port.postMessage(message);
    const worker = new Worker(url, name === undefined ? {} : { name });
    this.#hosted.set(worker, port);
    worker.onmessage = ({ data }) => tell({ kind: "message", data });
    worker.onerror = (event) => {
      event.preventDefault();
      tell({ kind: "error", message: event.message });
    };
    port.onmessage = ({ data }: MessageEvent<ToHosted>) => {
      if (data.kind === "message") worker.postMessage(data.data);
      else this.#end(worker);
    };
  }

  /** Ends all of them. */
  end(): void {
    for (const worker of this.#hosted.keys()) this.#end(worker);
  }

  #end(worker: Worker): void {
    worker.terminate();
    this.#hosted.get(worker)?.close();
    this.#hosted.delete(worker);
  }
}
