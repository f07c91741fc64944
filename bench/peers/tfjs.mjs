/** TensorFlow.js in Node, backend "wasm" (XNNPACK, SIMD) or "cpu": the workloads of 784 → 32 → 784. */
import { layersOf, predictions } from "./predictions.mjs";
import { choice, timeSteps } from "./requests.mjs";
import { serve } from "./serve.mjs";
import { loadTfjs, tfjsFacts } from "./tfjs-backend.mjs";
import { makeTfjsStep } from "./tfjs-step.mjs";
import { stepCount } from "./workload.mjs";

const backendOf = (request) => choice(request, "backend", ["wasm", "cpu"]);

async function step(request) {
  const backend = backendOf(request);
  const tf = await loadTfjs(backend);
  const { gradient, trainStep } = makeTfjsStep(tf, backend, request);
  const { details, ...facts } = await tfjsFacts(tf, backend);
  return {
    ...facts,
    details: `${details}; ${gradient} gradients`,
    async run(order) {
      const result = await timeSteps(stepCount(order), trainStep);
      return { ...result, tensors: tf.memory().numTensors };
    },
  };
}

async function inference(request) {
  const backend = backendOf(request);
  const tf = await loadTfjs(backend);
  const layers = layersOf(request).map(({ weight, shape, bias }) => ({
    weight: tf.tensor2d(weight, shape).transpose(),
    bias: tf.tensor1d(bias),
  }));
  const forward = (values, rows, depth) =>
    tf.tidy(() => {
      let y = tf.tensor2d(values, [rows, request.features]);
      layers.slice(0, depth).forEach(({ weight, bias }, i) => {
        // The fused kernel has no sigmoid on every backend.
        const z = tf.fused.matMul({ a: y, b: weight, bias, activation: i === 0 ? "relu" : "linear" });
        y = i === 0 ? z : tf.sigmoid(z);
      });
      return y;
    });
  const predict = (depth) => async (values, rows) => {
    const y = forward(values, rows, depth);
    const outputs = await y.data();
    y.dispose();
    return outputs;
  };
  return {
    ...(await tfjsFacts(tf, backend)),
    run: predictions(request, { encode: predict(1), reconstruct: predict(2) }),
  };
}

await serve({ step, inference });
