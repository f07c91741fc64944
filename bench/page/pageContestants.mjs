/** Who takes part in pages: Isthmus, TensorFlow.js and jax-js, in each browser. */

/** What needs no shared memory is measured without isolation, what can use it in both. */
const PAGES = [
  { kind: "isthmus", isolated: false, threads: 1 },
  { kind: "isthmus", isolated: true, threads: 1 },
  { kind: "isthmus", isolated: true, threads: 2 },
  { kind: "tfjs", backend: "wasm", isolated: false, threads: 1 },
  { kind: "tfjs", backend: "wasm", isolated: true, threads: 2 },
  { kind: "tfjs", backend: "webgl", isolated: false, threads: 1 },
  { kind: "tfjs", backend: "webgpu", isolated: false, threads: 1 },
  { kind: "jax", backend: "wasm", isolated: false, threads: 1 },
  { kind: "jax", backend: "wasm", isolated: true, threads: 1 },
  { kind: "jax", backend: "webgpu", isolated: false, threads: 1 },
];

/**
 * `chromium-fast`, `firefox-isolated-fast@2`, `chromium-tfjs-webgl` and so on.
 *
 * @param {string} browser
 * @param {{ kind: string, backend?: string, isolated: boolean, threads: number }} page
 */
function nameOf(browser, { kind, backend, isolated, threads }) {
  const who = kind === "isthmus" ? "fast" : `${kind}-${backend}`;
  return `${browser}${isolated ? "-isolated" : ""}-${who}${threads > 1 ? `@${threads}` : ""}`;
}

export function pageContestants() {
  return ["chromium", "firefox"].flatMap((browser) =>
    PAGES.map((page) => ({ id: nameOf(browser, page), browser, ...page })),
  );
}
