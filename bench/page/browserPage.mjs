/** Contestants that are pages: served from the repository's folder to a browser, by the same tools as in the tests. */
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const MODULES = "/bench/peers/node_modules";

/** How a page of each kind is put together, and which package it shows. */
const KINDS = {
  isthmus: { script: "isthmus.mjs", name: "Isthmus" },
  tfjs: { script: "tfjs.mjs", name: "TensorFlow.js", package: "@tensorflow/tfjs" },
  jax: { script: "jax.mjs", name: "jax-js", package: "@jax-js/jax" },
};
/** TensorFlow.js's own scripts for pages, by backend. */
const SCRIPTS = {
  wasm: [`${MODULES}/@tensorflow/tfjs-backend-wasm/dist/tf-backend-wasm.min.js`],
  webgpu: [`${MODULES}/@tensorflow/tfjs-backend-webgpu/dist/tf-backend-webgpu.min.js`],
};
const IMPORTS = { isthmus: "/build/index.js", "@jax-js/jax": `${MODULES}/@jax-js/jax/dist/index.js` };

/** Where TensorFlow.js finds its WebAssembly. */
export const WASM_FOLDER = `${MODULES}/@tensorflow/tfjs-backend-wasm/dist/`;

/** @returns {string} a page that loads a contestant */
export function htmlOf(kind, backend) {
  const scripts =
    kind === "tfjs" ? [`${MODULES}/@tensorflow/tfjs/dist/tf.min.js`, ...(SCRIPTS[backend] ?? [])] : [];
  return [
    '<!doctype html><title>Bench</title><link rel="icon" href="data:,">',
    `<script type="importmap">${JSON.stringify({ imports: IMPORTS })}</script>`,
    ...scripts.map((source) => `<script src="${source}"></script>`),
    `<script type="module" src="/bench/page/${KINDS[kind].script}"></script>`,
  ].join("\n");
}

/** The version of what a page shows; undefined where it is not installed. */
function versionOf(kind) {
  const { package: name } = KINDS[kind];
  const manifest = name ? `${ROOT}${MODULES}/${name}/package.json` : `${ROOT}/package.json`;
  return existsSync(manifest) ? JSON.parse(readFileSync(manifest, "utf8")).version : undefined;
}

/**
 * Opens a page and sets it up: what `withContestants` wants of a contestant.
 *
 * @param {{ kind: string, backend?: string, threads: number }} contestant
 * @param {any} browser
 * @param {{ origin: string }} server of the pages
 * @param {any} setup
 */
export async function openContestant({ kind, backend, threads }, browser, server, setup) {
  const version = versionOf(kind);
  if (!version) return notHere(`${KINDS[kind].package} is not installed: run \`npm ci\` in bench/peers`);
  const page = await browser.newPage();
  page.setDefaultTimeout(0);
  const errors = [];
  page.on("pageerror", (error) => errors.push(String(error)));
  await page.goto(`${server.origin}/${kind}-${backend}.html`);
  try {
    await page.waitForFunction("'driver' in globalThis", { timeout: 60_000 });
  } catch {
    throw new Error(`the page did not start: ${errors.join("; ")}`);
  }
  const call = (name, request) =>
    page.evaluate((name, request) => globalThis.driver[name](request), name, request);
  const answer = await call("setup", { ...setup, threads, backend, folder: WASM_FOLDER });
  const name = backend ? `${KINDS[kind].name} ${backend}` : KINDS[kind].name;
  return {
    answer: { name, version, ...answer },
    child: {
      async run(order) {
        await page.bringToFront();
        return call("run", order);
      },
      exit: () => page.close(),
    },
  };
}

function notHere(reason) {
  return { answer: { ready: false, reason }, child: { async exit() {} } };
}

/**
 * Starts what serves the pages, with and without isolation. The tools of the tests are built by build.mjs.
 *
 * @param {readonly (readonly [kind: string, backend?: string])[]} kinds
 * @returns {Promise<{ isolated: any, plain: any, close: () => Promise<void> }>}
 */
export async function servePages(kinds) {
  const { serveFiles, ISOLATION } = await import(
    new URL("../../build/bench/fileServer.js", import.meta.url).href
  );
  const pages = Object.fromEntries(
    kinds.map(([kind, backend]) => [`/${kind}-${backend}.html`, htmlOf(kind, backend)]),
  );
  const isolated = await serveFiles(ROOT, { pages, headers: ISOLATION });
  const plain = await serveFiles(ROOT, { pages });
  return {
    isolated,
    plain,
    async close() {
      await Promise.all([isolated.close(), plain.close()]);
    },
  };
}
