// Builds everything under build/: kernels (asc), bundles (esbuild), declarations (tsc).
import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = fileURLToPath(new URL("..", import.meta.url));
process.chdir(root);

/** Runs a development dependency's command with this Node. */
function run(script, ...args) {
  execFileSync(process.execPath, [`node_modules/${script}`, ...args], { stdio: "inherit" });
}

/** Writes the kernels as a module that exports them, so that nobody has to find a `.wasm` file at run time. */
function embed(name) {
  const base64 = readFileSync(`build/wasm/${name}.wasm`).toString("base64");
  writeFileSync(`build/wasm/${name}.js`, `export default "${base64}";\n`);
  writeFileSync(
    `build/wasm/${name}.d.ts`,
    `/** The ${name} kernels, base64. */\ndeclare const base64: string;\nexport default base64;\n`,
  );
}

rmSync("build", { recursive: true, force: true });
mkdirSync("build/wasm", { recursive: true });
for (const target of ["simd", "relaxed", "debug"]) {
  run("assemblyscript/bin/asc.js", "--target", target);
}
embed("simd");
embed("relaxed");

const shared = {
  bundle: true,
  target: "es2022",
  legalComments: "none",
  logLevel: "warning",
  minifySyntax: true,
};
await build({
  ...shared,
  entryPoints: ["src/index.ts"],
  outfile: "build/index.js",
  format: "esm",
  platform: "neutral",
  mainFields: ["module", "main"],
});
await build({
  ...shared,
  entryPoints: ["src/index.ts"],
  outfile: "build/cjs/index.js",
  format: "cjs",
  platform: "neutral",
  mainFields: ["module", "main"],
});
writeFileSync("build/cjs/package.json", '{ "type": "commonjs" }\n');

/**
 * Takes the library's public classes from build/index.js, which stands beside the output, instead of bundling them
 * once more: an error is then an instance of the same class wherever it was thrown.
 */
const publicLibrary = {
  name: "public-library",
  setup({ onResolve }) {
    onResolve({ filter: /^\.{1,2}\/(index|autoencoder|errors|matrix)\.js$/ }, ({ importer }) =>
      importer.includes("node_modules") ? undefined : { path: "./index.js", external: true },
    );
  },
};
await build({
  ...shared,
  entryPoints: ["src/cli/main.ts"],
  outfile: "build/cli.js",
  format: "esm",
  platform: "node",
  plugins: [publicLibrary],
  banner: {
    // Commander is CommonJS and asks for Node's modules by require, which a module has to make for itself.
    js: '#!/usr/bin/env node\nimport { createRequire } from "node:module";\nconst require = createRequire(import.meta.url);',
  },
});
chmodSync("build/cli.js", 0o755);

run("typescript/bin/tsc", "-p", "src/tsconfig.json", "--outDir", "build/types");
run("typescript/bin/tsc", "-p", "src/tsconfig.json", "--outDir", "build/cjs/types");
