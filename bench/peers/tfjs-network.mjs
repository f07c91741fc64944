/**
 * TensorFlow.js, backend "cpu" or "wasm": one training step of a network of the canon, of the library's own layers and
 * gradients. Each step minimizes the loss by hand, which is faster than `model.trainOnBatch`.
 */
import { decodeFloats, TRIAL_RATE, withoutNoise } from "./networks.mjs";
import { choice, count, timeSteps, Unavailable } from "./requests.mjs";
import { serve } from "./serve.mjs";
import { loadTfjs, tfjsFacts } from "./tfjs-backend.mjs";
import { ADAM, gatherRows, ShuffledBatches, stepCount, xorshift32 } from "./workload.mjs";

/** The library's layers for one of a description; it has no transposed convolution along one dimension. */
function layersOf(tf, { kind, n, ...options }, inputShape) {
  const { shape, ...rest } = options;
  if (kind === "conv1dTranspose") {
    const [length] = inputShape;
    const { filters, kernelSize, strides = 1 } = rest;
    const sizes = { kernelSize: [kernelSize, 1], strides: [strides, 1] };
    return [
      tf.layers.reshape({ targetShape: [length, 1, inputShape[1]] }),
      tf.layers.conv2dTranspose({ ...rest, ...sizes }),
      tf.layers.reshape({ targetShape: [length * strides, filters] }),
    ];
  }
  // The library's default is another sigmoid.
  if (kind === "lstm") return [tf.layers.lstm({ ...rest, recurrentActivation: "sigmoid" })];
  return [tf.layers[kind]({ ...rest, ...(n && { n }), ...(shape && { targetShape: shape }) })];
}

/** PyTorch's [out, in, …kernel] (of transposed layers [in, out, …kernel]) as […kernel, in, out], of the shape wanted. */
function turned(tf, { shape, data }, wanted) {
  const values = tf.tensor(decodeFloats(data), shape);
  if (shape.length === 1) return values;
  const order = [...shape.keys()].slice(2);
  return values.transpose([...order, 1, 0]).reshape(wanted);
}

/** A model up to the logits, if its loss is a cross-entropy, from the weights asked for. */
function build(tf, { inputShape, encoder, decoder, loss }, weights) {
  const model = tf.sequential();
  const input = tf.layers.inputLayer({ inputShape });
  model.add(input);
  const layers = [...encoder, ...decoder];
  layers.forEach((layer, index) => {
    const last = index === layers.length - 1 && loss === "binaryCrossentropy";
    const shape = model.outputs[0].shape.slice(1);
    const described = last ? { ...layer, activation: "linear" } : layer;
    for (const made of layersOf(tf, described, shape)) model.add(made);
  });
  // The library keeps one bias of a recurrent layer; the other one is 0.
  const given = weights.filter(({ name }) => !name.endsWith("bias_hh_l0"));
  model.setWeights(given.map((weight, i) => turned(tf, weight, model.weights[i].shape)));
  return model;
}

/** Mean over the rows first: one float32 sum over a whole batch is off in the 4th digit. */
function lossOf(tf, name, y, x) {
  const each =
    name === "binaryCrossentropy" ? tf.sub(tf.softplus(y), tf.mul(y, x)) : tf.squaredDifference(y, x);
  return tf.mean(tf.mean(each.reshape([x.shape[0], -1]), 1));
}

/** A function of a batch that trains one step and returns the loss before it. */
function makeStep(tf, network, weights, optimizer) {
  const model = build(tf, network, weights);
  return async (values, rows) => {
    const cost = tf.tidy(() => {
      const x = tf.tensor(values, [rows, ...network.inputShape]);
      return optimizer.minimize(() => lossOf(tf, network.loss, model.apply(x, { training: true }), x), true);
    });
    const [loss] = await cost.data();
    cost.dispose();
    return loss;
  };
}

async function network(request) {
  const { network, weights } = request;
  const [rows, batch, trial] = ["rows", "batch", "trial"].map((name) => count(request, name));
  const backend = choice(request, "backend", ["cpu", "wasm"]);
  const tf = await loadTfjs(backend);
  const samples = decodeFloats(request.samples);
  const size = samples.length / rows;

  const losses = [];
  const tried = makeStep(tf, withoutNoise(network), weights, tf.train.sgd(TRIAL_RATE));
  try {
    for (let i = 0; i < trial; i++) losses.push(await tried(samples.subarray(0, batch * size), batch));
  } catch (error) {
    // Its wasm backend lacks the kernels of some gradients.
    if (/not registered/.test(error.message)) throw new Unavailable(`it cannot train this: ${error.message}`);
    throw error;
  }

  const { learningRate, beta1, beta2, epsilon } = ADAM;
  const step = makeStep(tf, network, weights, tf.train.adam(learningRate, beta1, beta2, epsilon));
  const batches = new ShuffledBatches(rows, batch, xorshift32(1));
  const host = new Float32Array(batch * size);
  const trainStep = () => {
    const chosen = batches.next();
    gatherRows(samples, size, chosen, host);
    return step(host.subarray(0, chosen.length * size), chosen.length);
  };
  return {
    ...(await tfjsFacts(tf, backend)),
    losses,
    run: (order) => timeSteps(stepCount(order), trainStep),
  };
}

await serve({ network });
