import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import {
  Autoencoder,
  conv1d,
  conv1dTranspose,
  conv2d,
  conv2dTranspose,
  dense,
  flatten,
  type Layer,
  reshape,
  sgd,
} from "../../src/index.js";
import { hashedUniform } from "../golden/load.js";
import { expectClose, MATHS } from "../support/models.js";

interface Stored {
  readonly stride: number;
  readonly values: readonly number[];
}

/** See golden/convolution.py. */
interface Golden {
  readonly batch: number;
  readonly low: number;
  readonly high: number;
  readonly cases: readonly {
    readonly inputShape: readonly number[];
    readonly codeShape: readonly number[];
    readonly tag: number;
    readonly layers: readonly {
      readonly kind: keyof typeof FUNCTIONS;
      readonly filters: number;
      readonly kernelSize: never;
      readonly strides: never;
      readonly padding: "valid" | "same";
      readonly dilationRate: never;
      readonly bias: boolean;
    }[];
    readonly codes: Stored;
    readonly loss: number;
    readonly gradients: readonly (Stored & { readonly name: string; readonly shape: readonly number[] })[];
  }[];
}

const FUNCTIONS = { conv1d, conv1dTranspose, conv2d, conv2dTranspose };

const golden = JSON.parse(
  readFileSync(new URL("../golden/convolution.json", import.meta.url), "utf8"),
) as Golden;

const strided = (values: ArrayLike<number>, stride: number) =>
  Array.from(values).filter((_, index) => index % stride === 0);

/** What tells a case apart. */
function titleOf({ inputShape, layers }: Golden["cases"][number]): string {
  const shown = layers.map(({ kind, kernelSize, strides, padding, dilationRate }) => {
    return `${kind} ${kernelSize}/${strides} ${padding}${dilationRate === 1 ? "" : `, dilated ${dilationRate}`}`;
  });
  return `[${inputShape}] ${shown.join(", ")}`;
}

describe.each(MATHS)("%s", (math) => {
  test.each(golden.cases.map((each) => [titleOf(each), each] as const))(
    "%s: shapes, codes, loss and gradients are PyTorch's",
    async (_, { inputShape, codeShape, tag, layers, codes, loss, gradients }) => {
      const size = inputShape.reduce((product, length) => product * length, 1);
      const convolutions = layers.map(({ kind, filters, kernelSize, ...options }) =>
        FUNCTIONS[kind](filters, kernelSize, "tanh", options),
      );
      const model = await Autoencoder.create({
        inputShape,
        encoder: convolutions as Layer[],
        decoder: [flatten(), dense(size), reshape(inputShape)],
        // A step of rate 1 takes the gradient away.
        optimizer: sgd({ learningRate: 1 }),
        engine: { math },
      });
      expect(model.latentShape).toEqual(codeShape);
      const before = model.getWeights().map(({ name, shape, data }, index) => ({
        name,
        shape,
        data: hashedUniform(tag + 1 + index, data.length, golden.low, golden.high),
      }));
      model.setWeights(before);
      const samples = hashedUniform(tag, golden.batch * size, 0, 1);
      const found = model.encodeSync(samples).data;
      expectClose(strided(found, codes.stride), codes.values, { absolute: 1e-6 }, "codes");
      expectClose([model.evaluateSync(samples).loss], [loss], { relative: 2e-6 }, "loss");
      const history = model.fitSync(samples, { batchSize: golden.batch, shuffle: false });
      expectClose(history.loss, [loss], { relative: 2e-6 }, "loss of the step");
      const after = model.getWeights();
      expect(before.slice(0, gradients.length).map(({ name, shape }) => [name, shape])).toEqual(
        gradients.map(({ name, shape }) => [name, shape]),
      );
      const largest = Math.max(...gradients.flatMap(({ values }) => values.map(Math.abs)));
      gradients.forEach(({ name, stride, values }, index) => {
        const taken = Float64Array.from(after[index]!.data, (value, i) => before[index]!.data[i]! - value);
        expectClose(strided(taken, stride), values, { absolute: 1e-6 + 5e-6 * largest }, name);
      });
      await model.dispose();
    },
  );
});

describe("shapes", () => {
  /** The shape of the code behind one layer. */
  const shapeBehind = async (inputShape: number[], ...layers: Layer[]) => {
    const size = inputShape.reduce((product, length) => product * length, 1);
    const decoder = [flatten(), dense(size), reshape(inputShape)];
    const model = await Autoencoder.create({ inputShape, encoder: layers, decoder });
    const { latentShape } = model;
    await model.dispose();
    return latentShape;
  };

  test("are Keras's", async () => {
    expect(await shapeBehind([28, 28, 1], conv2d(4, 3, "relu", { strides: 2, padding: "same" }))).toEqual([
      14, 14, 4,
    ]);
    expect(await shapeBehind([7, 9, 2], conv2d(4, [3, 2], "relu", { strides: [2, 1] }))).toEqual([3, 8, 4]);
    // By the formulas in Keras's documentation of Conv2DTranspose.
    for (const [kernel, strides, padding, length] of [
      [3, 2, "same", 14],
      [3, 2, "valid", 15],
      [2, 3, "valid", 21],
      [5, 1, "valid", 11],
      [5, 1, "same", 7],
    ] as const) {
      const layer = conv2dTranspose(2, kernel, "relu", { strides, padding });
      expect(await shapeBehind([7, 7, 3], layer)).toEqual([length, length, 2]);
      expect(await shapeBehind([7, 3], conv1dTranspose(2, kernel, "relu", { strides, padding }))).toEqual([
        length,
        2,
      ]);
    }
  });

  test("a kernel that would reach beyond what kernels can count is refused", async () => {
    const far = conv1d(4, 5, "relu", { padding: "same", dilationRate: 2 ** 29 });
    await expect(shapeBehind([8, 1], far)).rejects.toThrow(
      "(kernelSize − 1) · dilationRate + 1 of encoder[0], conv1d, must be at most 1073741824, not 2147483649",
    );
  });

  test("that do not fit say what would", async () => {
    const message = async (inputShape: number[], ...layers: Layer[]) =>
      String(await shapeBehind(inputShape, ...layers).catch((error: unknown) => error));
    expect(await message([784], conv2d(4, 3))).toBe(
      "ShapeError: encoder[0], conv2d, must get samples of the shape [height, width, channels], not [784]; " +
        "put reshape([28, 28, 1]) before it",
    );
    expect(await message([28, 20], conv2dTranspose(4, 3))).toMatch(
      /not \[28, 20\]; put reshape\(\[28, 20, 1\]\) before it/,
    );
    expect(await message([10], conv2d(4, 3))).toMatch(/put reshape\(\[height, width, channels\]\) before it/);
    expect(await message([288], conv1d(4, 3))).toMatch(
      /\[steps, channels\], not \[288\]; put reshape\(\[288, 1\]\)/,
    );
    expect(await message([4, 6, 3], dense(2), conv1dTranspose(4, 3))).toMatch(
      /encoder\[1\].* put reshape\(\[24, 2\]\) before it, or use conv2dTranspose$/,
    );
    expect(await message([3072], conv2d(4, 3))).toMatch(/put reshape\(\[32, 32, 3\]\) before it/);
    expect(await message([4, 9, 1], conv2d(4, [3, 3], "relu", { dilationRate: 2 }))).toBe(
      'ShapeError: encoder[0], a conv2d of padding "valid", has a kernel that reaches over [5, 5] and fits nowhere into ' +
        '[4, 9, 1]; use a smaller one, or padding "same"',
    );
    expect(await message([4, 1], conv1d(4, 5))).toMatch(/reaches over \[5\] and fits nowhere into \[4, 1\]/);
  });
});

test("options are checked, with hints for the names of others", () => {
  expect(() => conv2d(0, 3)).toThrow("filters of conv2d must be a positive integer, not 0");
  expect(() => conv2d(4, [3] as never)).toThrow(
    "kernelSize of conv2d must be a positive integer or a pair of them, not an array of 1",
  );
  expect(() => conv2d(4, [3, 0])).toThrow("kernelSize of conv2d[1] must be a positive integer, not 0");
  expect(() => conv1d(4, [3, 3] as never)).toThrow(
    "kernelSize of conv1d must be a positive integer, not an array of 2",
  );
  expect(() => conv2d(4, 3, { strides: 2 } as never)).toThrow(/write conv2d\(32, 3, "relu", \{ … \}\)/);
  expect(() => conv2d(4, 3, "relu", { stride: 2 } as object)).toThrow(/PyTorch's stride is strides/);
  expect(() => conv1dTranspose(4, 3, "relu", { padding: "causal" as never })).toThrow(
    /padding of conv1dTranspose "causal" is not known .*; every output sees the inputs on both sides of it/,
  );
  for (const longer of [{ strides: 2 ** 31 }, { dilationRate: [1, 2 ** 33] as const }]) {
    expect(() => conv2d(4, 3, "relu", longer)).toThrow(/ of conv2d(\[1\])? must be at most 1073741824, not /);
  }
  expect(() => conv1d(4, 2 ** 31)).toThrow("kernelSize of conv1d must be at most 1073741824, not 2147483648");
  expect(() => conv2dTranspose(4, 3, "relu", { strides: -1 })).toThrow(
    "strides of conv2dTranspose must be a positive integer, not -1",
  );
  expect(conv2d(4, 3, "swish", { useBias: false, kernelInitializer: "heNormal", strides: [2, 1] })).toEqual({
    kind: "conv2d",
    filters: 4,
    kernelSize: [3, 3],
    activation: "silu",
    strides: [2, 1],
    padding: "valid",
    dilationRate: [1, 1],
    initializer: "heNormal",
    bias: false,
  });
});

const small = {
  inputShape: [8, 8, 1],
  encoder: [
    conv2d(6, 3, "relu", { strides: 2, padding: "same" }),
    conv2d(3, 3, "tanh", { strides: 2, padding: "same" }),
  ],
  decoder: [
    conv2dTranspose(6, 3, "relu", { strides: 2, padding: "same" }),
    conv2dTranspose(1, [2, 3], "sigmoid", { strides: 2, padding: "same" }),
  ],
  loss: "binaryCrossentropy",
  seed: 4,
} as const;

test("tied, a transposed convolution has the kernel of the convolution that it mirrors", async () => {
  const model = await Autoencoder.create({
    ...small,
    decoder: [
      conv2dTranspose(6, 3, "relu", { strides: 2, padding: "same" }),
      conv2dTranspose(1, 3, "sigmoid", { strides: 2, padding: "same" }),
    ],
    tied: true,
  });
  const untied = await Autoencoder.create({ ...model.description, tied: false });
  const weights = model.getWeights();
  expect(weights.map(({ name }) => name)).toEqual([
    "encoder.0.weight",
    "encoder.0.bias",
    "encoder.1.weight",
    "encoder.1.bias",
    "decoder.0.bias",
    "decoder.1.bias",
  ]);
  const named = new Map(weights.map((weight) => [weight.name, weight]));
  const mirrored = (name: string, from: string) => ({ ...named.get(from)!, name });
  const copies = [
    mirrored("decoder.0.weight", "encoder.1.weight"),
    mirrored("decoder.1.weight", "encoder.0.weight"),
  ];
  untied.setWeights([...weights, ...copies]);
  const samples = hashedUniform(3, 30 * 64, 0, 1);
  expect(untied.reconstructSync(samples).data).toEqual(model.reconstructSync(samples).data);
  await untied.dispose();
  await model.dispose();
  const failing = (...decoder: Layer[]) =>
    Autoencoder.create({ ...small, decoder, tied: true }).catch((error: unknown) => String(error));
  const grow = { strides: 2, padding: "same" } as const;
  expect(
    await failing(conv2dTranspose(6, 3, "relu", grow), conv2dTranspose(1, [2, 3], "relu", grow)),
  ).toMatch(
    /tied needs decoder\.1 to have a weight of \[6, 1, 3, 3\], as encoder\.0 has, not of \[6, 1, 2, 3\]/,
  );
  expect(await failing(conv2dTranspose(1, 3, "relu", { ...grow, strides: 4 }))).toMatch(
    /tied needs as many dense and convolutional layers in the decoder as in the encoder, not 1 and 2/,
  );
  expect(
    await failing(conv2d(6, 3, "relu", { padding: "same" }), conv2dTranspose(1, 3, "relu", grow)),
  ).toMatch(/tied needs decoder\.0 to be a conv2dTranspose, as encoder\.1 turned around, not a conv2d/);
});

test("a file keeps a convolutional model, to the bit", async () => {
  const model = await Autoencoder.create(small);
  const samples = hashedUniform(3, 30 * 64, 0, 1);
  await model.fit(samples, { epochs: 2, batchSize: 8 });
  const copy = await Autoencoder.fromSafetensors(model.toSafetensors());
  expect(copy.description).toEqual(model.description);
  expect(copy.getWeights()).toEqual(model.getWeights());
  expect(copy.reconstructSync(samples).data).toEqual(model.reconstructSync(samples).data);
  // Halves take codes of their shape, one after the other.
  expect(copy.decodeSync(copy.encodeSync(samples)).data).toEqual(model.reconstructSync(samples).data);
  const shapes = copy.getWeights().map(({ name, shape }) => [name, shape]);
  expect(shapes).toEqual([
    ["encoder.0.weight", [6, 1, 3, 3]],
    ["encoder.0.bias", [6]],
    ["encoder.1.weight", [3, 6, 3, 3]],
    ["encoder.1.bias", [3]],
    ["decoder.0.weight", [3, 6, 3, 3]],
    ["decoder.0.bias", [6]],
    ["decoder.1.weight", [6, 1, 2, 3]],
    ["decoder.1.bias", [1]],
  ]);
  await copy.dispose();
  await model.dispose();
});

test("weights start as Keras draws them: variance 2 / (fan in + fan out) of the whole kernel", async () => {
  const model = await Autoencoder.create({
    inputShape: [4, 4, 32],
    encoder: [conv2d(64, 3)],
    decoder: [conv2dTranspose(32, 3, "linear", { initializer: "heNormal" })],
  });
  const [kernel, bias, transposed] = model.getWeights();
  const variance = (data: Float32Array) => data.reduce((sum, value) => sum + value * value, 0) / data.length;
  expect(variance(kernel!.data)).toBeCloseTo(2 / (9 * 32 + 9 * 64), 4);
  expect(bias!.data).toEqual(new Float32Array(64));
  // As in Keras, the fan in of a transposed kernel is that of its output.
  expect(variance(transposed!.data)).toBeCloseTo(2 / (9 * 32), 3);
  await model.dispose();
});
