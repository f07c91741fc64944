/** The most floating-point operations a second that a build reaches: the loops of assembly/peak.ts. */
import { readFile } from "node:fs/promises";
import { quantile } from "../statistics.mjs";

/** The engine's own switches of V8, which bench/build.mjs builds. */
const { compileRevectorized } = await import(new URL("../../build/bench/turbo.js", import.meta.url).href);

const ITERATIONS = 20_000;
/** Multiply-adds of one iteration, over all lanes, by the name of the loop. */
const LOOPS = { twelve: 48, twentyFour: 96, sums: 32 };

/**
 * @param {{ build: "simd" | "relaxed", turbo: boolean }} info the engine's
 * @returns {Promise<(ms: number) => number>} takes turns at the loops for some ms; GFLOP/s of the best one, in its
 *   best tenth, since what disturbs it can only slow it down
 */
export async function openPeak({ build, turbo }) {
  const bytes = await readFile(new URL(`../../build/bench/peak-${build}.wasm`, import.meta.url));
  const module = turbo ? compileRevectorized(bytes) : new WebAssembly.Module(bytes);
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 65536, shared: true });
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  const loops = /** @type {Record<string, (iterations: number, data: number) => void>} */ (exports);
  const data = 1024;
  new Float32Array(memory.buffer, data, 2).set([0.5, 1]);

  const rate = (name) => {
    const start = performance.now();
    loops[name](ITERATIONS, data);
    return (2 * LOOPS[name] * ITERATIONS) / (performance.now() - start) / 1e6;
  };
  return (ms) => {
    const rates = Object.fromEntries(Object.keys(LOOPS).map((name) => [name, []]));
    const end = performance.now() + ms;
    do {
      for (const name of Object.keys(rates)) rates[name].push(rate(name));
    } while (performance.now() < end);
    return Math.max(...Object.values(rates).map((values) => quantile(values, 0.9)));
  };
}
