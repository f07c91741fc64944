/** Every peer: how it is started for a number of threads, and what its setup request carries besides the sizes. */
import { join } from "node:path";
import { startPeer } from "./driver.mjs";
import { findPython } from "./python.mjs";

const FOLDER = import.meta.dirname;

const node = (file) => ({ runtime: "node", file });
const python = (file, module) => ({ runtime: "python", file, module });

/**
 * `threads: true` where the peer can use more than one, `dense: true` where it takes part in the dense networks alone,
 * `batches` where its steps may take too long: the smaller batches that it can have instead, largest first. `setup` is
 * merged into the setup request.
 */
export const PEERS = [
  { id: "plain", workloads: ["step", "spiral"], threads: false, program: node("plain.mjs") },
  {
    id: "tfjs-cpu",
    workloads: ["step", "inference"],
    threads: false,
    program: node("tfjs.mjs"),
    setup: { backend: "cpu" },
  },
  {
    id: "tfjs-wasm",
    workloads: ["step", "inference"],
    threads: false,
    program: node("tfjs.mjs"),
    setup: { backend: "wasm" },
  },
  {
    id: "tfjs-wasm-library",
    workloads: ["step"],
    threads: false,
    program: node("tfjs.mjs"),
    setup: { backend: "wasm", gradient: "library" },
  },
  { id: "jax", workloads: ["step", "inference"], threads: false, program: node("jax.mjs") },
  {
    id: "ort-node",
    workloads: ["inference"],
    threads: true,
    program: node("onnxruntime.mjs"),
    setup: { flavor: "node" },
  },
  {
    id: "ort-web",
    workloads: ["inference"],
    threads: true,
    program: node("onnxruntime.mjs"),
    setup: { flavor: "web" },
  },
  { id: "numpy", workloads: ["step"], threads: true, program: python("numpy_step.py", "numpy") },
  { id: "numpy-spiral", workloads: ["spiral"], threads: false, program: python("numpy_spiral.py", "numpy") },
  { id: "torch", workloads: ["step"], threads: true, program: python("torch_step.py", "torch") },
  {
    id: "torch-bce",
    workloads: ["step"],
    threads: true,
    program: python("torch_step.py", "torch"),
    setup: { loss: "probabilities" },
  },
  { id: "keras", workloads: ["step"], threads: true, program: python("keras_step.py", "keras") },
  {
    id: "keras-xla",
    workloads: ["step"],
    threads: true,
    program: python("keras_step.py", "keras"),
    setup: { xla: true },
  },
  { id: "numpy", workloads: ["epoch"], threads: true, program: python("numpy_epoch.py", "numpy") },
  { id: "torch", workloads: ["epoch"], threads: true, program: python("torch_epoch.py", "torch") },
  { id: "torch", workloads: ["network"], threads: true, program: python("torch_network.py", "torch") },
  {
    id: "torch-compiled",
    workloads: ["network"],
    threads: true,
    dense: true,
    program: python("torch_network.py", "torch"),
    setup: { compile: true },
  },
  {
    id: "jax-cpu",
    workloads: ["network"],
    threads: true,
    program: python("jax_network.py", "jax"),
  },
  {
    id: "keras",
    workloads: ["network"],
    threads: true,
    program: python("keras_network.py", "tensorflow"),
  },
  {
    id: "keras-jax",
    workloads: ["network"],
    threads: true,
    program: python("keras_network.py", "jax"),
    setup: { backend: "jax" },
  },
  {
    id: "tfjs-cpu",
    workloads: ["network"],
    threads: false,
    batches: [8, 2],
    program: node("tfjs-network.mjs"),
    setup: { backend: "cpu" },
  },
  {
    id: "tfjs-wasm",
    workloads: ["network"],
    threads: false,
    program: node("tfjs-network.mjs"),
    setup: { backend: "wasm" },
  },
];

/** The step workload of the reference: 784 → 32 → 784 on 60,000 uniform random samples, batches of 256. */
export const STEP = { workload: "step", samples: 60_000, features: 784, latent: 32, batch: 256, seed: 1 };

/** The spiral workload of the reference: 500 points, full batch. */
export const SPIRAL = { workload: "spiral", samples: 500, epochs: 2000, seed: 42 };

/**
 * Starts `peer` and sets it up for `workload` (STEP, SPIRAL or the like).
 * @param {{ program: any, setup?: object }} peer
 * @param {object} workload
 * @param {{ threads?: number, execPath?: string, timeouts?: object }} options execPath is the runtime of the
 *   JavaScript peers, by default the one that runs this.
 * @returns the setup's answer, and the started peer to run, ask and exit.
 */
export async function openPeer(peer, workload, { threads = 1, execPath = process.execPath, timeouts } = {}) {
  const { runtime, file, module } = peer.program;
  const path = join(FOLDER, file);
  const start = runtime === "node" ? { command: execPath, args: [path] } : startPython(path, module, threads);
  const child = startPeer({ ...start, timeouts });
  try {
    const answer = await child.setup({ ...workload, threads, ...peer.setup });
    return { answer, child };
  } catch (error) {
    await child.exit();
    throw error;
  }
}

/** BLAS and OpenMP read their number of threads once, when they are loaded. */
function startPython(path, module, threads) {
  const { command, env } = findPython(module);
  const count = String(threads);
  const limits = { OPENBLAS_NUM_THREADS: count, OMP_NUM_THREADS: count, MKL_NUM_THREADS: count };
  return { command, args: ["-B", path], env: { ...env, ...limits } };
}
