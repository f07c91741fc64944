/**
 * Workers that the page starts for its own worker.
 *
 * In Firefox, a worker that starts a worker can hang in `new Worker` for good while something watches workers: the
 * developer tools, or WebDriver BiDi. The starting thread then waits for the page's main thread to register the new
 * worker, and so does the new worker's thread for its first event, on one condition variable; the main thread wakes
 * only one of the two. (`WorkerPrivate::WaitForIsDebuggerRegistered`; seen in Firefox 153.) The page itself never waits
 * in that way, so it starts the engine's workers, and passes their messages on.
 */

/** What a worker asks of its page. */
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

/** What the engine uses of `Worker`, in a thread that has the page start it. */
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

/** In a worker: has the page start the workers that are started from here on. */
export function useHostedWorkers(): void {
  (globalThis as unknown as { Worker: unknown }).Worker = HostedWorker;
}

/** The workers that a page has started for one of its own. */
export class WorkerHost {
  /** With their ports, which the browser may collect when nothing refers to them. */
  readonly #hosted = new Map<Worker, MessagePort>();

  /** Does what a message asks for, if it is for the host; else returns false. */
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

  /** Ends them all. */
  end(): void {
    for (const worker of this.#hosted.keys()) this.#end(worker);
  }

  #end(worker: Worker): void {
    worker.terminate();
    this.#hosted.get(worker)?.close();
    this.#hosted.delete(worker);
  }
}
