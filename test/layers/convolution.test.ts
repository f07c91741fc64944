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
