// `npm run playground`: builds the playground and serves it on this machine only.
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, resolve, sep } from "node:path";
import { argv } from "node:process";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { buildPlayground, PLAYGROUND } from "./buildPages.mjs";

const HOST = "127.0.0.1";
const DEFAULT_PORT = 8787;

const TYPES = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml; charset=utf-8",
};

/** Allows only this server's files, WebAssembly, and the engine's workers, which start from a blob. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "worker-src 'self' blob:",
  "style-src 'self'",
  "img-src 'self' blob: data:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

const HEADERS = {
  "Content-Security-Policy": POLICY,
  "X-Content-Type-Options": "nosniff",
  "Referrer-Policy": "no-referrer",
  "Cache-Control": "no-store",
};

/** Headers that give a page shared memory, which threads need. */
const ISOLATION_HEADERS = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
  "Cross-Origin-Resource-Policy": "same-origin",
};

/** The file for a URL's path; undefined if the playground has no such file. */
function fileOf(path) {
  let name;
  try {
    name = decodeURIComponent(path);
  } catch {
    return undefined;
  }
  if (name.includes("\0")) return undefined;
  const file = resolve(PLAYGROUND, `.${name.endsWith("/") ? `${name}index.html` : name}`);
  return file.startsWith(PLAYGROUND + sep) && TYPES[extname(file)] ? file : undefined;
}

async function answer(request, response, headers) {
  const fail = (status, text) => {
    response.writeHead(status, { ...headers, "Content-Type": "text/plain; charset=utf-8" });
    response.end(request.method === "HEAD" ? undefined : `${text}\n`);
  };
  // Refuse other host names: somebody may have pointed one at this machine (DNS rebinding).
  const [, host] = /^(127\.0\.0\.1|localhost)(:\d+)?$/.exec(request.headers.host ?? "") ?? [];
  if (!host) return fail(403, "this server answers to 127.0.0.1 and localhost alone");
  if (request.method !== "GET" && request.method !== "HEAD") return fail(405, "only GET and HEAD are served");
  const file = fileOf((request.url ?? "/").split("?", 1)[0]);
  const content = file && (await readFile(file).catch(() => undefined));
  if (!content) return fail(404, "there is no such file");
  response.writeHead(200, {
    ...headers,
    "Content-Type": TYPES[extname(file)],
    "Content-Length": content.length,
  });
  response.end(request.method === "HEAD" ? undefined : content);
}

/** Listens on `port`, or on a free port if it is taken. */
function listen(server, port) {
  return new Promise((fulfil, reject) => {
    server.once("error", (error) => {
      if (error.code === "EADDRINUSE" && port !== 0) fulfil(listen(server, 0));
      else reject(error);
    });
    server.listen(port, HOST, () => fulfil(server.address().port));
  });
}

/** One build per process: all servers serve the same files. */
let built;

/**
 * Builds the playground and serves it on 127.0.0.1.
 *
 * @param {{ port?: number, isolation?: boolean }} [options] `port`: default 8787; a free port if it is taken, or
 *   for 0. `isolation`: whether pages are cross-origin isolated, which threads need; default true
 * @returns {Promise<{ url: string, port: number, close: () => Promise<void> }>}
 */
export async function servePlayground({ port = DEFAULT_PORT, isolation = true } = {}) {
  built ??= buildPlayground();
  await built;
  const headers = isolation ? { ...HEADERS, ...ISOLATION_HEADERS } : HEADERS;
  const server = createServer((request, response) => {
    answer(request, response, headers).catch((error) => response.destroy(error));
  });
  const listening = await listen(server, port);
  return {
    url: `http://${HOST}:${listening}/`,
    port: listening,
    close: () =>
      new Promise((fulfil, reject) => {
        server.close((error) => (error ? reject(error) : fulfil()));
        server.closeAllConnections();
      }),
  };
}

/** Parses the command's options; ends the process if they are invalid. */
function commandOptions() {
  try {
    const { values } = parseArgs({
      options: {
        port: { type: "string" },
        "no-isolation": { type: "boolean", default: false },
        help: { type: "boolean", short: "h", default: false },
      },
    });
    const port = Number(values.port ?? DEFAULT_PORT);
    if (!Number.isInteger(port) || port < 0 || port > 65_535) {
      throw new RangeError(`--port must be an integer from 0 to 65535, not ${JSON.stringify(values.port)}`);
    }
    return { port, isolation: !values["no-isolation"], help: values.help };
  } catch (error) {
    console.error(`playground: ${error.message}`);
    process.exit(1);
  }
}

async function main() {
  const { help, port, isolation } = commandOptions();
  if (help) {
    console.log(`Usage: npm run playground -- [--port N] [--no-isolation]

Builds the playground and serves it on ${HOST}.

  --port N         port to listen on (default ${DEFAULT_PORT}; a free one where it is taken)
  --no-isolation   without the headers that let pages have threads`);
    return;
  }
  const { url, port: used } = await servePlayground({ port, isolation });
  if (port !== 0 && used !== port) console.log(`Port ${port} is taken.`);
  console.log(`The playground is at ${url} (Ctrl-C stops it).`);
}

if (argv[1] && import.meta.url === pathToFileURL(argv[1]).href) await main();
