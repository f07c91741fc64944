/** TensorFlow.js in a page, as its own builds for pages come: scripts that leave `tf` behind. */
import { Unavailable } from "../peers/requests.mjs";
import { makeTfjsStep } from "../peers/tfjs-step.mjs";
import { adapterName, rendererName } from "./adapter.mjs";
import { offer, timeAll } from "./contestant.mjs";

const { tf } = /** @type {{ tf: any }} */ (/** @type {unknown} */ (globalThis));

async function start({ backend, threads, folder }) {
  if (backend === "wasm") {
    tf.wasm.setWasmPaths(folder);
    tf.wasm.setThreadsCount(threads);
  }
  if (backend === "webgpu" && !(await adapterName())) {
    throw new Unavailable("this browser gives no WebGPU adapter");
  }
  const started = await tf.setBackend(backend).catch(() => false);
  if (!started) throw new Unavailable(`this browser starts no ${backend}`);
  await tf.ready();
}

async function detailsOf({ backend }) {
  if (backend === "webgl") return `WebGL ${tf.env().getNumber("WEBGL_VERSION")}, ${rendererName()}`;
  if (backend === "webgpu") return adapterName();
  if (!(await tf.env().getAsync("WASM_HAS_MULTITHREAD_SUPPORT"))) return "XNNPACK with SIMD";
  return `XNNPACK with SIMD, the build with threads, which says that it has ${tf.wasm.getThreadsCount()}`;
}

offer(async (request) => {
  await start(request);
  const { gradient, trainStep } = makeTfjsStep(tf, request.backend, request);
  return { details: `${await detailsOf(request)}; ${gradient} gradients`, steps: timeAll(trainStep) };
});
