/**
 * TensorFlow.js, on any backend, in Node and in a page. Each step minimizes a hand-made loss, which is faster than
 * `model.trainOnBatch`, and gathers its batch on the host, which is faster than `tf.gather` on the backend.
 *
 * `gradient: "library"` takes the library's own derivatives throughout. `"tuned"`, the default, is what someone who
 * knows the backends would write: the fused gradient σ(z) − x, and on "wasm" (XNNPACK, SIMD) products whose gradients transpose their
 * operand first, since that backend hands only untransposed products to XNNPACK (more than twice as fast).
 */
import { choice } from "./requests.mjs";
import {
  ADAM,
  gatherRows,
  glorotUniform,
  ShuffledBatches,
  stepSizes,
  uniform,
  xorshift32,
} from "./workload.mjs";

/** Cross-entropy on logits, averaged by rows first: one float32 sum over a batch is off in the 4th digit. */
function meanCrossEntropy(tf, z, x) {
  return tf.mean(tf.mean(tf.sub(tf.softplus(z), tf.mul(z, x)), 1));
}

/** The same with its gradient in z, (σ(z) − x) / elements, given instead of derived. */
function fusedCrossEntropy(tf, z, x) {
  const loss = tf.customGrad((z, save) => {
    save([z]);
    return {
      value: meanCrossEntropy(tf, z, x),
      gradFunc: (dy, [z]) => tf.mul(tf.sub(tf.sigmoid(z), x), tf.mul(dy, 1 / z.size)),
    };
  });
  return loss(z);
}

/** a · b where only b is differentiated; `a` must outlive the gradient. */
function constantTimes(tf, a, b) {
  const product = tf.customGrad((b, _save) => ({
    value: tf.matMul(a, b),
    gradFunc: (dy) => tf.matMul(tf.transpose(a), dy),
  }));
  return product(b);
}

function times(tf, a, b) {
  const product = tf.customGrad((a, b, save) => {
    save([a, b]);
    return {
      value: tf.matMul(a, b),
      gradFunc: (dy, [a, b]) => [tf.matMul(dy, tf.transpose(b)), tf.matMul(tf.transpose(a), dy)],
    };
  });
  return product(a, b);
}

/** The loss of a batch x [rows × F] as a function of the variables, in one of the two ways above. */
function makeLoss(tf, { w1, b1, w2, b2 }, gradient, backend) {
  const tuned = gradient === "tuned";
  const transposeFirst = tuned && backend === "wasm";
  const first = transposeFirst ? constantTimes : (_tf, a, b) => tf.matMul(a, b);
  const second = transposeFirst ? times : (_tf, a, b) => tf.matMul(a, b);
  const crossEntropy = tuned ? fusedCrossEntropy : meanCrossEntropy;
  return (x) => {
    const h = tf.relu(tf.add(first(tf, x, w1), b1));
    return crossEntropy(tf, tf.add(second(tf, h, w2), b2), x);
  };
}

/**
 * @param {any} tf the library, its backend set
 * @param {string} backend
 * @param {any} request of the step workload
 * @returns {{ gradient: string, trainStep: () => Promise<number> }} the second gives the loss before its update
 */
export function makeTfjsStep(tf, backend, request) {
  const { samples, features: F, latent: L, batch, seed } = stepSizes(request);
  const gradient = choice(request, "gradient", ["tuned", "library"]);
  const random = xorshift32(seed);
  const data = uniform(random, samples * F);
  const variables = {
    w1: tf.variable(tf.tensor2d(glorotUniform(random, F, L), [F, L])),
    b1: tf.variable(tf.zeros([L])),
    w2: tf.variable(tf.tensor2d(glorotUniform(random, L, F), [L, F])),
    b2: tf.variable(tf.zeros([F])),
  };
  const optimizer = tf.train.adam(ADAM.learningRate, ADAM.beta1, ADAM.beta2, ADAM.epsilon);
  const loss = makeLoss(tf, variables, gradient, backend);
  const batches = new ShuffledBatches(samples, batch, random);
  const host = new Float32Array(batch * F);

  async function trainStep() {
    const rows = batches.next();
    gatherRows(data, F, rows, host);
    const cost = tf.tidy(() => {
      const x = tf.tensor2d(host.subarray(0, rows.length * F), [rows.length, F]);
      return optimizer.minimize(() => loss(x), true);
    });
    const [value] = await cost.data();
    cost.dispose();
    return value;
  }
  return { gradient, trainStep };
}
