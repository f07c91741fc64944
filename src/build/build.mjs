// Builds everything under build/: kernels (asc), bundles (esbuild), declarations (tsc).
import { execFileSync } from "node:child_process";
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants } from "node:zlib";
import { build } from "esbuild";
import { buildPages } from "../playground/buildPages.mjs";
import { floorsOf, onFloors } from "./floors.mjs";
import { gzipBest } from "./gzipBest.mjs";
import { writeKernelTables } from "./kernels.mjs";
import { runtimePieces } from "./moduleRuntime.mjs";
import { writePlainKernels } from "./plainKernels.mjs";
import { packageOf, thirdPartyNotices } from "./thirdParty.mjs";
import { writeTiles } from "./tiles.mjs";

process.chdir(fileURLToPath(new URL("../..", import.meta.url)));

/** Runs the command of a development dependency with this version of Node. */
function run(script, ...args) {
  execFileSync(process.execPath, [`node_modules/${script}`, ...args], { stdio: "inherit" });
}

/** Writes `content` as a module that exports it, so that no file has to be found at run time. */
function embed(name, content, type) {
  writeFileSync(`build/embedded/${name}.js`, `export default ${JSON.stringify(content)};\n`);
  writeFileSync(`build/embedded/${name}.d.ts`, `declare const content: ${type};\nexport default content;\n`);
}

/**
 * Removes or defers what @assemblyscript/loader does on import, because it fails in some environments; and leaves out its
 * strings, arrays and objects, because release builds of the kernels exchange nothing but numbers.
 *
 * @type {[pattern: RegExp, replacement: string][]}
 */
const LOADER_EDITS = [
  // Built-ins may be frozen, and then this assignment fails. Every runtime with SIMD has Object.hasOwn anyway.
  [/^Object\.hasOwn = Object\.hasOwn \|\|[\s\S]*?^};$/m, ""],
  // Only strings need TextDecoder, which jsdom lacks.
  [/^const utf16 = [\s\S]*?(?=^\/\*\* Prepares the base module)/m, ""],
  [/^ {2}function getString\([\s\S]*?(?=^ {2}return extendedExports;)/m, ""],
  [/^ {2}const __new = [\s\S]*?(?=^ {2}\/\/ Pull basic exports)/m, ""],
  [/^ {4}let hash = [\s\S]*?^ {4}} else {$/m, "    {"],
];

/** Applies these edits, so that the loader can be imported anywhere and is small. */
const patientLoader = {
  name: "patient-loader",
  setup({ onLoad }) {
    onLoad({ filter: /@assemblyscript[\\/]loader[\\/]index\.js$/ }, ({ path }) => {
      let contents = readFileSync(path, "utf8");
      for (const [from, to] of LOADER_EDITS) {
        if (!from.test(contents)) throw new Error(`@assemblyscript/loader has no ${from} any more`);
        contents = contents.replace(from, to);
      }
      return { contents, loader: "js" };
    });
  },
};

/** Removes Papa Parse's code for Node's streams, which calls require; this library reads streams itself. */
const plainParser = {
  name: "plain-parser",
  setup({ onLoad }) {
    onLoad({ filter: /papaparse[\\/]papaparse\.js$/ }, ({ path }) => {
      const contents = readFileSync(path, "utf8");
      const asked = "require('stream').Duplex";
      if (!contents.includes(asked)) throw new Error(`papaparse has no ${asked} any more`);
      return { contents: contents.replace(asked, "undefined"), loader: "js" };
    });
  },
};

/** Folders of all packages that are bundled, completely or in part. */
const bundled = [];

/** Small, for pages. Lines are short because Node prints the whole line in which an uncaught error was thrown. */
const SMALL = { minify: true, lineLimit: 120 };
/** Readable, for code that only Node loads: names are kept. */
const READABLE = { minify: false, minifySyntax: true, lineLimit: 100 };

/** Picks a library's browser version, which does not use Node's modules. */
const ANYWHERE = ["browser"];

/** Bundles entries, keyed by output name, with their imports. */
function bundleFiles(entryPoints, { plugins = [], ...options }) {
  return build({
    entryPoints,
    bundle: true,
    target: "es2022",
    platform: "neutral",
    mainFields: ["module", "main"],
    legalComments: "none",
    logLevel: "warning",
    ...SMALL,
    metafile: true,
    plugins: [patientLoader, plainParser, ...plugins],
    define: { PAPA_BROWSER_CONTEXT: "true" },
    ...options,
  });
}

/** The same; remembers what went into them, and returns the text if nothing is written. */
async function bundle(entryPoints, options) {
  const { outputFiles, metafile } = await bundleFiles(entryPoints, options);
  noteBundled(metafile);
  return outputFiles?.[0]?.text;
}

/** Remembers the packages that went into a bundle. */
function noteBundled({ outputs }) {
  for (const { inputs } of Object.values(outputs)) {
    const used = Object.keys(inputs).filter((file) => inputs[file].bytesInOutput > 0);
    bundled.push(...used.map(packageOf).filter(Boolean));
  }
}

/** Entries that work in any runtime: `isthmus` and its parts. */
const ENTRIES = {
  index: "src/index.ts",
  core: "src/core.ts",
  datasets: "src/datasets/index.ts",
  anomaly: "src/anomaly/index.ts",
  latent: "src/latent/index.ts",
  formats: "src/formats/index.ts",
};

/** Entries that are not part of the index, because they need libraries or files. */
const APART = {
  data: "src/data/index.ts",
  codecs: "src/codecs/index.ts",
  export: "src/exchange/exporting.ts",
  import: "src/exchange/importing.ts",
  node: "src/node.ts",
};
/** Entries that create engines; edge runtimes get variants of them that import the kernels. */
const ON_THE_EDGE = ["index", "core", "anomaly", "import"];
/** How the runtimes behind each export condition import WebAssembly. */
const EDGE = { workerd: "../kernels.wasm", "edge-light": "../kernels.wasm?module" };
/** It draws with libraries that are larger than all else together. */
const REPORT = { report: "src/report/index.ts" };

/**
 * Imports public code from the built index, and file access from the built `node.js`, both in the output folder,
 * instead of bundling them again. This way an error is an instance of the same class wherever it is thrown.
 *
 * @param {string} [more] another module that has nothing but public code in it
 */
const beside = (more) => ({
  name: "beside-index",
  setup({ onResolve }) {
    const parts = [
      "index",
      "node",
      "(autoencoder/)?autoencoder",
      "anomaly/(?:detector|ensembleDetector)",
      "(common/)?errors",
    ];
    const modules = [...parts, "data/index", ...(more ? [more] : [])].join("|").replaceAll("/", "\\/");
    onResolve({ filter: new RegExp(`^(\\.{1,2}\\/)+(${modules})\\.js$`) }, ({ importer, path }) => {
      if (importer.includes("node_modules")) return undefined;
      const part = /\/(node|data\/index)\.js$/.exec(path)?.[1];
      return { path: part ? `./${part.split("/")[0]}.js` : "./index.js", external: true };
    });
  },
});

/** For what takes and returns matrices. */
const besideIndex = beside("(data/)?matrix");

/**
 * Keeps the drawing of reports, and their conversion to PNG, in separate bundles that are loaded on demand. Models for and
 * from other tools are read and written by the built entries.
 */
const besideCommand = {
  name: "beside-command",
  setup({ onResolve }) {
    onResolve({ filter: /\/exchange\/(export|import)ing\.js$/ }, ({ path }) => ({
      path: path.endsWith("/exporting.js") ? "./export.js" : "./import.js",
      external: true,
    }));
    onResolve({ filter: /\/(report\/drawReport|report\/index|rasterize)\.js$/ }, ({ path }) => ({
      path: path.endsWith("/index.js") ? "./report.js" : `./${path.split("/").at(-1)}`,
      external: true,
    }));
  },
};

async function buildKernels() {
  writeTiles();
  writeKernelTables();
  embed("version", JSON.parse(readFileSync("package.json", "utf8")).version, "string");
  embed("moduleRuntime", runtimePieces(), "Record<string, { text: string; needs: string[] }>");
  for (const target of ["relaxed", "debug"]) run("assemblyscript/bin/asc.js", "--target", target);
  await writePlainKernels();
  embed("kernels", gzipBest(readFileSync("build/wasm/relaxed.wasm")).toString("base64"), "string");
  embed(
    "worker",
    await bundle(
      { worker: "src/engine/worker.ts" },
      { format: "iife", outdir: "build", write: false, lineLimit: 0 },
    ),
    "string",
  );
}

/**
 * Writes the entries for edge runtimes, which compile WebAssembly only as an imported file. They are the other entries,
 * after an import that hands over the kernels, so that all share their code. It is the `simd` build alone: a program in
 * which one imported file cannot be compiled does not start at all, and not every runtime has relaxed SIMD.
 */
function writeEdgeEntries() {
  copyFileSync("build/wasm/simd.wasm", "build/kernels.wasm");
  for (const [condition, kernels] of Object.entries(EDGE)) {
    mkdirSync(`build/${condition}`);
    const provide = [
      `import kernels from ${JSON.stringify(kernels)};`,
      'import { provideKernels } from "../providedKernels.js";',
      "provideKernels(kernels);\n",
    ];
    writeFileSync(`build/${condition}/kernels.js`, provide.join("\n"));
    for (const entry of ON_THE_EDGE) {
      const text = `import "./kernels.js";\nexport * from "../${entry}.js";\n`;
      writeFileSync(`build/${condition}/${entry}.js`, text);
    }
  }
}

/** What is embedded of the kernels. In the midst of code, it would part what compresses well together. */
const KERNELS = "build/embedded/kernels.js";

/** The entries as ES modules, which share code in chunks, with the kernels in one of their own. */
async function buildModules() {
  const entries = {
    ...ENTRIES,
    ...APART,
    providedKernels: "src/engine/providedKernels.ts",
    kernels: KERNELS,
  };
  const divided = {
    format: "esm",
    outdir: "build",
    conditions: ANYWHERE,
    external: ["node:*"],
    sourcemap: true,
    splitting: true,
    chunkNames: "chunks/[hash]",
  };
  const { metafile } = await bundleFiles(entries, { ...divided, write: false });
  const floors = floorsOf(metafile, [KERNELS]);
  await bundle(entries, { ...divided, plugins: [onFloors(floors)] });
  // Only its chunk is used.
  for (const file of ["build/kernels.js", "build/kernels.js.map"]) rmSync(file);
}

/** Builds all entries. For `require`, all of them are the same index file, except those that are not part of the index. */
async function buildLibrary() {
  await buildModules();
  writeEdgeEntries();
  // One script without modules, for pages that are opened from disk, where browsers load no modules.
  await bundle(
    { "isthmus.global": ENTRIES.index },
    {
      format: "iife",
      globalName: "isthmus",
      outdir: "build",
      conditions: ANYWHERE,
      external: ["node:*"],
      inject: [KERNELS],
    },
  );
  const required = { format: "cjs", outdir: "build/cjs", conditions: ANYWHERE, ...READABLE };
  await bundle({ index: ENTRIES.index }, { ...required, sourcemap: true });
  await bundle(APART, { ...required, platform: "node", plugins: [besideIndex] });
  const drawn = { conditions: ANYWHERE, plugins: [beside()], ...READABLE };
  await bundle(REPORT, { ...drawn, format: "esm", outdir: "build" });
  await bundle(REPORT, { ...drawn, format: "cjs", outdir: "build/cjs" });
  writeFileSync("build/cjs/package.json", '{ "type": "commonjs" }\n');
}

async function buildCommand() {
  // Commander is CommonJS and requires Node's modules; an ES module has to create `require` itself.
  const require =
    'import { createRequire } from "node:module";\nconst require = createRequire(import.meta.url);';
  await bundle(
    { cli: "src/cli/main.ts" },
    {
      format: "esm",
      outdir: "build",
      platform: "node",
      ...READABLE,
      plugins: [besideCommand, besideIndex],
      banner: { js: `#!/usr/bin/env node\n${require}` },
    },
  );
  chmodSync("build/cli.js", 0o755);
  await bundle(
    { drawReport: "src/report/drawReport.ts", rasterize: "src/cli/rasterize.ts" },
    { format: "esm", outdir: "build", platform: "node", ...READABLE, plugins: [beside()] },
  );
  const [renderer, font] = ["node_modules/@resvg/resvg-wasm", "node_modules/dejavu-fonts-ttf"];
  compress(`${renderer}/index_bg.wasm`, "build/rasterize.wasm.br");
  compress(`${font}/ttf/DejaVuSans.ttf`, "build/DejaVuSans.ttf.br");
  bundled.push(font);
}

/** Copies the types of records next to the declarations that use them: CommonJS has no own `#embedded`. */
function standAlone(folder) {
  const engine = `${folder}/src/engine`;
  copyFileSync("build/embedded/records.d.ts", `${engine}/records.d.ts`);
  for (const file of readdirSync(engine)) {
    const text = readFileSync(`${engine}/${file}`, "utf8");
    writeFileSync(`${engine}/${file}`, text.replaceAll('"#embedded/records"', '"./records.js"'));
  }
}

/** Compresses files that are large and rarely needed. */
function compress(file, to) {
  // The two higher levels take twenty times as long to save a seventh of the size.
  const params = { [constants.BROTLI_PARAM_QUALITY]: 9 };
  writeFileSync(to, brotliCompressSync(readFileSync(file), { params }));
}

rmSync("build", { recursive: true, force: true });
mkdirSync("build/embedded", { recursive: true });
await buildKernels();
await buildLibrary();
await buildCommand();
noteBundled((await buildPages()).metafile);
writeFileSync("build/THIRD-PARTY.txt", thirdPartyNotices(bundled));
for (const folder of ["build/types", "build/cjs/types"]) {
  run("typescript/bin/tsc", "-p", "src/tsconfig.json", "--outDir", folder);
  standAlone(folder);
}
