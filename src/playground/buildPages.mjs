// Bundles the playground into build/playground/, in the same folders as its sources.
import { execFileSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const SOURCE = join(ROOT, "src/playground");
export const PLAYGROUND = join(ROOT, "build/playground");

/** Modification time of the newest file under `path`; -∞ if there is none. */
function changed(path) {
  const entry = statSync(path, { throwIfNoEntry: false });
  if (!entry) return Number.NEGATIVE_INFINITY;
  if (!entry.isDirectory()) return entry.mtimeMs;
  return Math.max(...readdirSync(path).map((name) => changed(join(path, name))));
}

/** Builds the kernels that the library embeds, unless they are newer than their sources. */
function buildKernelsIfNeeded() {
  const sources = ["assembly", "asconfig.json", "src/engine", "src/build"];
  const newest = Math.max(...sources.map((name) => changed(join(ROOT, name))));
  const built = ["kernels", "worker"].map((name) => changed(join(ROOT, `build/embedded/${name}.js`)));
  if (Math.min(...built) >= newest) return;
  execFileSync(process.execPath, [join(ROOT, "src/build/build.mjs")], { stdio: "inherit" });
}

/** Writes a file completely or not at all, because another process may be serving it. */
function writeWhole(path, content) {
  const temporary = `${path}.${randomUUID()}`;
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(temporary, content);
  renameSync(temporary, path);
}

/** The pages: NAME.html with NAME/main.ts, and its worker, NAME/worker.ts. */
function pageNames() {
  return readdirSync(SOURCE).filter((name) => existsSync(join(SOURCE, name, "main.ts")));
}

/**
 * Bundles one entry. What it loads later becomes files of its own beside it, so that a page loads no more than it needs.
 *
 * @param {string} entry path within the sources
 */
async function bundled(entry) {
  const { outputFiles } = await build({
    absWorkingDir: ROOT,
    entryPoints: [`src/playground/${entry}`],
    outbase: SOURCE,
    outdir: PLAYGROUND,
    chunkNames: `${dirname(entry)}/[name]-[hash]`,
    bundle: true,
    splitting: true,
    format: "esm",
    target: "es2022",
    minify: true,
    legalComments: "none",
    logLevel: "warning",
    write: false,
  });
  return outputFiles;
}

export async function buildPlayground() {
  buildKernelsIfNeeded();
  const entries = pageNames().flatMap((name) => [`${name}/main.ts`, `${name}/worker.ts`]);
  const outputs = (await Promise.all([...entries, "shared/style.css"].map(bundled))).flat();
  for (const { path, contents } of outputs) writeWhole(path, contents);
  removeStale(new Set(outputs.map(({ path }) => path)));
  const copied = readdirSync(SOURCE).filter((name) => /\.(html|svg)$/.test(name));
  for (const name of copied) writeWhole(join(PLAYGROUND, name), readFileSync(join(SOURCE, name)));
}

/** Removes scripts of earlier builds, whose names tell what was in them. */
function removeStale(current) {
  for (const name of readdirSync(PLAYGROUND, { recursive: true, encoding: "utf8" })) {
    const path = join(PLAYGROUND, name);
    if (/-[0-9A-Z]{8}\.js$/.test(name) && !current.has(path)) rmSync(path, { force: true });
  }
}
