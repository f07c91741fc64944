import { expect, test, vi } from "vitest";
import { Autoencoder, adadelta, adagrad, dense, digits, lion, sgd } from "../../src/index.js";
import { readKernels } from "../support/kernels.js";
import { KINDS, WIDTH } from "../support/kinds.js";
import { bits, values, weightBits } from "../support/models.js";

/** The kernels that engines get: in place of `simd` also the debug build, whose assertions then see real plans. */
const kernels = vi.hoisted(() => ({ build: "simd" as "simd" | "debug" }));
vi.mock("../../src/engine/builds.js", () => ({
  compileKernels: () => WebAssembly.compile(readKernels(kernels.build)),
}));

const shallow = { encoder: [dense(5, "tanh")], decoder: [dense(WIDTH, "sigmoid")] };
const MODELS = [
  ...KINDS,
  [
    "momentum",
    { inputSize: WIDTH, ...shallow, optimizer: sgd({ momentum: 0.9, nesterov: true, clipValue: 0.1 }) },
  ],
  ["adagrad", { inputSize: WIDTH, ...shallow, optimizer: adagrad() }],
  ["lion", { inputSize: WIDTH, ...shallow, optimizer: lion() }],
  ["adadelta", { inputSize: WIDTH, ...shallow, optimizer: adadelta() }],
] as const;

test.each(MODELS)(
  "%s: trains, evaluates and predicts without a failed assertion, to the bits of simd",
  async (_, options) => {
    const samples = values(50, WIDTH, 3, 0.02, 0.98);
    const results: string[] = [];
    for (const build of ["simd", "debug"] as const) {
      kernels.build = build;
      const model = await Autoencoder.create({
        ...options,
        seed: 5,
        engine: { math: "portable", threads: 1 },
      });
      await model.fit(samples, { epochs: 2, batchSize: 16, validationSplit: 0.2 });
      const { loss } = await model.evaluate(samples);
      const [code, output] = [await model.encode(samples), await model.reconstruct(samples)];
      const errors = await model.reconstructionError(samples);
      results.push([weightBits(model), loss, bits(code.data), bits(output.data), bits(errors)].join());
      await model.dispose();
    }
    expect(results[1]).toBe(results[0]);
  },
);

test("bytes and wide layers, whose products go through tiles, as well", async () => {
  const { images } = digits({ samples: 100, seed: 1 });
  const weights: string[] = [];
  for (const build of ["simd", "debug"] as const) {
    kernels.build = build;
    const model = await Autoencoder.create({
      inputSize: 784,
      encoder: [dense(32, "relu")],
      decoder: [dense(784, "sigmoid")],
      loss: "binaryCrossentropy",
      engine: { math: "portable", threads: 1 },
    });
    await model.fit(images, { batchSize: 48 });
    weights.push(weightBits(model));
    await model.dispose();
  }
  expect(weights[1]).toBe(weights[0]);
});
