// Loaded by hosted pages: starts the service worker that isolates them, then loads the page again through it.

if (!globalThis.crossOriginIsolated && globalThis.isSecureContext && "serviceWorker" in navigator) {
  const workers = navigator.serviceWorker;
  // With a controller, the page has come through the worker already: loading it once more would not help.
  if (!workers.controller) workers.addEventListener("controllerchange", () => location.reload());
  // Without a service worker, pages work with one thread.
  workers.register("isolation.js").catch(() => {});
}
