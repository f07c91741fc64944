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
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { build } from "esbuild";
import { writeKernelTables } from "./kernels.mjs";
import { packageOf, thirdPartyNotices } from "./thirdParty.mjs";

/** Bytes of one build that stand together in the packed kernels; anything from 4 to 16 KiB does as well. */
const PIECE = 8192;

process.chdir(fileURLToPath(new URL("../..", import.meta.url)));

/** Runs a development dependency's command with this Node. */
function run(script, ...args) {
  execFileSync(process.execPath, [`node_modules/${script}`, ...args], { stdio: "inherit" });
}

/** Writes `content` as a module that exports it, so that nobody has to find a file at run time. */
function embed(name, content, type) {
  writeFileSync(`build/embedded/${name}.js`, `export default ${JSON.stringify(content)};\n`);
  writeFileSync(`build/embedded/${name}.d.ts`, `declare const content: ${type};\nexport default content;\n`);
}

/**
 * Both builds in one gzip stream, a piece of one after a piece of the other: most of the code is the same in both, and
 * within the 32 KiB that deflate looks back it is stored once. Half of what two streams take; in text, a third less
 * than a server's compression makes of two binaries in base64.
 */
function pack({ simd, relaxed }) {
  const pieces = [];
  for (let at = 0; at < Math.max(simd.length, relaxed.length); at += PIECE)
    pieces.push(simd.subarray(at, at + PIECE), relaxed.subarray(at, at + PIECE));
  const packed = gzipSync(Buffer.concat(pieces), { level: 9 }).toString("base64");
  return { simd: simd.length, relaxed: relaxed.length, piece: PIECE, packed };
}

/**
 * What @assemblyscript/loader does when it is imported, and not everywhere can: there, at the first use, or not at all.
 *
 * @type {[pattern: RegExp, replacement: string][]}
 */
const LOADER_EDITS = [
  // Frozen built-ins cannot be assigned to; every runtime with SIMD has this one.
  [/^Object\.hasOwn = Object\.hasOwn \|\|[\s\S]*?^};$/m, ""],
  // Only strings need it, which the kernels do not have; jsdom lacks it.
  [/^const utf16 = (new TextDecoder\(.*\));.*$/m, "const utf16 = { decode: (units) => $1.decode(units) };"],
];

/** Lets the loader be imported anywhere. */
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

/** What Papa Parse has for Node's streams alone, which it asks for by require; the library reads streams by itself. */
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

/** Folders of the packages that are in the bundles, or parts of them. */
const bundled = [];

/** What a page loads is small. Node prints the whole line that an uncaught error was thrown in, so lines are short. */
const SMALL = { minify: true, lineLimit: 120 };
/** What only Node loads is readable, names included. */
const READABLE = { minify: false, minifySyntax: true, lineLimit: 100 };

/** Of a library that comes in two, the one without Node's modules. */
const ANYWHERE = ["browser"];

/** Bundles entries, by the names of their outputs, with what they import; returns the text when nothing is written. */
async function bundle(entryPoints, { plugins = [], ...options }) {
  const { outputFiles, metafile } = await build({
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
  for (const { inputs } of Object.values(metafile.outputs)) {
    const used = Object.keys(inputs).filter((file) => inputs[file].bytesInOutput > 0);
    bundled.push(...used.map(packageOf).filter(Boolean));
  }
  return outputFiles?.[0]?.text;
}

/** What runs in any runtime: `isthmus` and its parts. */
const ENTRIES = {
  index: "src/index.ts",
  core: "src/core.ts",
  datasets: "src/datasets/index.ts",
  anomaly: "src/anomaly/index.ts",
  latent: "src/latent/index.ts",
  formats: "src/formats/index.ts",
};

/** Entries that the index does not have: what needs libraries, and what needs files. */
const APART = { data: "src/data/index.ts", codecs: "src/codecs/index.ts", node: "src/node.ts" };

/**
 * Takes what is public from the built index, and what needs files from the built `node.js`, which stand beside the output,
 * instead of bundling them once more: an error is then an instance of the same class wherever it was thrown.
 */
const besideIndex = {
  name: "beside-index",
  setup({ onResolve }) {
    onResolve(
      {
        filter:
          /^(\.{1,2}\/)+(index|node|(autoencoder\/)?autoencoder|anomaly\/detector|(common\/)?errors|(data\/)?matrix)\.js$/,
      },
      ({ importer, path }) => {
        if (importer.includes("node_modules")) return undefined;
        return { path: path.endsWith("/node.js") ? "./node.js" : "./index.js", external: true };
      },
    );
  },
};

/** Leaves what draws reports, and what makes PNG of them, to bundles of their own, which are loaded when needed. */
const besideCommand = {
  name: "beside-command",
  setup({ onResolve }) {
    onResolve({ filter: /\/(report\/drawReport|rasterize)\.js$/ }, ({ path }) => ({
      path: `./${path.split("/").at(-1)}`,
      external: true,
    }));
  },
};

async function buildKernels() {
  writeKernelTables();
  embed("version", JSON.parse(readFileSync("package.json", "utf8")).version, "string");
  for (const target of ["simd", "relaxed", "debug"]) run("assemblyscript/bin/asc.js", "--target", target);
  const [simd, relaxed] = ["simd", "relaxed"].map((name) => readFileSync(`build/wasm/${name}.wasm`));
  embed(
    "kernels",
    pack({ simd, relaxed }),
    "{ simd: number; relaxed: number; piece: number; packed: string }",
  );
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
 * As ES modules the entries share their code in chunks; by require all of them are the one index, but for those that it does
 * not have.
 */
async function buildLibrary() {
  await bundle(
    { ...ENTRIES, ...APART },
    {
      format: "esm",
      outdir: "build",
      splitting: true,
      chunkNames: "chunks/[hash]",
      conditions: ANYWHERE,
      external: ["node:*"],
      sourcemap: true,
    },
  );
  const required = { format: "cjs", outdir: "build/cjs", conditions: ANYWHERE, ...READABLE };
  await bundle({ index: ENTRIES.index }, { ...required, sourcemap: true });
  await bundle(APART, { ...required, platform: "node", plugins: [besideIndex] });
  writeFileSync("build/cjs/package.json", '{ "type": "commonjs" }\n');
}

async function buildCommand() {
  // Commander is CommonJS and asks for Node's modules by require, which a module has to make for itself.
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
    { format: "esm", outdir: "build", platform: "node", ...READABLE, plugins: [besideIndex] },
  );
  const [renderer, font] = ["node_modules/@resvg/resvg-wasm", "node_modules/dejavu-fonts-ttf"];
  compress(`${renderer}/index_bg.wasm`, "build/rasterize.wasm.br");
  compress(`${font}/ttf/DejaVuSans.ttf`, "build/DejaVuSans.ttf.br");
  bundled.push(font);
}

/** Puts the types of records beside the declarations that use them: CommonJS has no `#embedded` of its own. */
function standAlone(folder) {
  const engine = `${folder}/src/engine`;
  copyFileSync("build/embedded/records.d.ts", `${engine}/records.d.ts`);
  for (const file of readdirSync(engine)) {
    const text = readFileSync(`${engine}/${file}`, "utf8");
    writeFileSync(`${engine}/${file}`, text.replaceAll('"#embedded/records"', '"./records.js"'));
  }
}

/** What is large and seldom needed. */
function compress(file, to) {
  // The two levels above take twenty times as long for a seventh of the size.
  const params = { [constants.BROTLI_PARAM_QUALITY]: 9 };
  writeFileSync(to, brotliCompressSync(readFileSync(file), { params }));
}

rmSync("build", { recursive: true, force: true });
mkdirSync("build/embedded", { recursive: true });
await buildKernels();
await buildLibrary();
await buildCommand();
writeFileSync("build/THIRD-PARTY.txt", thirdPartyNotices(bundled));
for (const folder of ["build/types", "build/cjs/types"]) {
  run("typescript/bin/tsc", "-p", "src/tsconfig.json", "--outDir", folder);
  standAlone(folder);
}
