import { describe, expect, test } from "vitest";
import { Autoencoder, dense, gru, lstm, repeatVector, reshape, sgd } from "../../src/index.js";
import { Float64Kinds } from "../support/float64Kinds.js";
import { expectClose, MATHS, values } from "../support/models.js";
import { recurrentStates } from "../support/recurrent.js";

/** Units below, at and past vectors and tiles; the other sizes go round. */
const CASES = [1, 2, 3, 5, 8, 17, 32, 64].flatMap((units, index) =>
  (["lstm", "gru"] as const).map((kind, second) => {
    const number = 2 * index + second;
    return {
      kind,
      units,
      inputs: [1, 5, 2, 17, 3, 4, 8][number % 7]!,
      steps: [3, 1, 7, 2, 12][number % 5]!,
      // One row, and remainders of tiles and of the blocks of 24 rows and of 48.
      rows: [1, 25, 7, 50, 49][number % 5]!,
    };
  }),
);

/** The model: a gradient that goes through a recurrent layer, one on a repeated code, and one that is the first layer. */
function modelOf({ kind, units, inputs, steps }: (typeof CASES)[number], first: boolean) {
  const layer = kind === "lstm" ? lstm : gru;
  const sequences = { returnSequences: true } as const;
  return {
    inputSize: steps * inputs,
    encoder: [
      ...(first ? [] : [dense(steps * inputs, "tanh")]),
      reshape([steps, inputs]),
      layer(units, sequences),
      layer(3),
    ],
    decoder: [
      repeatVector(steps),
      layer(units, sequences),
      dense(inputs, "sigmoid"),
      reshape([steps * inputs]),
    ],
  };
}

describe.each(MATHS)("%s", (math) => {
  test.each(CASES)("$kind of $units units, $inputs inputs, $steps steps, $rows rows", async (shape) => {
    const { inputs, steps, rows, units, kind } = shape;
    for (const first of [true, false]) {
      const samples = values(rows, steps * inputs, 3);
      const options = { optimizer: sgd({ learningRate: 1 }), seed: 3, engine: { math } };
      const model = await Autoencoder.create({ ...modelOf(shape, first), ...options });
      const before = model.getWeights();
      before.forEach(({ name, data }, index) => {
        if (name.includes("bias")) data.set(values(1, data.length, 40 + index, -0.5, 0.5));
      });
      model.setWeights(before);
      const reference = new Float64Kinds(model.description, before);
      const { loss } = model.fitSync(samples, { batchSize: rows, shuffle: false });
      expectClose(loss, [reference.loss(samples, {})], { relative: 1e-6 }, "loss");
      const taken = model
        .getWeights()
        .map(({ data }, index) => Float64Array.from(data, (value, i) => before[index]!.data[i]! - value));
      // Slopes in random directions: any wrong element would show.
      before.forEach(({ name, data }, index) => {
        if (kind === "lstm" && name.endsWith("bias_hh_l0")) return;
        const parameter = reference.parameters.get(name)!;
        for (let turn = 0; turn < 2; turn++) {
          const direction = values(1, data.length, 90 + 7 * index + turn, -1, 1);
          const move = (h: number) => {
            for (let i = 0; i < data.length; i++) parameter[i] = data[i]! + h * direction[i]!;
            return reference.loss(samples, {});
          };
          const expected = (move(1e-5) - move(-1e-5)) / 2e-5;
          parameter.set(data);
          const found = direction.reduce((sum, value, i) => sum + value * taken[index]![i]!, 0);
          const size = direction.reduce((sum, value, i) => sum + Math.abs(value * taken[index]![i]!), 0);
          expectClose([found], [expected], { absolute: 1e-7 + 1e-5 * size + 1e-7 * data.length }, name);
        }
      });
      await model.dispose();
    }
    // What the layer itself gives.
    const layer = (kind === "lstm" ? lstm : gru)(units);
    const model = await Autoencoder.create({
      inputShape: [steps, inputs],
      encoder: [layer],
      decoder: [dense(steps * inputs), reshape([steps, inputs])],
      engine: { math },
    });
    const samples = values(rows, steps * inputs, 8, -2, 2);
    const [input, state, bias, stateBias] = model.getWeights().map(({ data }) => data);
    const weights = { input: input!, state: state!, bias, stateBias };
    const expected = recurrentStates(samples, { ...layer, steps, inputs }, weights);
    expectClose((await model.encode(samples)).data, expected, { absolute: 2e-6 }, "state");
    await model.dispose();
  });
});

test("a code is repeated inside the layer to the same bits as before it", async () => {
  // Something in between that changes nothing keeps the two apart.
  for (const layer of [lstm, gru]) {
    const create = (between: readonly ReturnType<typeof reshape>[]) =>
      Autoencoder.create({
        inputShape: [5, 2],
        encoder: [layer(7), dense(4)],
        decoder: [repeatVector(5), ...between, layer(9, { returnSequences: true }), dense(2)],
        seed: 8,
        engine: { math: "portable" },
      });
    const [merged, apart] = [await create([]), await create([reshape([5, 4])])];
    const samples = values(30, 10, 2);
    expect(merged.reconstructSync(samples).data).toEqual(apart.reconstructSync(samples).data);
    const codes = merged.encodeSync(samples);
    expect(merged.decodeSync(codes).data).toEqual(apart.decodeSync(codes).data);
    const how = { epochs: 5, batchSize: 16 };
    const [one, other] = [merged.fitSync(samples, how), apart.fitSync(samples, how)];
    expectClose(one.loss, other.loss, { relative: 1e-5 }, "loss");
    await merged.dispose();
    await apart.dispose();
  }
});
