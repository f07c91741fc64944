import { describe, expect, test } from "vitest";
import { Autoencoder, type Layer } from "../../src/index.js";
import { hashedUniform, readGolden } from "../golden/load.js";
import { expectClose, MATHS } from "../support/models.js";

/** What keras_steps.py wrote. */
interface KerasSteps {
  readonly batch: number;
  readonly cases: readonly {
    readonly name: string;
    readonly inputShape: readonly number[];
    readonly encoder: readonly Layer[];
    readonly decoder: readonly Layer[];
    /** Of the samples; those of the parameters follow. */
    readonly tag: number;
    /** Before each step. */
    readonly loss: readonly number[];
    /** After the last step, by the running statistics. */
    readonly evaluation: number;
    /** After the last step. */
    readonly parameters: readonly {
      readonly name: string;
      readonly shape: readonly number[];
      readonly values: readonly number[];
    }[];
  }[];
}

const { batch, cases } = readGolden<KerasSteps>("keras_steps.json");

describe.each(MATHS)("%s: ten steps of Adam from the same start as Keras's", (math) => {
  test.each(cases)("$name", async ({ inputShape, encoder, decoder, tag, loss, evaluation, parameters }) => {
    const model = await Autoencoder.create({ inputShape, encoder, decoder, engine: { math } });
    // The order of a layer's parameters is Keras's, too.
    expect(model.getWeights().map(({ name, shape }) => [name, shape])).toEqual(
      parameters.map(({ name, shape }) => [name, shape]),
    );
    model.setWeights(
      parameters.map(({ name, shape, values }, index) => {
        const [low, high] = name.endsWith("running_var") ? [0.5, 1.5] : [-0.35, 0.4];
        return { name, shape, data: hashedUniform(tag + 1 + index, values.length, low, high) };
      }),
    );
    const size = inputShape.reduce((product, length) => product * length, 1);
    const samples = hashedUniform(tag, batch * size, 0, 1);
    const history = model.fitSync(samples, { epochs: loss.length, batchSize: batch });
    expectClose(history.loss, loss, { absolute: 1e-6 }, "loss before step");
    const weights = model.getWeights();
    parameters.forEach(({ name, values }, index) => {
      expectClose(weights[index]!.data, values, { absolute: 1e-5 }, name);
    });
    expectClose([model.evaluateSync(samples).loss], [evaluation], { absolute: 1e-6 }, "evaluation");
    await model.dispose();
  });
});

test("the cases have every layer whose arithmetic or padding could be another than Keras's", () => {
  const kinds = new Set(
    cases.flatMap(({ encoder, decoder }) => [...encoder, ...decoder].map(({ kind }) => kind)),
  );
  for (const kind of [
    ...["conv1d", "conv1dTranspose", "conv2d", "conv2dTranspose", "dense"],
    ...["maxPooling1d", "maxPooling2d", "averagePooling1d", "averagePooling2d", "globalAveragePooling2d"],
    ...["upSampling1d", "upSampling2d", "repeatVector", "batchNormalization", "layerNormalization"],
  ]) {
    expect(kinds).toContain(kind);
  }
});
