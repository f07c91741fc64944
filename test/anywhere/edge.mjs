// Serves FILE as a Cloudflare Worker does, bundled as Wrangler bundles: node edge.mjs FILE CONDITION DATE [FLAG…].
// Prints where; ends with its input.
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { build } from "esbuild";
import { Miniflare } from "miniflare";

const [file, condition, compatibilityDate, ...compatibilityFlags] = process.argv.slice(2);

/** WebAssembly modules by the names that the program imports them by. */
const modules = new Map();
/** Leaves imports of WebAssembly to the runtime. */
const wasm = {
  name: "wasm",
  setup({ onResolve }) {
    onResolve({ filter: /\.wasm(\?module)?$/ }, ({ path, resolveDir }) => {
      const name = path.split("/").at(-1);
      modules.set(name, resolve(resolveDir, path.replace(/\?module$/, "")));
      return { path: `./${name}`, external: true };
    });
  },
};
const { outputFiles } = await build({
  entryPoints: [file],
  bundle: true,
  write: false,
  format: "esm",
  target: "es2022",
  platform: "browser",
  conditions: [condition, "worker", "browser"],
  plugins: [wasm],
  logLevel: "warning",
});
const miniflare = new Miniflare({
  host: "127.0.0.1",
  port: 0,
  compatibilityDate,
  compatibilityFlags,
  modules: [
    { type: "ESModule", path: "worker.mjs", contents: outputFiles[0].text },
    ...[...modules].map(([name, path]) => ({
      type: "CompiledWasm",
      path: name,
      contents: readFileSync(path),
    })),
  ],
});
console.log(String(await miniflare.ready));
process.stdin.on("end", () => miniflare.dispose()).resume();
