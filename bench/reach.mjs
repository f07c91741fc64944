/** What the figures have to reach, and whether they do. */
import { SHAPES } from "./parts/gemm.mjs";
import { percent, thousands, times } from "./table.mjs";

const byteCount = (bytes) => `${thousands(bytes)} bytes`;
const kilobytes = (bytes) => `${(bytes / 1e3).toFixed(1)} kB`;
const megabytes = (bytes) => `${(bytes / 1e6).toFixed(0)} MB`;
const ratio = (over, under) => over && under && over.median / under.median;

/**
 * What steps of a network have to reach: times as fast as PyTorch with one thread, and as Keras on TensorFlow with two.
 *
 * @param {string} name how it is called here
 * @param {readonly [fast: number, turbo: number, keras: number]} least
 * @param {Record<string, any>} results by contestant
 * @returns {[string, number, (figure: number) => string, number | undefined][]}
 */
function networkGoals(name, [fast, turbo, keras], results = {}) {
  return [
    [`${name}, fast, 1 thread, against PyTorch eager`, fast, times, ratio(results.torch, results.fast)],
    ["… turbo, 1 thread, against PyTorch eager, 1 thread", turbo, times, ratio(results.torch, results.turbo)],
    [
      "… turbo, 2 threads, against Keras on TensorFlow, 2 threads",
      keras,
      times,
      ratio(results["keras@2"], results["turbo@2"]),
    ],
  ];
}

/**
 * What steps of a dense network have to reach: times as fast as JAX, with as many threads; and twice as many threads.
 *
 * @param {string} name how it is called here
 * @param {readonly [fast: number, turbo: number, turbo2: number]} least
 * @param {Record<string, any>} results by contestant
 * @returns {[string, number, (figure: number) => string, number | undefined][]}
 */
function denseGoals(name, [fast, turbo, turbo2], results = {}) {
  return [
    [`${name}, fast, 1 thread, against JAX`, fast, times, ratio(results["jax-cpu"], results.fast)],
    ["… turbo, 1 thread, against JAX, 1 thread", turbo, times, ratio(results["jax-cpu"], results.turbo)],
    [
      "… turbo, 2 threads, against JAX, 2 threads",
      turbo2,
      times,
      ratio(results["jax-cpu@2"], results["turbo@2"]),
    ],
    ["… fast, 2 threads against 1", 1.85, times, ratio(results.fast, results["fast@2"])],
    ["… turbo, 2 threads against 1", 1.85, times, ratio(results.turbo, results["turbo@2"])],
  ];
}

/**
 * PyTorch, eager or compiled, whichever is faster with one thread.
 *
 * @param {Record<string, any>} results by contestant
 */
function bestTorch({ torch, "torch-compiled": compiled } = {}) {
  if (!torch || !compiled) return torch ?? compiled;
  return torch.median < compiled.median ? torch : compiled;
}

/** The lowest share of the peak among the large squares. */
function worstSquare(shares) {
  const large = SHAPES.flatMap(({ kind, m }, i) =>
    kind === "square" && m >= 256 ? [shares?.[i]?.share] : [],
  );
  return large.includes(undefined) ? undefined : Math.min(...large);
}

/** Bytes by which WebAssembly memory grew after the first epoch, at most. */
function growth(memory) {
  return (
    memory && Math.max(...["bytes", "floats"].map((kind) => memory[kind].wasm.at(-1) - memory[kind].wasm[0]))
  );
}

/**
 * `goal` is the least that will do, or with `most` the most. A figure not measured is undefined.
 *
 * @param {Record<string, any>} results of the parts
 * @returns {[what: string, goal: number, show: (figure: number) => string, measured: number | undefined, most?: "most"][]}
 */
function goals({ step = {}, dense = {}, conv = {}, sequence = {}, spiral = {}, gemm = {}, start }) {
  const { memory, size } = start ?? {};
  const core = size?.["isthmus/core"];
  return [
    ["step, fast, 1 thread, against plain JavaScript", 30, times, ratio(step.plain, step.fast)],
    [
      "… against TensorFlow.js wasm, its own gradients",
      25,
      times,
      ratio(step["tfjs-wasm-library"], step.fast),
    ],
    ["… against TensorFlow.js wasm, tuned by hand", 25, times, ratio(step["tfjs-wasm"], step.fast)],
    ["… against jax-js wasm", 6.5, times, ratio(step.jax, step.fast)],
    ["… against PyTorch eager, 1 thread", 1.7, times, ratio(step.torch, step.fast)],
    ["step, turbo, 1 thread, against PyTorch eager, 1 thread", 3, times, ratio(step.torch, step.turbo)],
    ["step, fast, 2 threads against 1", 1.8, times, ratio(step.fast, step["fast@2"])],
    ["step, turbo, 2 threads against 1", 1.8, times, ratio(step.turbo, step["turbo@2"])],
    [
      "784-32-784, fast, 1 thread, against the best PyTorch",
      1.4,
      times,
      ratio(bestTorch(dense.narrow), dense.narrow?.fast),
    ],
    ...denseGoals("784-32-784", [0.95, 1.7, 2.2], dense.narrow),
    ...denseGoals("784-128-64-32 and back", [0.8, 1.5, 1.7], dense.deep),
    ...denseGoals("784-512-256-64 and back", [0.6, 1.15, 1.2], dense.middle),
    ...denseGoals("784-1024-784", [0.5, 1, 1], dense.wide),
    ...denseGoals("784-2048-512 and back", [0.48, 0.92, 0.92], dense.widest),
    ...networkGoals("strided convolutions", [1.5, 2.8, 2.5], conv.strided),
    ...networkGoals("pooled convolutions", [1.9, 3.2, 1.5], conv.pooled),
    ...networkGoals("a time series' convolutions", [1.6, 2.8, 1.8], conv.series),
    ...networkGoals("LSTM 32, 288 steps", [1.2, 2, 4], sequence.lstm),
    ["products of a step over its whole time, fast, of the peak", 0.65, percent, step.fast?.share],
    ["products of a step over its whole time, turbo, of the peak", 0.5, percent, step.turbo?.share],
    ["squares 256 to 2048, the worst, fast, of the peak", 0.9, percent, worstSquare(gemm.fast)],
    ["squares 256 to 2048, the worst, turbo, of the peak", 0.9, percent, worstSquare(gemm.turbo)],
    ["spiral, 2,000 epochs, against NumPy", 10, times, ratio(spiral["numpy-spiral"], spiral.fast)],
    ["Wasm memory after epoch 1 grows by", 0, byteCount, growth(memory), "most"],
    [
      "peak memory for 60,000 × 784 bytes, beyond idle",
      150e6,
      megabytes,
      memory && memory.bytes.peak - memory.idle.peak,
      "most",
    ],
    ["isthmus/core, everything a browser loads, gzipped", 60e3, kilobytes, core?.shipped.gzipped, "most"],
  ];
}

/**
 * @param {Record<string, { result: any }>} parts what was measured, by part
 * @returns {{ what: string, goal: string, measured: string, met: boolean | null }[]} null where it was not measured
 */
export function reach(parts) {
  const results = Object.fromEntries(Object.entries(parts).map(([id, { result }]) => [id, result]));
  return goals(results).map(([what, goal, show, measured, most]) => ({
    what,
    goal: `${most ? "≤" : "≥"} ${show(goal)}`,
    measured: measured === undefined ? "–" : show(measured),
    met: measured === undefined ? null : most ? measured <= goal : measured >= goal,
  }));
}

/** @returns {import("./table.mjs").Table} */
export function reachTable(rows) {
  const mark = (met) => (met === null ? "not measured" : met ? "yes" : "NO");
  return {
    title: "Reach",
    columns: ["what", "goal", "measured", "met"],
    rows: rows.map(({ what, goal, measured, met }) => [what, goal, measured, mark(met)]),
  };
}
