// Builds pages of a fixture with one bundler, in its default configuration: node bundle.mjs BUNDLER FOLDER PAGE…
// What comes of FOLDER/PAGE/ goes to FOLDER/BUNDLER/PAGE/, with an index.html.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const bundlers = {
  async vite(root, outDir) {
    const { build } = await import("vite");
    await build({ root, logLevel: "warn", build: { outDir, emptyOutDir: true } });
  },

  async webpack(context, path) {
    const { default: webpack } = await import("webpack");
    const stats = await new Promise((resolve, reject) => {
      webpack({ context, entry: "./index.js", mode: "production", output: { path } }, (error, stats) =>
        error ? reject(error) : resolve(stats),
      );
    });
    if (stats.hasErrors()) throw new Error(stats.toString("errors-only"));
    page(path, '<script src="main.js"></script>');
  },

  async rollup(root, dir) {
    const { rollup } = await import("rollup");
    const { nodeResolve } = await import("@rollup/plugin-node-resolve");
    const bundle = await rollup({
      input: join(root, "index.js"),
      plugins: [nodeResolve()],
      onwarn: ({ message }) => {
        throw new Error(message);
      },
    });
    await bundle.write({ dir });
    await bundle.close();
    page(dir, '<script type="module" src="index.js"></script>');
  },

  async esbuild(root, outdir) {
    const { build } = await import("esbuild");
    await build({
      entryPoints: [join(root, "index.js")],
      bundle: true,
      minify: true,
      outdir,
      logLevel: "warning",
    });
    page(outdir, '<script src="index.js"></script>');
  },
};

function page(folder, script) {
  writeFileSync(join(folder, "index.html"), `<!doctype html><link rel="icon" href="data:,">${script}`);
}

const [bundler, folder, ...pages] = process.argv.slice(2);
for (const name of pages) {
  const out = join(folder, bundler, name);
  mkdirSync(out, { recursive: true });
  await bundlers[bundler](join(folder, name), out);
}
