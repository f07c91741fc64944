import { describe, expect, test } from "vitest";
import {
  ArgumentError,
  Autoencoder,
  type AutoencoderOptions,
  dense,
  dropout,
  gaussian,
  gaussianNoise,
  klSparsity,
  l1,
  l2,
  maskingNoise,
  ShapeError,
  StateError,
  saltAndPepper,
} from "../../src/index.js";
import { KINDS, WIDTH } from "../support/kinds.js";
import { bits, expectClose, failure, smallModel, values, weightBits } from "../support/models.js";

const samples = values(20, WIDTH, 5, 0.02, 0.98);
const engine = { math: "portable", threads: 1 } as const;

function named(name: string): AutoencoderOptions {
  return KINDS.find(([kind]) => kind === name)![1];
}

describe.each(KINDS)("%s", (_, options) => {
  test("goes through a file to the bit, description included", async () => {
    const model = await Autoencoder.create({ ...options, engine });
    await model.fit(samples, { batchSize: 7 });
    const same = await Autoencoder.fromSafetensors(model.toSafetensors(), { engine });
    expect(same.description).toEqual(model.description);
    expect(weightBits(same)).toBe(weightBits(model));
    expect(bits((await same.reconstruct(samples)).data)).toBe(bits((await model.reconstruct(samples)).data));
    expect(await same.evaluate(samples)).toEqual(await model.evaluate(samples));
  });

  test("learns", async () => {
    const model = await Autoencoder.create({ ...options, engine });
    const { loss } = await model.fit(samples, { epochs: 300, batchSize: 10 });
    const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
    expect(mean(loss.slice(-20))).toBeLessThan(0.97 * mean(loss.slice(0, 20)));
  });
});

describe("what makes no sense is refused", () => {
  const cases: [string, Partial<AutoencoderOptions>, typeof ArgumentError | typeof ShapeError, RegExp][] = [
    [
      "tied with unequal sizes",
      { encoder: [dense(4), dense(3)], decoder: [dense(5), dense(6)], tied: true },
      ShapeError,
      /tied needs decoder\.0 to turn 3 values into 4, as encoder\.1 turned around, but it turns 3 into 5/,
    ],
    [
      "tied with unequal depths",
      { encoder: [dense(4), dense(3)], decoder: [dense(6)], tied: true },
      ShapeError,
      /as many dense layers in the decoder as in the encoder, not 1 and 2/,
    ],
    ["tied and variational", { tied: true, latent: gaussian(2) }, ArgumentError, /tied and latent exclude/],
    [
      "tied that is no boolean",
      { tied: 1 as unknown as boolean },
      ArgumentError,
      /tied must be true or false, not 1/,
    ],
    ...(["relu", "linear", "tanh"] as const).map(
      (activation): [string, Partial<AutoencoderOptions>, typeof ArgumentError, RegExp] => [
        `KL sparsity on a ${activation} code`,
        { encoder: [dense(3, activation)], sparsity: klSparsity() },
        ArgumentError,
        new RegExp(`needs a sigmoid code.* but the code is "${activation}"`),
      ],
    ),
    [
      "KL sparsity on a gaussian latent",
      { latent: gaussian(2), encoder: [dense(3, "sigmoid")], sparsity: klSparsity() },
      ArgumentError,
      /the code is a gaussian latent/,
    ],
    [
      "dropout before the first layer",
      { encoder: [dropout(0.2), dense(3)] },
      ArgumentError,
      /encoder\[0\] is a dropout with no layer before it.*maskingNoise\(0\.2\)/,
    ],
    ["dropout after the last layer", { decoder: [dense(6), dropout(0.2)] }, ArgumentError, /nothing follows/],
    [
      "two dropouts in a row",
      { encoder: [dense(3), dropout(0.2)], decoder: [dropout(0.2), dense(6)] },
      ArgumentError,
      /decoder\[0\] is a dropout right behind another one/,
    ],
    [
      "dropout behind a gaussian latent",
      { latent: gaussian(2), decoder: [dropout(0.2), dense(6)] },
      ArgumentError,
      /decoder\[0\] is a dropout right behind a gaussian latent/,
    ],
    [
      "an activity penalty on the output",
      { decoder: [dense(6, "linear", { activityPenalty: l1(0.1) })] },
      ArgumentError,
      /last layer cannot have an activityPenalty/,
    ],
    [
      "a penalty on tied weights that is not the encoder's",
      { decoder: [dense(6, "linear", { kernelPenalty: l2(0.1) })], tied: true },
      ArgumentError,
      /decoder\.0 cannot have a kernelPenalty: .* weights of encoder\.0/,
    ],
    [
      "a corruption of no kind",
      { corruption: 0.2 as never },
      ArgumentError,
      /such as gaussianNoise\(0\.2\), not 0\.2/,
    ],
    [
      "an unknown corruption",
      { corruption: { kind: "gausianNoise", deviation: 1 } as never },
      ArgumentError,
      /did you mean "gaussianNoise"\?/,
    ],
    ["a latent of no kind", { latent: 20 as never }, ArgumentError, /such as gaussian\(20\), not 20/],
    ["a sparsity of no kind", { sparsity: "kl" as never }, ArgumentError, /such as klSparsity\(\), not "kl"/],
  ];

  test("a penalty on squared activations", async () => {
    const error = await failure(() => dense(3, "relu", { activityPenalty: l2(0.1) as never }));
    expect(error).toBeInstanceOf(ArgumentError);
    expect((error as Error).message).toMatch(/^kind of activityPenalty "l2" is not known/);
  });

  test.each(cases)("%s", async (_, options, kind, message) => {
    const error = await failure(() => smallModel(options));
    expect(error).toBeInstanceOf(kind);
    expect((error as Error).message).toMatch(message);
  });

  test.each([
    ["gaussianNoise", gaussianNoise, [0, -1, Number.NaN, Infinity, "1"]],
    ["maskingNoise", maskingNoise, [0, 1, -0.1, 1.5, Number.NaN]],
    ["saltAndPepper", saltAndPepper, [0, 1, -0.1, undefined]],
    ["dropout", dropout, [-0.1, 1, 1.2, null]],
    ["l1", l1, [-1, Number.NaN, "x"]],
    ["gaussian", gaussian, [0, 1.5, "2"]],
    ["beta", (beta: number) => gaussian(2, { beta }), [-1, Number.NaN]],
    ["warmupSteps", (warmupSteps: number) => gaussian(2, { warmupSteps }), [-1, 0.5]],
    ["target", (target: number) => klSparsity({ target }), [0, 1, 2]],
    ["weight", (weight: number) => klSparsity({ weight }), [-1, Number.NaN]],
  ] as [string, (value: number) => unknown, unknown[]][])("%s out of range", async (name, make, bad) => {
    for (const value of bad) {
      const error = await failure(() => make(value as number));
      expect(error).toBeInstanceOf(ArgumentError);
      expect((error as Error).message).toContain(name);
    }
  });
});

test("tied weights are held once, and the decoder multiplies by their transpose", async () => {
  const model = await Autoencoder.create({ ...named("tied"), engine });
  const weights = model.getWeights();
  expect(weights.map(({ name }) => name)).toEqual(["encoder.0.weight", "encoder.0.bias", "decoder.0.bias"]);
  expect(model.parameterCount).toBe(5 * WIDTH + 5 + WIDTH);
  await model.fit(samples, { epochs: 3 });
  const [weight, , bias] = model.getWeights();
  const code = values(1, 5, 9, -1, 1);
  const decoded = (await model.decode(code)).data;
  const expected = Array.from(bias!.data, (b, j) => {
    const z = code.reduce((sum, c, k) => sum + c * weight!.data[k * WIDTH + j]!, b);
    return 1 / (1 + Math.exp(-z));
  });
  expectClose(decoded, expected, { absolute: 1e-6 }, "decoded");
});

test("corruption and dropout are for training alone, and corruption never reaches the target", async () => {
  const [plain, noisy] = await Promise.all(
    [{}, { corruption: maskingNoise(0.5), encoder: [dense(5, "tanh"), dropout(0.5)] }].map((options) =>
      Autoencoder.create({
        ...named("gaussian noise"),
        corruption: undefined,
        ...options,
        engine,
      } as AutoencoderOptions),
    ),
  );
  const bitsOf = async (model: Autoencoder) => [
    weightBits(model),
    bits((await model.encode(samples)).data, (await model.reconstruct(samples)).data),
    (await model.evaluate(samples)).loss,
  ];
  expect(await bitsOf(noisy!)).toEqual(await bitsOf(plain!));
  await noisy!.fit(samples);
  await plain!.fit(samples);
  expect(weightBits(noisy!)).not.toBe(weightBits(plain!));
});

test("each epoch, of the model's whole life, has noise of its own", async () => {
  // With a learning rate of next to nothing the weights stay, and only the noise moves the loss.
  const create = () =>
    Autoencoder.create({
      ...named("gaussian noise"),
      optimizer: { kind: "sgd", learningRate: 1e-30, momentum: 0, nesterov: false },
      engine,
    });
  const [once, twice] = await Promise.all([create(), create()]);
  const { loss } = await once.fit(samples, { epochs: 4 });
  expect(new Set(loss).size).toBe(4);
  const parts = [await twice.fit(samples, { epochs: 1 }), await twice.fit(samples, { epochs: 3 })];
  expect(parts.flatMap((history) => history.loss)).toEqual(loss);
});

describe("variational", () => {
  const options = named("variational");

  test("heads are one matrix behind the encoder's last layer; the code is the mean", async () => {
    const model = await Autoencoder.create({ ...options, engine });
    const shapes = Object.fromEntries(model.getWeights().map(({ name, shape }) => [name, shape]));
    expect(shapes["encoder.1.weight"]).toEqual([6, 9]);
    expect(shapes["encoder.1.bias"]).toEqual([6]);
    expect(shapes["decoder.0.weight"]).toEqual([9, 3]);
    expect([model.latentSize, model.encoder.outputSize, model.decoder.inputSize]).toEqual([3, 3, 3]);
    const weights = model.getWeights();
    weights.find(({ name }) => name === "encoder.1.bias")!.data.set([0.1, 0.2, 0.3, -1, -2, -3]);
    weights.find(({ name }) => name === "encoder.1.weight")!.data.fill(0);
    model.setWeights(weights);
    const { mean, logVariance } = await model.encodeDistribution(samples);
    expect([mean.shape, logVariance.shape]).toEqual([
      [20, 3],
      [20, 3],
    ]);
    expect([...mean.row(19)]).toEqual([0.1, 0.2, 0.3].map(Math.fround));
    expect([...logVariance.row(7)]).toEqual([-1, -2, -3]);
    expect(bits((await model.encode(samples)).data)).toBe(bits(mean.data));
    expect(bits((await model.reconstruct(samples)).data)).toBe(bits((await model.decode(mean)).data));
    const { klLoss } = await model.evaluate(samples);
    const kl = [0.1, 0.2, 0.3].reduce((sum, m, i) => sum + 0.5 * (m * m + Math.exp(-1 - i) + i), 0);
    expectClose([klLoss!], [kl], { relative: 1e-6 }, "klLoss");
  });

  test("history and evaluation tell the parts of the loss", async () => {
    const model = await Autoencoder.create({ ...options, engine });
    const history = await model.fit(samples, { epochs: 3, batchSize: 8, validationSplit: 0.2 });
    history.loss.forEach((loss, i) => {
      expectClose([loss], [history.reconstructionLoss[i]! + 0.7 * history.klLoss[i]!], { relative: 1e-9 });
    });
    const found = await model.evaluate(samples);
    expectClose([found.loss], [found.reconstructionLoss! + 0.7 * found.klLoss!], { relative: 1e-12 });
    expect(model.evaluateSync(samples)).toEqual(found);
    // A sum over 13 outputs of cross-entropies near ln 2.
    expect(found.reconstructionLoss!).toBeGreaterThan(4);
    const heldOut = await model.evaluate(samples.slice(16 * WIDTH));
    expect(history.valLoss.at(-1)).toBe(heldOut.loss);
    const plain = await (await smallModel()).fit(values(5, 6));
    expect([plain.reconstructionLoss, plain.klLoss]).toEqual([[], []]);
  });

  test("β grows linearly over the warm-up steps", async () => {
    const latent = gaussian(3, { beta: 2, warmupSteps: 4 });
    const model = await Autoencoder.create({ ...options, latent, engine });
    const { loss, reconstructionLoss, klLoss } = await model.fit(samples, { epochs: 6, batchSize: 20 });
    const weights = loss.map((value, i) => (value - reconstructionLoss[i]!) / klLoss[i]!);
    expectClose(weights, [0.5, 1, 1.5, 2, 2, 2], { absolute: 1e-6 }, "weight");
  });

  test("samples are decoded normal codes: a function of the seed, the first ones whatever the count", async () => {
    const model = await Autoencoder.create({ ...options, engine });
    const five = await model.sample(5, { seed: 1 });
    expect(five.shape).toEqual([5, WIDTH]);
    expect(bits(model.sampleSync(5, { seed: 1 }).data)).toBe(bits(five.data));
    expect(bits((await model.sample(3, { seed: 1 })).data)).toBe(bits(five.data.slice(0, 3 * WIDTH)));
    expect(bits((await model.sample(5, { seed: 2 })).data)).not.toBe(bits(five.data));
    expect(bits((await model.sample(5)).data)).toBe(bits((await model.sample(5, { seed: 0 })).data));
    for (const [count, given] of [
      [0, {}],
      [1.5, {}],
      [2, { seed: -1 }],
      [2, { sead: 1 }],
    ] as const) {
      expect(await failure(() => model.sample(count, given as object))).toBeInstanceOf(ArgumentError);
    }
  });

  test("a model without a latent has no distributions and no samples", async () => {
    const model = await smallModel();
    for (const call of [() => model.sample(3), () => model.encodeDistribution(values(2, 6))]) {
      const error = await failure(call);
      expect(error).toBeInstanceOf(StateError);
      expect((error as Error).message).toContain("needs a variational model");
    }
  });
});
