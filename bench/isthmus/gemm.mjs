/** Matrix products of given shapes by the kernels alone, packing of B included, next to the build's peak. */
import { Bench } from "tinybench";
import { count } from "../peers/requests.mjs";
import { median } from "../statistics.mjs";
import { facts, medianOf, openEngine } from "./library.mjs";
import { openLimits } from "./limits.mjs";
import { product } from "./product.mjs";

/** How long the peak is looked for beside each slice, and what a sample should last at least, in ms. */
const PEAK_MS = 8;
const SAMPLE_MS = 0.05;
/** Stretches that a shape's time is cut into, with a look at the peak between them: the processor's pace changes. */
const SLICES = 8;

/** How many calls make one sample long enough for the clock. */
function callsPerSample(run) {
  for (let calls = 1; ; calls *= 2) {
    const start = performance.now();
    for (let i = 0; i < calls; i++) run();
    if (performance.now() - start >= SAMPLE_MS) return calls;
  }
}

/**
 * Prepares the workload; a run with `{ m, n, k, transposed, packed, bytes, ms }` gives `{ ms, gflops, gigabytes }`: the
 * median time of one product in ms, and at the same pace of the processor GFLOP/s of multiply-adds in registers, and
 * GB/s of reading as many bytes as the product has.
 */
export async function gemm(request) {
  const engine = await openEngine({ ...request, threads: 1 });
  const limits = await openLimits(engine.info);
  return {
    ...facts(engine),
    async run(order) {
      for (const name of ["m", "n", "k", "bytes", "ms"]) count(order, name);
      const { run, release } = product(engine, order);
      const calls = callsPerSample(run);
      const times = [];
      const look = () => ({
        gflops: limits.gflops(PEAK_MS),
        gigabytes: limits.gigabytes(order.bytes, PEAK_MS),
      });
      const peaks = [look()];
      for (let slice = 0; slice < SLICES; slice++) {
        const bench = new Bench({
          time: order.ms / SLICES,
          iterations: 1,
          warmupTime: order.ms / SLICES / 4,
          warmupIterations: 1,
        });
        bench.add("product", () => {
          for (let i = 0; i < calls; i++) run();
        });
        const [task] = await bench.run();
        times.push(medianOf(task.result) / calls);
        peaks.push(look());
      }
      release();
      // Each slice is compared with the peaks before and after it, and the median of these comparisons is what counts.
      const ms = median(times);
      const rate = (key) =>
        median(times.map((time, slice) => (time * (peaks[slice][key] + peaks[slice + 1][key])) / 2)) / ms;
      return { ms, gflops: rate("gflops"), gigabytes: rate("gigabytes") };
    },
  };
}
