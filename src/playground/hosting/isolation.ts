// A service worker that gives pages shared memory, which threads need, where the file server cannot set headers.

/** The part of a service worker's global scope that is used here. TypeScript's DOM types only know pages. */
interface ServiceWorkerScope {
  skipWaiting(): Promise<void>;
  readonly clients: { claim(): Promise<void> };
  addEventListener(type: "install" | "activate", listener: (event: Extendable) => void): void;
  addEventListener(type: "fetch", listener: (event: Fetching) => void): void;
}

interface Extendable {
  waitUntil(done: Promise<unknown>): void;
}

interface Fetching {
  readonly request: Request;
  respondWith(answer: Promise<Response>): void;
}

const HEADERS = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
  "Cross-Origin-Resource-Policy": "same-origin",
};

const scope = globalThis as unknown as ServiceWorkerScope;
scope.addEventListener("install", (event) => event.waitUntil(scope.skipWaiting()));
// Pages that are open already get this worker, too, and then load again.
scope.addEventListener("activate", (event) => event.waitUntil(scope.clients.claim()));
scope.addEventListener("fetch", (event) => {
  if (new URL(event.request.url).origin === location.origin) event.respondWith(isolated(event.request));
});

/** The server's answer, with the headers that isolate a page. */
async function isolated(request: Request): Promise<Response> {
  const answer = await fetch(request);
  // An answer without a status cannot be copied, and needs no headers.
  if (answer.status === 0) return answer;
  const headers = new Headers(answer.headers);
  for (const [name, value] of Object.entries(HEADERS)) headers.set(name, value);
  const { status, statusText } = answer;
  return new Response(answer.body, { status, statusText, headers });
}
