// Serves a folder of pages on this machine only.
import { readFile, stat } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, resolve, sep } from "node:path";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";

export const HOST = "127.0.0.1";
export const DEFAULT_PORT = 8787;

const TYPES = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml; charset=utf-8",
  ".png": "image/png",
  ".safetensors": "application/octet-stream",
};

/** Allows only this server's files, WebAssembly, and the engine's workers, which start from a blob. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "connect-src 'self'",
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
  Vary: "Accept-Encoding",
};

/** Headers that give a page shared memory, which threads need. */
const ISOLATION_HEADERS = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
  "Cross-Origin-Resource-Policy": "same-origin",
};

/** Ways to compress an answer, best first. Brotli's higher levels take longer than they save on one machine. */
const ENCODINGS = {
  br: (content) => promisify(brotliCompress)(content, { params: { [constants.BROTLI_PARAM_QUALITY]: 5 } }),
  gzip: (content) => promisify(gzip)(content),
};

/** Whether files of this type become smaller. */
const isText = (file) => TYPES[extname(file)].includes("charset");

/** The file for a URL's path; undefined if the folder has no such file. */
function fileOf(folder, path) {
  let name;
  try {
    name = decodeURIComponent(path);
  } catch {
    return undefined;
  }
  if (name.includes("\0")) return undefined;
  const file = resolve(folder, `.${name.endsWith("/") ? `${name}index.html` : name}`);
  return file.startsWith(folder + sep) && TYPES[extname(file)] ? file : undefined;
}

/** The best encoding that the browser takes; undefined for none. */
function encodingFor(accepted = "") {
  const names = accepted.split(",").map((part) => part.trim().split(";")[0]);
  return Object.keys(ENCODINGS).find((name) => names.includes(name));
}

/** Reads files, and keeps them compressed until they change. */
class Files {
  #kept = new Map();

  /** @returns {Promise<Buffer | undefined>} undefined if there is no such file */
  async read(file, encoding) {
    const found = await stat(file).catch(() => undefined);
    if (!found?.isFile()) return undefined;
    const key = `${encoding} ${file}`;
    const kept = this.#kept.get(key);
    if (kept?.changed === found.mtimeMs) return kept.content;
    const content = await readFile(file);
    if (!encoding) return content;
    const packed = await ENCODINGS[encoding](content);
    this.#kept.set(key, { changed: found.mtimeMs, content: packed });
    return packed;
  }
}

async function answer(request, response, { folder, files, headers }) {
  const fail = (status, text) => {
    response.writeHead(status, { ...headers, "Content-Type": "text/plain; charset=utf-8" });
    response.end(request.method === "HEAD" ? undefined : `${text}\n`);
  };
  // Refuse other host names: somebody may have pointed one at this machine (DNS rebinding).
  const [, host] = /^(127\.0\.0\.1|localhost)(:\d+)?$/.exec(request.headers.host ?? "") ?? [];
  if (!host) return fail(403, "this server answers to 127.0.0.1 and localhost alone");
  if (request.method !== "GET" && request.method !== "HEAD") return fail(405, "only GET and HEAD are served");
  const file = fileOf(folder, (request.url ?? "/").split("?", 1)[0]);
  const encoding = file && isText(file) ? encodingFor(request.headers["accept-encoding"]) : undefined;
  const content = file && (await files.read(file, encoding));
  if (!content) return fail(404, "there is no such file");
  response.writeHead(200, {
    ...headers,
    "Content-Type": TYPES[extname(file)],
    "Content-Length": content.length,
    ...(encoding && { "Content-Encoding": encoding }),
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

/**
 * Serves a folder on 127.0.0.1.
 *
 * @param {string} folder absolute path
 * @param {{ port?: number, isolation?: boolean }} [options] `port`: default 8787; a free port if it is taken, or
 *   for 0. `isolation`: whether pages are cross-origin isolated, which threads need; default true
 * @returns {Promise<{ url: string, port: number, close: () => Promise<void> }>}
 */
export async function servePages(folder, { port = DEFAULT_PORT, isolation = true } = {}) {
  const headers = isolation ? { ...HEADERS, ...ISOLATION_HEADERS } : HEADERS;
  const files = new Files();
  const server = createServer((request, response) => {
    answer(request, response, { folder, files, headers }).catch((error) => response.destroy(error));
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

/**
 * A port as it comes from a command line.
 *
 * @throws {RangeError} unless it is an integer from 0 to 65535
 */
export function portOf(text) {
  const port = Number(text);
  if (text.trim() === "" || !Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new RangeError(`--port must be an integer from 0 to 65535, not ${JSON.stringify(text)}`);
  }
  return port;
}
