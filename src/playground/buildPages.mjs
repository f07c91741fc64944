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
/** The picture that other sites show beside a link. */
const PREVIEW = "preview.png";

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

/** Scripts of the pages: NAME/main.ts and NAME/worker.ts, where there are any, and those for file servers. */
function entries() {
  const folders = readdirSync(SOURCE).filter((name) => existsSync(join(SOURCE, name, "main.ts")));
  const scripts = folders.flatMap((name) => [`${name}/main`, `${name}/worker`]);
  const own = scripts.filter((name) => existsSync(join(SOURCE, `${name}.ts`)));
  return {
    ...Object.fromEntries(own.map((name) => [name, join(SOURCE, `${name}.ts`)])),
    "shared/style": join(SOURCE, "shared/style.css"),
    "hosting/isolate": join(SOURCE, "hosting/isolate.ts"),
    // A service worker is in charge of its own folder, so this one has to be at the top.
    isolation: join(SOURCE, "hosting/isolation.ts"),
  };
}

/** Bundles all scripts. What several pages need, and what one loads later, become files of their own, loaded once. */
function bundled() {
  return build({
    absWorkingDir: ROOT,
    entryPoints: entries(),
    outdir: PLAYGROUND,
    chunkNames: "parts/[name]-[hash]",
    bundle: true,
    splitting: true,
    format: "esm",
    target: "es2022",
    minify: true,
    // Beside the style sheets, as it is.
    external: ["*.svg"],
    legalComments: "none",
    logLevel: "warning",
    metafile: true,
    write: false,
  });
}

/** Adds what other sites show of a link: the page's own title and description, and a picture of the start page. */
function withPreview(html) {
  const [, title] = /<title>(.*)<\/title>/.exec(html);
  const [, description] = /<meta name="description" content="(.*)">/.exec(html);
  const tags = {
    title,
    description,
    image: PREVIEW,
    "image:width": 1200,
    "image:height": 630,
    type: "website",
  };
  const lines = Object.entries(tags).map(
    ([name, value]) => `<meta property="og:${name}" content="${value}">`,
  );
  return html.replace(
    "<link ",
    `${[...lines, '<meta name="twitter:card" content="summary_large_image">'].join("\n    ")}\n    $&`,
  );
}

/** Files that are copied, as they are or with more in their heads. */
function copied() {
  const names = readdirSync(SOURCE, { recursive: true, encoding: "utf8" }).filter((name) =>
    /\.(html|svg|png|safetensors)$/.test(name),
  );
  return names.map((name) => {
    const content = readFileSync(join(SOURCE, name));
    const contents = name.endsWith(".html") ? Buffer.from(withPreview(content.toString())) : content;
    return { path: join(PLAYGROUND, name), contents };
  });
}

/**
 * Builds the pages; the kernels must have been built before.
 *
 * @returns all files, and what went into the bundles
 */
export async function buildPages() {
  const { outputFiles, metafile } = await bundled();
  const outputs = [...outputFiles, ...copied()];
  for (const { path, contents } of outputs) writeWhole(path, contents);
  removeStale(new Set(outputs.map(({ path }) => path)));
  return { outputs, metafile };
}

/** Builds the kernels if needed, and the pages. */
export function buildPlayground() {
  buildKernelsIfNeeded();
  return buildPages();
}

/** Removes scripts of earlier builds, whose names tell what was in them. */
function removeStale(current) {
  for (const name of readdirSync(PLAYGROUND, { recursive: true, encoding: "utf8" })) {
    const path = join(PLAYGROUND, name);
    if (/-[0-9A-Z]{8}\.js$/.test(name) && !current.has(path)) rmSync(path, { force: true });
  }
}
