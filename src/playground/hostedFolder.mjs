// The playground as a folder for any file server.
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, extname, join, relative } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { buildPlayground, PLAYGROUND } from "./buildPages.mjs";

/** Files that become smaller, so that servers which look for them can send them compressed. */
const PACKED = [".html", ".js", ".css", ".svg"];
// The two higher levels take many times as long to save little.
const BROTLI = { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } };

/** Starts the service worker: before the page's own script, since the page may load again. */
const ISOLATE = '<script type="module" src="hosting/isolate.js"></script>';

/** A page for a server that sets no headers. Its picture needs a full address, if one is known. */
function hostedPage(html, url) {
  const pictured = url
    ? html.replace(/(property="og:image" content=")/g, `$1${url.replace(/\/*$/, "/")}`)
    : html;
  return pictured.replace('<script type="module"', `${ISOLATE}\n    $&`);
}

/**
 * Builds the playground and writes it to a folder. All its paths are relative, and a service worker isolates its pages,
 * so that they have threads on servers whose headers cannot be set. Files that are in the folder already stay.
 *
 * @param {string} out folder
 * @param {string} [url] where the folder will be; links that are shown elsewhere need it for their picture
 * @returns {Promise<{ files: number, bytes: number, packed: number }>} how many files, and their sizes in bytes
 */
export async function writeHosted(out, url) {
  if (url !== undefined && !/^https?:\/\/[^/]/.test(url)) {
    throw new RangeError(`--url must begin with http:// or https://, not ${JSON.stringify(url)}`);
  }
  const { outputs } = await buildPlayground();
  const sums = { files: 0, bytes: 0, packed: 0 };
  for (const { path, contents } of outputs) {
    const name = relative(PLAYGROUND, path);
    const page = extname(name) === ".html";
    const content = page ? Buffer.from(hostedPage(Buffer.from(contents).toString(), url)) : contents;
    const target = join(out, name);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, content);
    const packed = PACKED.includes(extname(name)) ? brotliCompressSync(content, BROTLI) : undefined;
    if (packed) {
      writeFileSync(`${target}.br`, packed);
      writeFileSync(`${target}.gz`, gzipSync(content, { level: 9 }));
    }
    sums.files++;
    sums.bytes += content.length;
    sums.packed += (packed ?? content).length;
  }
  return sums;
}
