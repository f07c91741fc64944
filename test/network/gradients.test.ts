import { describe, expect, test } from "vitest";
import {
  type ActivationName,
  Autoencoder,
  dense,
  huber,
  type Loss,
  type LossName,
  sgd,
} from "../../src/index.js";
import { loadGradients, rebuild } from "../golden/load.js";
import { Float64Network } from "../support/float64Network.js";
import { expectClose, MATHS, type MathName, values } from "../support/models.js";

const ACTIVATIONS: ActivationName[] = ["linear", "relu", "sigmoid", "tanh"];
const LOSSES: LossName[] = ["meanSquaredError", "binaryCrossentropy"];
/** Every hidden × output activation × loss. */
const COMBINATIONS = ACTIVATIONS.flatMap((hidden) =>
  ACTIVATIONS.flatMap((output) => LOSSES.map((loss) => [hidden, output, loss] as const)),
);

/** The other activations, behind and before each other, with losses that have no kink where the samples are. */
const MORE: [ActivationName, ActivationName, Loss][] = [
  ["leakyRelu", "linear", "meanSquaredError"],
  ["elu", "selu", "meanSquaredError"],
  ["selu", "gelu", "meanSquaredError"],
  ["gelu", "silu", "meanSquaredError"],
  ["silu", "sigmoid", "binaryCrossentropy"],
  ["softplus", "leakyRelu", "meanSquaredError"],
  ["gelu", "softplus", "huber"],
  ["tanh", "elu", "huber"],
  ["gelu", "linear", huber({ delta: 0.125 })],
  ["silu", "gelu", "meanAbsoluteError"],
  ["elu", "sigmoid", "meanAbsoluteError"],
  ["mish", "mish", "meanSquaredError"],
];

/** One step of plain gradient descent of rate 1: what a parameter loses is its gradient. */
const RATE = 1;

async function build(
  sizes: readonly number[],
  hidden: ActivationName,
  output: ActivationName,
  loss: Loss,
  math: MathName,
): Promise<Autoencoder> {
  const layers = sizes
    .slice(1)
    .map((units, index) => dense(units, index === sizes.length - 2 ? output : hidden));
  const model = await Autoencoder.create({
    inputSize: sizes[0]!,
    encoder: layers.slice(0, layers.length / 2),
    decoder: layers.slice(layers.length / 2),
    loss,
    optimizer: sgd({ learningRate: RATE }),
    engine: { math },
  });
  // Biases that are not zero, so that one that is left out shows. Outputs near 0.4: close to 0 or 1 the slope 1/p of
  // cross-entropy without a sigmoid multiplies the rounding of p.
  const weights = model.getWeights();
  weights.forEach(({ name, data }, index) => {
    const bias = name.endsWith("bias");
    if (index === weights.length - 1) data.set(values(1, data.length, 100, 0.3, 0.5));
    else if (bias) data.set(values(1, data.length, 100 + index, -0.05, 0.05));
    else if (index === weights.length - 2) data.set(data.map((value) => value / 4));
  });
  model.setWeights(weights);
  return model;
}

/** What one step over all rows takes from each parameter, divided by the rate. */
function stepGradients(model: Autoencoder, samples: Float32Array, rows: number): Map<string, Float64Array> {
  const before = model.getWeights();
  model.fitSync(samples, { batchSize: rows, shuffle: false });
  return new Map(
    model.getWeights().map(({ name, data }, index) => {
      const old = before[index]!.data;
      return [name, Float64Array.from(data, (value, i) => (old[i]! - value) / RATE)];
    }),
  );
}

describe.each(MATHS)("%s", (math) => {
  // Rows and widths that are no multiples of a tile, a vector or a block of rows.
  describe.each([
    ["shallow", [18, 5, 18], 50],
    ["deep", [13, 9, 3, 6, 13], 7],
    ["six layers", [5, 6, 4, 2, 3, 7, 5], 3],
  ] as const)("%s", (_, sizes, rows) => {
    test.each([...COMBINATIONS, ...MORE])(
      "%s and %s, %s: gradients are those of central differences",
      async (hidden, output, loss) => {
        const samples = values(rows, sizes[0], 7, 0.02, 0.98);
        const model = await build(sizes, hidden, output, loss, math);
        const expected = new Float64Network(model.description, model.getWeights()).gradients(samples, loss);
        const found = stepGradients(model, samples, rows);
        expect([...found.keys()]).toEqual([...expected.keys()]);
        const largest = Math.max(...[...expected.values()].flatMap((values) => [...values].map(Math.abs)));
        expect(largest).toBeGreaterThan(1e-3);
        for (const [name, gradient] of expected) {
          expectClose(found.get(name)!, gradient, { absolute: 1e-6 + 1e-5 * largest }, name);
        }
      },
    );
  });

  describe("golden gradients", () => {
    const golden = loadGradients();
    const samples = rebuild(golden.data);
    const start = golden.weights.map(({ name, shape }, index) => ({
      name,
      shape,
      data: rebuild(golden.weights[index]!),
    }));

    test.each(golden.cases)(
      "$hidden and $output, $loss",
      async ({ hidden, output, loss, value, gradients }) => {
        const model = await build(golden.sizes, hidden, output, loss, math);
        model.setWeights(start);
        expectClose([model.evaluateSync(samples).loss], [value], { absolute: golden.tolerance }, "loss");
        const found = stepGradients(model, samples, golden.batch);
        for (const [name, gradient] of Object.entries(gradients)) {
          expectClose(found.get(name)!, gradient, { absolute: golden.tolerance }, name);
        }
      },
    );
  });
});

test("gradients scale with 1 / batch, whatever the batch's size", async () => {
  const samples = values(1, 18, 3);
  const once = await build([18, 5, 18], "tanh", "sigmoid", "binaryCrossentropy", "portable");
  const repeated = await build([18, 5, 18], "tanh", "sigmoid", "binaryCrossentropy", "portable");
  const copies = new Float32Array(18 * 101);
  for (let row = 0; row < 101; row++) copies.set(samples, row * 18);
  const expected = stepGradients(once, samples, 1);
  for (const [name, gradient] of stepGradients(repeated, copies, 101)) {
    expectClose(gradient, expected.get(name)!, { absolute: 5e-7 }, name);
  }
});
