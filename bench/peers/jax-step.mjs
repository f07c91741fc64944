/**
 * jax-js on any backend, in Node and in a page: value, gradient and Adam in one jitted function. The data set stays on
 * the host and each shuffled batch is handed over as one array, which is faster than `np.take` on the device.
 */
import {
  ADAM,
  gatherRows,
  glorotUniform,
  ShuffledBatches,
  stepSizes,
  transposed,
  uniform,
  xorshift32,
} from "./workload.mjs";

const NAMES = ["w1", "b1", "w2", "b2"];

/** Mean cross-entropy on logits. Row means first: one float32 sum over a whole batch is off in the 4th digit. */
function makeLoss({ numpy: np, nn }) {
  return ({ w1, b1, w2, b2 }, x) => {
    const h = nn.relu(np.matmul(x.ref, w1.transpose()).add(b1));
    const z = np.matmul(h, w2.transpose()).add(b2);
    return nn.softplus(z.ref).sub(z.mul(x)).mean(1).mean();
  };
}

/** The jitted `(parameters, first, second, factors, x) → [loss, parameters, first, second]`; it owns what it gets. */
function makeStep(jax) {
  const { numpy: np } = jax;
  const { beta1, beta2, epsilon } = ADAM;
  const valueAndGrad = jax.valueAndGrad(makeLoss(jax));
  return jax.jit((parameters, first, second, factors, x) => {
    const [loss, gradients] = valueAndGrad(
      Object.fromEntries(NAMES.map((name) => [name, parameters[name].ref])),
      x,
    );
    const next = { parameters: {}, first: {}, second: {} };
    for (const name of NAMES) {
      const g = gradients[name];
      const m = first[name].mul(beta1).add(g.ref.mul(1 - beta1));
      const v = second[name].mul(beta2).add(np.square(g).mul(1 - beta2));
      const root = np.sqrt(v.ref.mul(factors.ref.slice(1))).add(epsilon);
      next.parameters[name] = parameters[name].sub(m.ref.mul(factors.ref.slice(0)).div(root));
      next.first[name] = m;
      next.second[name] = v;
    }
    factors.dispose();
    return [loss, next.parameters, next.first, next.second];
  });
}

/**
 * @param {any} jax the library, its default device set
 * @param {any} request of the step workload
 * @returns {() => Promise<number>} trains a step and gives the loss before its update
 */
export function makeJaxStep(jax, request) {
  const { samples, features: F, latent: L, batch, seed } = stepSizes(request);
  const { numpy: np } = jax;
  const random = xorshift32(seed);
  const data = uniform(random, samples * F);
  const w1 = transposed(glorotUniform(random, F, L), F, L);
  const w2 = transposed(glorotUniform(random, L, F), L, F);
  const shapes = { w1: [L, F], b1: [L], w2: [F, L], b2: [F] };
  const zeros = () => Object.fromEntries(NAMES.map((name) => [name, np.zeros(shapes[name])]));
  let parameters = { ...zeros(), w1: np.array(w1).reshape(shapes.w1), w2: np.array(w2).reshape(shapes.w2) };
  let first = zeros();
  let second = zeros();
  let time = 0;
  const batches = new ShuffledBatches(samples, batch, random);
  const host = new Float32Array(batch * F);
  const jitted = makeStep(jax);

  async function trainStep() {
    const rows = batches.next();
    gatherRows(data, F, rows, host);
    const x = np.array(host.subarray(0, rows.length * F)).reshape([rows.length, F]);
    time++;
    const rate = ADAM.learningRate / (1 - ADAM.beta1 ** time);
    const factors = np.array(new Float32Array([rate, 1 / (1 - ADAM.beta2 ** time)]));
    let loss;
    [loss, parameters, first, second] = jitted(parameters, first, second, factors, x);
    return (await loss.data())[0];
  }

  // Every batch size is compiled on its own: do both before the clock runs.
  for (const rows of new Set([batch, samples % batch || batch])) {
    const factors = np.array(new Float32Array([0, 1]));
    jax.tree.dispose(jitted(zeros(), zeros(), zeros(), factors, np.zeros([rows, F])));
  }
  return trainStep;
}
