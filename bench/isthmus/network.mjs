/** The network workload: a training step of a network of the canon (peers/networks.mjs). */
import * as isthmus from "isthmus";
import { decodeFloats, TRIAL_RATE, withoutNoise } from "../peers/networks.mjs";
import { count, Unavailable } from "../peers/serve.mjs";
import { stepCount } from "../peers/workload.mjs";
import { facts, openEngine, timeTraining } from "./library.mjs";

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

/** Prepares the workload; its answer has the losses of the first steps, those of every contestant. */
export async function network(request) {
  const [rows, batch] = [count(request, "rows"), count(request, "batch")];
  const engine = await openEngine(request);
  const samples = decodeFloats(request.samples);
  const start = request.weights.map(({ data, ...rest }) => ({ ...rest, data: decodeFloats(data) }));
  const open = async (description, optimizer) => {
    const model = await createNetwork(description, engine, optimizer);
    model.setWeights(start);
    return model;
  };
  const trial = await open(withoutNoise(request.network), isthmus.sgd({ learningRate: TRIAL_RATE }));
  const first = samples.subarray(0, (samples.length / rows) * batch);
  const { loss: losses } = trial.fitSync(first, { epochs: request.trial, batchSize: batch, shuffle: false });
  await trial.dispose();
  const model = await open(request.network);
  return {
    ...facts(engine),
    losses,
    run: (order) => timeTraining(model, samples, rows, { batch, steps: stepCount(order) }),
  };
}
