// npm run fuzz: the fuzzers for minutes, and many kills, from a new seed. FUZZ_SECONDS (a reader), FUZZ_KILLS and
// FUZZ_SEED set other limits; the seed that is printed, with FUZZ_CASE where a case is named, runs the same again.
import { spawnSync } from "node:child_process";
import { randomInt } from "node:crypto";
import { fileURLToPath } from "node:url";

const settings = {
  FUZZ_SECONDS: "120",
  FUZZ_KILLS: "1000",
  FUZZ_SEED: String(randomInt(2 ** 31)),
};
const env = { ...settings, ...process.env };
const shown = Object.keys(settings).map((name) => `${name}=${env[name]}`);
console.log(`fuzzing with ${shown.join(" ")}`);
const vitest = fileURLToPath(new URL("../../node_modules/vitest/vitest.mjs", import.meta.url));
const { status } = spawnSync(process.execPath, [vitest, "run", "test/fuzz", ...process.argv.slice(2)], {
  env,
  stdio: "inherit",
});
process.exitCode = status ?? 1;
