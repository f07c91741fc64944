/** Matrix products of given shapes by the kernels alone, packing of B included, next to the build's peak. */
import { Bench } from "tinybench";
import { count } from "../peers/serve.mjs";
import { uniform, xorshift32 } from "../peers/workload.mjs";
import { median } from "../statistics.mjs";
import { facts, medianOf, openEngine } from "./library.mjs";
import { openPeak } from "./peak.mjs";

/** Room that a kernel may want for itself, in bytes. */
const SCRATCH_BYTES = 512;
/** How long the peak is looked for beside each slice, and what a sample should last at least, in ms. */
const PEAK_MS = 8;
const SAMPLE_MS = 0.05;
/** Stretches that a shape's time is cut into, with a look at the peak between them: the processor's pace changes. */
const SLICES = 8;

/**
 * C[m, n] = A[m, k]·B[k, n] on fresh memory: `run` packs B and multiplies, once. With `transposed` A is stored as
 * Aᵀ[k, m] and read in place, as the weight gradients do.
 */
function product(engine, { m, n, k, transposed }) {
  const { kernels, memory } = engine;
  const tile = engine.tileFor(n);
  const sizes = { a: m * k, b: k * n, packed: engine.packedSize(k, n), c: m * n, zeros: n };
  const blocks = Object.fromEntries(
    Object.entries(sizes).map(([name, floats]) => [name, memory.allocate(4 * floats)]),
  );
  const scratch = memory.allocate(SCRATCH_BYTES);
  const random = xorshift32(1);
  for (const name of ["a", "b"]) blocks[name].floats().set(uniform(random, sizes[name], -1, 1));
  const { a, b, packed, c, zeros } = Object.fromEntries(
    Object.entries(blocks).map(([name, block]) => [name, block.at()]),
  );
  const [aRow, aStep] = transposed ? [4, 4 * m] : [4 * k, 4];
  return {
    run() {
      kernels.packRows(0, k, tile, k, n, b, packed);
      kernels.gemm(tile, 0, m, n, k, a, aRow, aStep, packed, zeros, 0, c, 4 * n, scratch.at());
    },
    release() {
      for (const block of [...Object.values(blocks), scratch]) block.release();
    },
  };
}

/** How many calls make one sample long enough for the clock. */
function callsPerSample(run) {
  for (let calls = 1; ; calls *= 2) {
    const start = performance.now();
    for (let i = 0; i < calls; i++) run();
    if (performance.now() - start >= SAMPLE_MS) return calls;
  }
}

/**
 * Prepares the workload; a run with `{ m, n, k, transposed, ms }` gives `{ ms, peak }`: the median time of one product
 * in ms, and GFLOP/s of multiply-adds in registers at the same pace of the processor.
 */
export async function gemm(request) {
  const engine = await openEngine({ ...request, threads: 1 });
  const peak = await openPeak(engine.info);
  return {
    ...facts(engine),
    async run(order) {
      for (const name of ["m", "n", "k", "ms"]) count(order, name);
      const { run, release } = product(engine, order);
      const calls = callsPerSample(run);
      const times = [];
      const peaks = [peak(PEAK_MS)];
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
        peaks.push(peak(PEAK_MS));
      }
      release();
      // Each slice is compared with the peaks before and after it, and the median of these comparisons is what counts.
      const ms = median(times);
      const work = times.map((time, slice) => (time * (peaks[slice] + peaks[slice + 1])) / 2);
      return { ms, peak: median(work) / ms };
    },
  };
}
