/** The network workload: a training step of a network of the canon (peers/networks.mjs). */
import * as isthmus from "isthmus";
import { decodeFloats, TRIAL_RATE, withoutNoise } from "../peers/networks.mjs";
import { count, Unavailable } from "../peers/requests.mjs";
import { stepCount } from "../peers/workload.mjs";
import { facts, openEngine } from "./library.mjs";
import { openLimits } from "./limits.mjs";
import { timeTraining } from "./training.mjs";

/**
 * @param {import("../peers/networks.mjs").NetworkDescription} description
 * @param {import("isthmus").Engine | import("isthmus").EngineOptions} engine
 * @throws {Unavailable} when this version of Isthmus lacks a layer of the network
 */
export async function createNetwork({ title, batch, ...description }, engine, optimizer = isthmus.adam()) {
  /** @type {any} */
  const network = { ...description, optimizer };
  const missing = [...network.encoder, ...network.decoder].find(({ kind }) => !(kind in isthmus));
  if (missing) throw new Unavailable(`this version of Isthmus has no ${missing.kind}`);
  return isthmus.Autoencoder.create({ ...network, seed: 1, engine });
}

/** A model that starts from the weights of a request. */
async function startFrom({ weights }, description, engine, optimizer) {
  const model = await createNetwork(description, engine, optimizer);
  model.setWeights(weights.map(({ data, ...rest }) => ({ ...rest, data: decodeFloats(data) })));
  return model;
}

/**
 * The losses of the first steps of a request, which every contestant must come to.
 *
 * @param {any} request
 * @param {import("isthmus").Engine | import("isthmus").EngineOptions} engine
 * @returns {Promise<readonly number[]>}
 */
export async function trialLosses(request, engine) {
  const { network, rows, batch, trial } = request;
  const samples = decodeFloats(request.samples);
  const descent = isthmus.sgd({ learningRate: TRIAL_RATE });
  const model = await startFrom(request, withoutNoise(network), engine, descent);
  const first = samples.subarray(0, (samples.length / rows) * batch);
  const { loss } = model.fitSync(first, { epochs: trial, batchSize: batch, shuffle: false });
  await model.dispose();
  return loss;
}

/**
 * Prepares the workload; its answer has the losses of the first steps. With `{ peak: ms }`
 * instead of `{ steps }` a run tells what the same build could do at most.
 */
export async function network(request) {
  const [rows, batch] = [count(request, "rows"), count(request, "batch")];
  const engine = await openEngine(request);
  const losses = await trialLosses(request, engine);
  const samples = decodeFloats(request.samples);
  const model = await startFrom(request, request.network, engine);
  const limits = await openLimits(engine.info);
  return {
    ...facts(engine),
    losses,
    run(order) {
      if (order.peak !== undefined) return { gflops: limits.gflops(order.peak) };
      return timeTraining(model, samples, rows, { batch, steps: stepCount(order) });
    },
  };
}
