// A model as a graph of layers: every weight is in it once, tied ones are turned, noise is marked.
import { expect, test } from "vitest";
import { modelGraph } from "../../src/exchange/modelGraph.js";
import { Autoencoder } from "../../src/index.js";
import { KINDS } from "../support/kinds.js";

test.each(KINDS)("%s: the graph has all weights", async (_, options) => {
  const model = await Autoencoder.create({ ...options, engine: { threads: 1 } });
  const { encoder, latent, decoder, inputShape, latentShape, description } = modelGraph(model);
  const layers = [...encoder, ...decoder];
  const values = layers.flatMap(({ weights }) => [...weights.values()].map(({ data }) => data.length));
  const latents = latent ? [latent.weight.data.length, latent.bias.data.length] : [];
  const sum = [...values, ...latents].reduce((total, count) => total + count, 0);
  const given = model.getWeights().reduce((total, { data }) => total + data.length, 0);
  if (options.tied) expect(sum).toBeGreaterThan(given);
  else expect(sum).toBe(given);
  expect([encoder.length, decoder.length]).toEqual([options.encoder.length, options.decoder.length]);
  expect([inputShape, latentShape]).toEqual([model.inputShape, model.latentShape]);
  expect(layers.map(({ options: { kind } }) => kind)).toEqual(
    [...description.encoder, ...description.decoder].map(({ kind }) => kind),
  );
  for (const { options, trainingOnly } of layers)
    expect(trainingOnly).toBe(/dropout|gaussianNoise/i.test(options.kind));
  await model.dispose();
});

test("a tied dense layer has the encoder's weight, transposed", async () => {
  const tied = KINDS.find(([name]) => name === "tied")![1];
  const model = await Autoencoder.create({ ...tied, engine: { threads: 1 } });
  const { encoder, decoder } = modelGraph(model);
  const [weight, turned] = [encoder[0]!, decoder[0]!].map(({ weights }) => weights.get("weight")!);
  const [units, inputs] = weight!.shape as [number, number];
  expect(turned!.shape).toEqual([inputs, units]);
  for (let unit = 0; unit < units; unit++)
    for (let input = 0; input < inputs; input++)
      expect(turned!.data[input * units + unit]).toBe(weight!.data[unit * inputs + input]);
  await model.dispose();
});
