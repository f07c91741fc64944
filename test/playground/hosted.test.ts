// Workers that a page starts for its own worker, in Debian's browsers.
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openBrowser } from "../support/browsers.js";
import { type FileServer, ISOLATION, serveFiles } from "../support/fileServer.js";
import { inBrowsers } from "../support/inBrowsers.js";
import { openPage, resultOn } from "../support/pages.js";

/** Firefox hung after some thirty when the worker started them itself. */
const WORKERS = 150;

const PAGE = `<!doctype html><title>Hosted workers</title><link rel="icon" href="data:,">
  <script src="/hosted.js"></script>
  <script>
    const host = new hosted.WorkerHost();
    const worker = new Worker("/outer.js");
    let working = true;
    globalThis.result = new Promise((resolve, reject) => {
      worker.onerror = (event) => reject(new Error(event.message));
      worker.onmessage = ({ data }) => {
        if (!host.take(data)) resolve(data);
      };
    }).finally(() => { working = false; });
    // A busy page gives the new worker's thread the time to wait before it is registered.
    const keepBusy = () => {
      for (const end = performance.now() + 20 * Math.random(); performance.now() < end; );
      if (working) setTimeout(keepBusy);
    };
    keepBusy();
  </script>`;

const OUTER = `
  importScripts("/hosted.js");
  hosted.useHostedWorkers();
  const urlOf = (source) => URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
  const echo = urlOf("onmessage = ({ data }) => postMessage([name, Atomics.add(data, 0, 1)])");
  const broken = urlOf("throw new Error('out of luck')");
  (async () => {
    const shared = new Int32Array(new SharedArrayBuffer(4));
    const answers = [];
    for (let i = 0; i < ${WORKERS}; i++) {
      const worker = new Worker(echo, { name: "hosted " + i });
      const answer = new Promise((resolve) => { worker.onmessage = ({ data }) => resolve(data); });
      worker.postMessage(shared);
      answers.push((await answer).join(": "));
      worker.terminate();
    }
    const error = await new Promise((resolve) => {
      new Worker(broken).onerror = ({ message }) => resolve(message);
    });
    postMessage({ answers, count: shared[0], error });
  })();`;

let server: FileServer;
beforeAll(async () => {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL("../../src/playground/shared/hosted.ts", import.meta.url))],
    bundle: true,
    format: "iife",
    globalName: "hosted",
    write: false,
  });
  const pages = { "/index.html": PAGE, "/outer.js": OUTER, "/hosted.js": outputFiles[0]!.text };
  server = await serveFiles("/", { pages, headers: ISOLATION });
});
afterAll(() => server?.close());

inBrowsers((name) => {
  test("a busy page starts one worker after the other, and passes on what they say", async () => {
    const browser = await openBrowser(name);
    try {
      const { page, errors } = await openPage(browser, `${server.origin}/`);
      const { answers, count, error } = await resultOn<{ answers: string[]; count: number; error: string }>(
        page,
      );
      expect(answers).toEqual(Array.from({ length: WORKERS }, (_, i) => `hosted ${i}: ${i}`));
      expect(count).toBe(WORKERS);
      expect(error).toMatch(/out of luck/);
      expect(errors).toEqual([]);
    } finally {
      await browser.close();
    }
  });
});
