/** TensorFlow.js in Node, with one of its backends. */
import { Unavailable } from "./requests.mjs";
import { importPeer, packageVersion } from "./serve.mjs";

/** @returns {Promise<any>} the library, once the backend runs */
export async function loadTfjs(backend) {
  const tf = (await importPeer("@tensorflow/tfjs")).default;
  if (backend === "wasm") await importPeer("@tensorflow/tfjs-backend-wasm");
  if (!(await tf.setBackend(backend))) throw new Unavailable(`backend ${backend} does not start here`);
  await tf.ready();
  return tf;
}

/** Name, version and details of a setup's answer. */
export async function tfjsFacts(tf, backend) {
  const version = await packageVersion("@tensorflow/tfjs");
  return { name: `TensorFlow.js ${backend}`, version, details: await kernels(tf, backend) };
}

async function kernels(tf, backend) {
  if (backend === "cpu") return "kernels in JavaScript";
  const simd = await tf.env().getAsync("WASM_HAS_SIMD_SUPPORT");
  return `XNNPACK ${simd ? "with" : "without"} SIMD; threads have no effect in Node`;
}
