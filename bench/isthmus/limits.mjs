/** What a build can do at most: multiply-adds a second, and bytes read a second (assembly/peak.ts, assembly/read.ts). */
import { readFile } from "node:fs/promises";
import { quantile } from "../statistics.mjs";

const ITERATIONS = 20_000;
/** Multiply-adds of one iteration, over all lanes, by the name of the loop. */
const LOOPS = { twelve: 48, twentyFour: 96, sums: 32 };
/** Where the loops' data lie, and how much memory they take. */
const DATA = 1024;
const ROOM = 4096;
/** Bytes of one turn of the loop that reads, and of one call of it at least, so that the clock can tell. */
const READ = 256;
const CALL = 2 ** 22;
const PAGE = 65536;

/** Compiles with the engine's own switches of V8, which bench/build.mjs builds. */
async function compiledWide(bytes) {
  const { compileRevectorized } = await import(new URL("../../build/bench/turbo.js", import.meta.url).href);
  return compileRevectorized(bytes);
}

/**
 * @param {{ build: "simd" | "relaxed", turbo: boolean }} info the engine's
 * @returns {Promise<{ gflops: (ms: number) => number, gigabytes: (bytes: number, ms: number) => number }>} each looks for
 *   some ms: multiply-adds on registers, as GFLOP/s of the best of several loops; reading `bytes` again and again, from
 *   whatever cache holds them, as GB/s. Both are the best tenth, since what disturbs them can only slow them down.
 */
export async function openLimits({ build, turbo }) {
  const bytes = await readFile(new URL(`../../build/bench/limits-${build}.wasm`, import.meta.url));
  const module = turbo ? await compiledWide(bytes) : new WebAssembly.Module(bytes);
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 65536, shared: true });
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  const { read, ...loops } = /** @type {Record<string, (...numbers: number[]) => void>} */ (exports);
  new Float32Array(memory.buffer, DATA, 2).set([0.5, 1]);

  const rate = (name) => {
    const start = performance.now();
    loops[name](ITERATIONS, DATA);
    return (2 * LOOPS[name] * ITERATIONS) / (performance.now() - start) / 1e6;
  };
  return {
    gflops(ms) {
      const best = Object.keys(LOOPS).map((name) => bestTenth(() => rate(name), ms / 3));
      return Math.max(...best);
    },
    gigabytes(wanted, ms) {
      const size = READ * Math.ceil(wanted / READ);
      const missing = ROOM + size - memory.buffer.byteLength;
      if (missing > 0) {
        memory.grow(Math.ceil(missing / PAGE));
        // Pages that nobody has written to are all the same one.
        new Uint8Array(memory.buffer, ROOM).fill(1);
      }
      const times = Math.ceil(CALL / size);
      return bestTenth(() => {
        const start = performance.now();
        read(ROOM, size, times);
        return (size * times) / (performance.now() - start) / 1e6;
      }, ms);
    },
  };
}

function bestTenth(rate, ms) {
  const rates = [];
  const end = performance.now() + ms;
  do rates.push(rate());
  while (performance.now() < end);
  return quantile(rates, 0.9);
}
