/** jax-js in Node, on its WebAssembly backend: the workloads of 784 → 32 → 784. */
import { makeJaxStep } from "./jax-step.mjs";
import { layersOf, predictions } from "./predictions.mjs";
import { timeSteps, Unavailable } from "./requests.mjs";
import { importPeer, packageVersion, serve } from "./serve.mjs";
import { stepCount } from "./workload.mjs";

// The backend starts its worker pool only where the runtime has the browser's global `Worker`.
const THREADS =
  typeof Worker === "undefined" ? "one thread, as there is no global Worker here" : "its own worker pool";

async function load() {
  const jax = await importPeer("@jax-js/jax");
  if (!(await jax.init("wasm")).includes("wasm")) throw new Unavailable("jax-js has no wasm backend here");
  jax.defaultDevice("wasm");
  return jax;
}

const facts = async (how) => ({
  name: "jax-js wasm",
  version: await packageVersion("@jax-js/jax"),
  details: `${how}; ${THREADS}`,
});

async function step(request) {
  const trainStep = makeJaxStep(await load(), request);
  return {
    ...(await facts("value, gradient and Adam in one jit")),
    run: (order) => timeSteps(stepCount(order), trainStep),
  };
}

async function inference(request) {
  const jax = await load();
  const { numpy: np, nn } = jax;
  const layers = layersOf(request).map(({ weight, shape, bias }) => [
    np.array(weight).reshape(shape).transpose(),
    np.array(bias),
  ]);
  const encoder = jax.jit((x, w, b) => nn.relu(np.matmul(x, w).add(b)));
  const decoder = jax.jit((h, w, b) => nn.sigmoid(np.matmul(h, w).add(b)));
  const owned = (layer) => layer.map((array) => array.ref);
  const input = (values, rows) => np.array(values).reshape([rows, request.features]);
  const encode = (values, rows) => encoder(input(values, rows), ...owned(layers[0]));
  const reconstruct = (values, rows) => decoder(encode(values, rows), ...owned(layers[1]));
  return {
    ...(await facts("one jit for each half")),
    run: predictions(request, {
      encode: (values, rows) => encode(values, rows).data(),
      reconstruct: (values, rows) => reconstruct(values, rows).data(),
    }),
  };
}

await serve({ step, inference });
