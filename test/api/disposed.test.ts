import { expect, test } from "vitest";
import { type Autoencoder, Engine, StateError } from "../../src/index.js";
import { failure, MATHS, smallModel, values } from "../support/models.js";

const samples = values(5, 6);
const codes = values(5, 3);

const METHODS: [string, (model: Autoencoder) => unknown][] = [
  ["fit", (model) => model.fit(samples)],
  ["fitSync", (model) => model.fitSync(samples)],
  ["encode", (model) => model.encode(samples)],
  ["encodeSync", (model) => model.encodeSync(samples)],
  ["decode", (model) => model.decode(codes)],
  ["decodeSync", (model) => model.decodeSync(codes)],
  ["reconstruct", (model) => model.reconstruct(samples)],
  ["reconstructSync", (model) => model.reconstructSync(samples)],
  ["activations", (model) => model.activations(samples, { layer: "encoder[0]" })],
  ["activationsSync", (model) => model.activationsSync(samples, { layer: "encoder[0]" })],
  ["corrupt", (model) => model.corrupt(samples)],
  ["corruptSync", (model) => model.corruptSync(samples)],
  ["evaluate", (model) => model.evaluate(samples)],
  ["evaluateSync", (model) => model.evaluateSync(samples)],
  ["reconstructionError", (model) => model.reconstructionError(samples)],
  ["reconstructionErrorSync", (model) => model.reconstructionErrorSync(samples)],
  ["reconstructionErrorPerFeature", (model) => model.reconstructionErrorPerFeature(samples)],
  ["reconstructionErrorPerFeatureSync", (model) => model.reconstructionErrorPerFeatureSync(samples)],
  ["encoder.predict", (model) => model.encoder.predict(samples)],
  ["encoder.predictSync", (model) => model.encoder.predictSync(samples)],
  ["decoder.predict", (model) => model.decoder.predict(codes)],
  ["decoder.predictSync", (model) => model.decoder.predictSync(codes)],
  ["encodeDistribution", (model) => model.encodeDistribution(samples)],
  ["encodeDistributionSync", (model) => model.encodeDistributionSync(samples)],
  ["sample", (model) => model.sample(2)],
  ["sampleSync", (model) => model.sampleSync(2)],
  ["summary", (model) => model.summary()],
  ["getWeights", (model) => model.getWeights()],
  ["setWeights", (model) => model.setWeights([])],
  ["toSafetensors", (model) => model.toSafetensors()],
  ["toCheckpoint", (model) => model.toCheckpoint()],
  ["train", (model) => model.train(samples).next()],
  ["pause", (model) => model.pause()],
  ["resume", (model) => model.resume()],
  ["encode of a stream", (model) => model.encode(() => [samples]).next()],
  ["reconstruct of a stream", (model) => model.reconstruct(() => [samples]).next()],
  ["evaluate of a stream", (model) => model.evaluate(() => [samples])],
];

test.each(METHODS)("%s is refused after dispose", async (_, call) => {
  for (const math of MATHS) {
    const model = await smallModel({ engine: { math } });
    await model.dispose();
    const error = await failure(() => call(model));
    expect(error).toBeInstanceOf(StateError);
    expect((error as StateError).code).toBe("ERR_STATE");
    expect((error as Error).message).toBe("the model was disposed of");
  }
});

test("every method is among those", async () => {
  const model = await smallModel();
  const names = new Set(METHODS.map(([name]) => name));
  const of = (prototype: object) =>
    Object.entries(Object.getOwnPropertyDescriptors(prototype))
      .filter(([name, { value }]) => typeof value === "function" && name !== "constructor")
      .map(([name]) => name);
  const all: string[] = [];
  for (let each = Object.getPrototypeOf(model); each !== Object.prototype; each = Object.getPrototypeOf(each))
    all.push(...of(each));
  const methods = all.filter((name) => name !== "dispose");
  for (const name of ["summary", "encode", "reconstruct", "fit"]) expect(methods).toContain(name);
  expect(methods.filter((name) => !names.has(name))).toEqual([]);
  const halves = of(Object.getPrototypeOf(model.encoder));
  for (const name of halves) expect(names).toContain(`encoder.${name}`);
});

test("async methods reject rather than throw", async () => {
  const model = await smallModel();
  await model.dispose();
  for (const [name, call] of METHODS) {
    if (name.endsWith("Sync") || /^(get|set|to|pause|resume|summary)/.test(name)) continue;
    const promise = call(model) as Promise<unknown>;
    expect(promise).toBeInstanceOf(Promise);
    await expect(promise).rejects.toThrow(StateError);
  }
});

test("a second dispose does nothing, and what describes the model can still be read", async () => {
  const model = await smallModel();
  await model.fit(samples);
  await model.dispose();
  await model.dispose();
  expect(model.history.loss).toHaveLength(1);
  expect(model.inputSize).toBe(6);
  expect(model.description.seed).toBe(0);
});

test("a shared engine outlives its models, and a model does not outlive its engine", async () => {
  const engine = await Engine.create();
  const [a, b] = [await smallModel({ engine }), await smallModel({ engine })];
  await a.dispose();
  await b.fit(samples);
  await engine.dispose();
  for (const call of [() => b.fit(samples), () => b.encodeSync(samples)]) {
    const error = await failure(call);
    expect(error).toBeInstanceOf(StateError);
    expect((error as Error).message).toBe("the engine was disposed of");
  }
  await b.dispose();
  expect(engine.memory.used).toBe(0);
});
