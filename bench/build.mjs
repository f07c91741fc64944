/**
 * Builds what only the bench needs, under build/bench/: the loops that show its limits, the engine's turbo
 * switches, and what drives browsers in the tests.
 */
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const COMPILER = "node_modules/assemblyscript/bin/asc.js";

/** Expects the package itself to be built already, in the folder of this checkout or another one. */
export async function buildBench(root = ROOT) {
  for (const target of ["simd", "relaxed"]) {
    const args = [COMPILER, "--config", "bench/asconfig.json", "--target", target];
    execFileSync(process.execPath, args, { cwd: root, stdio: "inherit" });
  }
  await build({
    absWorkingDir: root,
    entryPoints: ["src/engine/turbo.ts", "test/support/browsers.ts", "test/support/fileServer.ts"],
    entryNames: "[name]",
    outdir: "build/bench",
    bundle: true,
    packages: "external",
    format: "esm",
    platform: "node",
    target: "es2022",
    logLevel: "warning",
  });
}
