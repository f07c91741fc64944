import { describe, expect, test } from "vitest";
import {
  Autoencoder,
  type AutoencoderOptions,
  adam,
  dense,
  gru,
  lstm,
  repeatVector,
  reshape,
  timeDistributed,
} from "../../src/index.js";
import { readGolden } from "../golden/load.js";
import { expectTorch, type TorchCase, type TorchGolden } from "../golden/torchCases.js";
import { expectClose, MATHS } from "../support/models.js";

/** See golden/recurrent.py. */
interface RecurrentCase extends TorchCase {
  readonly shape: readonly number[];
  /** Ten steps of Adam. */
  readonly adam: { readonly losses: readonly number[]; readonly after: readonly (readonly number[])[] };
}

const golden = readGolden<TorchGolden<RecurrentCase> & { steps: number; learningRate: number }>(
  "recurrent.json",
);

type Halves = Pick<AutoencoderOptions, "encoder" | "decoder">;
const sequences = { returnSequences: true };

/** The same networks as in golden/recurrent.py, by the part of a case's name after the kind. */
const NETWORKS: Readonly<Record<string, (kind: typeof gru | typeof lstm) => Halves>> = {
  "last state, repeated": (kind) => ({
    encoder: [kind(5)],
    decoder: [repeatVector(7), kind(6, sequences), timeDistributed(dense(2))],
  }),
  sequences: (kind) => ({
    encoder: [kind(9, sequences), kind(3)],
    decoder: [dense(12), reshape([4, 3]), kind(8, { ...sequences, bias: false }), dense(1)],
  }),
  "one step": (kind) => ({ encoder: [kind(4)], decoder: [repeatVector(1), kind(3, sequences)] }),
  wide: (kind) => ({ encoder: [kind(11, sequences)], decoder: [kind(6, sequences)] }),
};

/** The model of a case, without its weights. */
function modelOf({ name, shape }: RecurrentCase): AutoencoderOptions {
  const [kind, rest] = name.split(": ") as [string, string];
  return { inputShape: shape, ...NETWORKS[rest]!(kind === "gru" ? gru : lstm) };
}

describe.each(MATHS)("%s", (math) => {
  test.each(golden.cases.map((each) => [each.name, each] as const))(
    "%s: names, shapes, loss and gradients are PyTorch's",
    (_, given) => expectTorch({ ...modelOf(given), engine: { math } }, golden.batch, given),
  );

  test.each(golden.cases.map((each) => [each.name, each] as const))(
    "%s: ten steps of Adam go where PyTorch goes",
    async (_, given) => {
      const { data, parameters, adam: trained } = given;
      const optimizer = adam({ learningRate: golden.learningRate });
      const model = await Autoencoder.create({ ...modelOf(given), optimizer, engine: { math } });
      expect(model.getWeights().map(({ shape }) => shape)).toEqual(parameters.map(({ shape }) => shape));
      model.setWeights(
        parameters.map(({ name, shape, values }) => ({ name, shape, data: Float32Array.from(values) })),
      );
      const { loss } = await model.fit(Float32Array.from(data), {
        epochs: golden.steps,
        batchSize: golden.batch,
        shuffle: false,
      });
      expectClose(loss, trained.losses, { absolute: 1e-6 }, "loss");
      model.getWeights().forEach(({ name, data: found }, index) => {
        expectClose(found, trained.after[index]!, { absolute: 1e-5 }, name);
      });
      await model.dispose();
    },
  );
});
