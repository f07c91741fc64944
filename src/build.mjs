// Builds everything under build/: kernels (asc), bundles (esbuild), declarations (tsc).
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = fileURLToPath(new URL("..", import.meta.url));
process.chdir(root);

/** Runs a development dependency's command with this Node. */
function run(script, ...args) {
  execFileSync(process.execPath, [`node_modules/${script}`, ...args], { stdio: "inherit" });
}

/** Writes `content` as a module that exports it, so that nobody has to find a file at run time. */
function embed(name, content) {
  writeFileSync(`build/embedded/${name}.js`, `export default ${JSON.stringify(content)};\n`);
  writeFileSync(`build/embedded/${name}.d.ts`, "declare const content: string;\nexport default content;\n");
}

rmSync("build", { recursive: true, force: true });
mkdirSync("build/embedded", { recursive: true });
for (const target of ["simd", "relaxed", "debug"]) {
  run("assemblyscript/bin/asc.js", "--target", target);
}
for (const name of ["simd", "relaxed"]) embed(name, readFileSync(`build/wasm/${name}.wasm`).toString("base64"));

/** Bundles `entry` with everything that it imports. */
async function bundle(entry, options) {
  const { outputFiles } = await build({
    entryPoints: [entry],
    bundle: true,
    target: "es2022",
    platform: "neutral",
    mainFields: ["module", "main"],
    legalComments: "none",
    logLevel: "warning",
    minifySyntax: true,
    ...options,
  });
  return outputFiles?.[0]?.text;
}

embed("worker", await bundle("src/engine/worker.ts", { format: "iife", minify: true, write: false }));
await bundle("src/index.ts", { format: "esm", outfile: "build/index.js" });
await bundle("src/index.ts", { format: "cjs", outfile: "build/cjs/index.js" });
writeFileSync("build/cjs/package.json", '{ "type": "commonjs" }\n');

run("typescript/bin/tsc", "-p", "src/tsconfig.json", "--outDir", "build/types");
run("typescript/bin/tsc", "-p", "src/tsconfig.json", "--outDir", "build/cjs/types");
