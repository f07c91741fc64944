/** What the figures have to reach: ratios to today's peers, shares of the limit, and how time and memory grow. */
import { bestTorch } from "./parts/dense.mjs";
import { rowTimeGrowth } from "./parts/epochs.mjs";
import { SHAPES } from "./parts/gemm.mjs";
import { cellOf } from "./parts/inference.mjs";
import { figure, percent, thousands, times } from "./table.mjs";

const byteCount = (bytes) => `${thousands(bytes)} bytes`;
const kilobytes = (bytes) => `${(bytes / 1e3).toFixed(1)} kB`;
const megabytes = (bytes) => `${(bytes / 1e6).toFixed(0)} MB`;
const microseconds = (ms) => `${figure(1000 * ms)} µs`;
const milliseconds = (ms) => `${figure(ms)} ms`;
const ratio = (over, under) => over && under && over.median / under.median;

/**
 * `goal` is the least that will do, or with `most` the most. A figure not measured is undefined.
 *
 * @typedef {[what: string, goal: number, show: (figure: number) => string, measured: number | undefined, most?: "most"]} Goal
 */

/**
 * What steps of a network have to reach: times as fast as PyTorch with one thread, and as Keras on TensorFlow with two.
 *
 * @param {string} name how it is called here
 * @param {readonly [fast: number, turbo: number, keras: number]} least
 * @param {Record<string, any>} results by contestant
 * @returns {Goal[]}
 */
function networkGoals(name, [fast, turbo, keras], results = {}) {
  const { torch, "keras@2": keras2 } = results;
  return [
    [`${name}, fast, 1 thread, against PyTorch eager`, fast, times, ratio(torch, results.fast)],
    ["… turbo, 1 thread, against PyTorch eager, 1 thread", turbo, times, ratio(torch, results.turbo)],
    [
      "… turbo, 2 threads, against Keras on TensorFlow, 2 threads",
      keras,
      times,
      ratio(keras2, results["turbo@2"]),
    ],
  ];
}

/**
 * What steps of a dense network have to reach: times as fast as JAX, with as many threads; twice as many threads; and
 * shares of the limit, where there are goals for them.
 *
 * @param {string} name how it is called here
 * @param {readonly [fast: number, turbo: number, turbo2: number]} least
 * @param {Record<string, any>} results by contestant
 * @param {readonly [fast: number, turbo: number] | readonly []} shares
 * @returns {Goal[]}
 */
function denseGoals(name, [fast, turbo, turbo2], results = {}, [fastShare, turboShare] = []) {
  const { "jax-cpu": jax, "jax-cpu@2": jax2 } = results;
  /** @type {Goal[]} */
  const shares = fastShare
    ? [
        ["… fast, 1 thread, of the limit", fastShare, percent, results.fast?.share],
        ["… turbo, 1 thread, of the limit", turboShare, percent, results.turbo?.share],
      ]
    : [];
  return [
    [`${name}, fast, 1 thread, against JAX`, fast, times, ratio(jax, results.fast)],
    ["… turbo, 1 thread, against JAX, 1 thread", turbo, times, ratio(jax, results.turbo)],
    ["… turbo, 2 threads, against JAX, 2 threads", turbo2, times, ratio(jax2, results["turbo@2"])],
    ["… fast, 2 threads against 1", 1.85, times, ratio(results.fast, results["fast@2"])],
    ["… turbo, 2 threads against 1", 1.85, times, ratio(results.turbo, results["turbo@2"])],
    ...shares,
  ];
}

/** The lowest share of the limit among the shapes that are wanted. */
function worstShare(shares, wanted) {
  const found = SHAPES.flatMap((shape, i) => (wanted(shape) ? [shares?.[i]?.share] : []));
  return found.includes(undefined) ? undefined : Math.min(...found);
}

/** @returns {Goal[]} */
function productGoals(gemm, build) {
  const large = ({ kind, m }) => kind === "square" && m >= 256;
  const packed = (rows) => (shape) => shape.packed && shape.m === rows;
  return [
    [`squares 256 to 2048, the worst, ${build}, of the limit`, 0.9, percent, worstShare(gemm[build], large)],
    [`eight rows × 1024 × 1024, ${build}, of the limit`, 0.6, percent, worstShare(gemm[build], packed(8))],
    [
      `one row × 1024 × 1024, ${build}, of reading the weights once`,
      0.7,
      percent,
      worstShare(gemm[build], packed(1)),
    ],
  ];
}

/** @returns {Goal[]} */
function inferenceGoals(inference) {
  const one = (id, task) => cellOf(inference, id, { task, single: true })?.times;
  const all = (id, task) => cellOf(inference, id, { task })?.share;
  return [
    ["one row, 784 → 32, encodeSync, fast", 0.004, microseconds, one("fast", "encodeSync")?.median, "most"],
    ["… encode", 0.006, microseconds, one("fast", "encode")?.median, "most"],
    [
      "… encode, 2 threads against 1",
      1,
      times,
      ratio(one("fast@2", "encode"), one("fast", "encode")),
      "most",
    ],
    ["encode of 60,000 rows, fast, 1 thread, of the limit", 0.8, percent, all("fast", "encode")],
    ["… turbo, 1 thread, of the limit", 0.8, percent, all("turbo", "encode")],
    ["reconstruct of 60,000 rows, fast, 1 thread, of the limit", 0.8, percent, all("fast", "reconstruct")],
  ];
}

/** @returns {Goal[]} */
function growthGoals(epochs) {
  const streamed = epochs?.filter(({ from }) => from === "file");
  const memory = (id) => streamed?.find(({ rows }) => rows === 1e7)?.results[id]?.beyondIdle;
  return ["fast", "turbo"].flatMap(
    (id) =>
      /** @type {Goal[]} */ ([
        [
          `a row of an epoch of 10 million rows against 10 thousand, ${id}`,
          1.1,
          times,
          rowTimeGrowth(epochs, id),
          "most",
        ],
        [`… peak memory from the file, beyond idle, ${id}`, 150e6, megabytes, memory(id), "most"],
      ]),
  );
}

/** Bytes by which WebAssembly memory grew after the first epoch, at most. */
function wasmGrowth(memory) {
  return (
    memory && Math.max(...["bytes", "floats"].map((kind) => memory[kind].wasm.at(-1) - memory[kind].wasm[0]))
  );
}

/** @returns {Goal[]} */
function startGoals({ cold, memory, size } = /** @type {any} */ ({})) {
  const beyondIdle = memory && memory.bytes.peak - memory.idle.peak;
  const core = size?.["isthmus/core"]?.shipped.gzipped;
  return [
    ["first step in a fresh process, by default", 40, milliseconds, cold?.default?.stepped.median, "most"],
    ["Wasm memory after epoch 1 grows by", 0, byteCount, wasmGrowth(memory), "most"],
    ["peak memory for 60,000 × 784 bytes, beyond idle", 150e6, megabytes, beyondIdle, "most"],
    ["isthmus/core, everything a browser loads, gzipped", 60e3, kilobytes, core, "most"],
  ];
}

/**
 * @param {Record<string, any>} results of the parts
 * @returns {Goal[]}
 */
export function goals({
  dense = {},
  conv = {},
  sequence = {},
  gemm = {},
  inference,
  growth,
  page = {},
  start,
}) {
  return [
    [
      "784-32-784, fast, 1 thread, against the best PyTorch",
      1.4,
      times,
      ratio(bestTorch(dense.narrow), dense.narrow?.fast),
    ],
    ...denseGoals("784-32-784", [0.95, 1.7, 2.2], dense.narrow, [0.72, 0.62]),
    ...denseGoals("784-128-64-32 and back", [0.8, 1.5, 1.7], dense.deep),
    ...denseGoals("784-512-256-64 and back", [0.6, 1.15, 1.2], dense.middle),
    ...denseGoals("784-1024-784", [0.5, 1, 1], dense.wide, [0.85, 0.85]),
    ...denseGoals("784-2048-512 and back", [0.48, 0.92, 0.92], dense.widest, [0.85, 0.85]),
    ...networkGoals("strided convolutions", [1.5, 2.8, 2.5], conv.strided),
    ...networkGoals("pooled convolutions", [1.9, 3.2, 1.5], conv.pooled),
    ...networkGoals("a time series' convolutions", [1.6, 2.8, 1.8], conv.series),
    ...networkGoals("LSTM 32, 288 steps", [1.2, 2, 4], sequence.lstm),
    ...productGoals(gemm, "fast"),
    ...productGoals(gemm, "turbo"),
    ...inferenceGoals(inference),
    ...growthGoals(growth?.epochs),
    [
      "a step in Chromium against Node, fast, 1 thread",
      1.05,
      times,
      ratio(page["chromium-fast"], page.fast),
      "most",
    ],
    ...startGoals(start),
  ];
}
