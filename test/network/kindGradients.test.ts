import { describe, expect, test } from "vitest";
import { Autoencoder, type Clipping, type Layer, sgd } from "../../src/index.js";
import { sizeOf } from "../../src/layers/shape.js";
import { stackOf } from "../../src/network/description.js";
import {
  corrupted,
  type DrawnFrom,
  dropoutMask,
  layerNoise,
  normals,
  spatialMask,
} from "../support/draws.js";
import { Float64Kinds, type StepDraws } from "../support/float64Kinds.js";
import { KINDS, WIDTH } from "../support/kinds.js";
import { expectClose, MATHS, type MathName, values } from "../support/models.js";

/** Few, because each weight is moved twice; not a multiple of a tile's rows. */
const ROWS = 22;
const SEED = 11;

/** A model whose one step of rate 1 takes its gradient away; biases that are not zero, so that one left out shows. */
async function build(
  options: (typeof KINDS)[number][1],
  math: MathName,
  clipping: Clipping = {},
): Promise<Autoencoder> {
  const optimizer = sgd({ learningRate: 1, ...clipping });
  const model = await Autoencoder.create({ ...options, optimizer, seed: SEED, engine: { math } });
  const weights = model.getWeights();
  weights.forEach(({ name, data }, index) => {
    if (name.includes("bias")) data.set(values(1, data.length, 50 + index, -0.3, 0.3));
  });
  model.setWeights(weights);
  return model;
}

/** Names of the parameters that the optimizer changes; running statistics follow the batches by themselves. */
const trainedIn = ({ description }: Autoencoder) =>
  new Set(
    stackOf(description).layers.flatMap(({ name: layer, wishes }) =>
      wishes.filter(({ trainable = true }) => trainable).map(({ name }) => `${layer}.${name}`),
    ),
  );

/** What the first step of a model draws. */
function drawsOf({ description, engine }: Autoencoder, samples: Float32Array): StepDraws {
  const from: DrawnFrom = { build: engine.build, seed: SEED, epoch: 0, rows: ROWS };
  const { corruption, latent } = description;
  const masks = new Map<number, Float32Array>();
  const noise = new Map<number, Float32Array>();
  stackOf(description).layers.forEach(({ place, options, outputShape, number }, index) => {
    if (place === "corruption") return;
    const layer = options as Layer;
    const [size, channels] = [sizeOf(outputShape), outputShape.at(-1)!];
    if (layer.kind === "dropout") masks.set(index, dropoutMask(from, size, number - 1, layer.rate));
    if (layer.kind === "spatialDropout") {
      masks.set(index, spatialMask(from, size / channels, channels, index, layer.rate));
    }
    if (layer.kind === "gaussianNoise") {
      noise.set(
        index,
        layerNoise(from, size, index).map((value) => layer.deviation * value),
      );
    }
  });
  return {
    masks,
    noise,
    ...(corruption && { input: corrupted(from, WIDTH, samples, corruption) }),
    ...(latent && { epsilon: normals(from, latent.units) }),
  };
}

describe.each(MATHS)("%s", (math) => {
  test.each(KINDS)("%s: loss and gradients are those of central differences", async (_, options) => {
    const samples = values(ROWS, WIDTH, 3, 0.02, 0.98);
    const model = await build(options, math);
    const before = model.getWeights();
    const reference = new Float64Kinds(model.description, before);
    const draws = drawsOf(model, samples);
    const expected = reference.gradients(samples, draws);
    const { loss } = model.fitSync(samples, { batchSize: ROWS, shuffle: false });
    expectClose(loss, [reference.loss(samples, draws)], { relative: 2e-6 }, "loss");
    const largest = Math.max(...[...expected.values()].flatMap((part) => [...part].map(Math.abs)));
    expect(largest).toBeGreaterThan(1e-3);
    const after = model.getWeights();
    const trained = trainedIn(model);
    expect(after.map(({ name }) => name)).toEqual([...expected.keys()]);
    after.forEach(({ name, data }, index) => {
      const found = Float64Array.from(data, (value, i) => before[index]!.data[i]! - value);
      if (!trained.has(name)) return;
      expectClose(found, expected.get(name)!, { absolute: 1e-6 + 1e-5 * largest }, name);
    });
  });

  test.each(KINDS)(
    "%s: gradients are clipped to norms, each parameter's own or all together",
    async (_, options) => {
      const samples = values(ROWS, WIDTH, 3, 0.02, 0.98);
      const gradients = async (clipping: Clipping) => {
        const model = await build(options, math, clipping);
        const before = model.getWeights();
        model.fitSync(samples, { batchSize: ROWS, shuffle: false });
        const after = model.getWeights();
        return before
          .map(({ data }, index) => Float64Array.from(data, (w, i) => w - after[index]!.data[i]!))
          .filter((_, index) => trainedIn(model).has(after[index]!.name));
      };
      const whole = await gradients({});
      const norms = whole.map((part) => Math.sqrt(part.reduce((sum, value) => sum + value * value, 0)));
      const all = Math.sqrt(norms.reduce((sum, norm) => sum + norm * norm, 0));
      const globally = await gradients({ globalClipNorm: all / 2 });
      const limit = Math.max(...norms) / 2;
      const each = await gradients({ clipNorm: limit });
      whole.forEach((part, index) => {
        const absolute = 1e-6;
        const half = part.map((value) => value / 2);
        expectClose(globally[index]!, half, { absolute }, `globalClipNorm of ${index}`);
        const own = part.map((value) => value * Math.min(1, limit / norms[index]!));
        expectClose(each[index]!, own, { absolute }, `clipNorm of ${index}`);
      });
    },
  );
});
