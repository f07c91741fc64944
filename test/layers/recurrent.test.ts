import { describe, expect, test } from "vitest";
import {
  Autoencoder,
  type AutoencoderOptions,
  adam,
  dense,
  gaussian,
  gru,
  inspectModel,
  klSparsity,
  l2,
  lstm,
  repeatVector,
  reshape,
  timeDistributed,
} from "../../src/index.js";
import { findPython, runPython } from "../formats/helpers.js";
import { hashedUniform, readGolden } from "../golden/load.js";
import { expectTorch, type TorchCase, type TorchGolden } from "../golden/torchCases.js";
import { expectClose, MATHS } from "../support/models.js";
import { recurrentStates } from "../support/recurrent.js";

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

const windows = {
  inputShape: [48, 1],
  encoder: [lstm(16), dense(8)],
  decoder: [repeatVector(48), lstm(16, { returnSequences: true }), timeDistributed(dense(1))],
} as const;

describe("summary", () => {
  test("shapes and counts are Keras's", async () => {
    const model = await Autoencoder.create(windows);
    const summary = model.summary();
    expect(
      summary.rows.map(({ layer, outputShape, parameters }) => [layer, outputShape, parameters]),
    ).toEqual([
      ["encoder[0] (lstm)", [16], 1152],
      ["encoder[1] (dense)", [8], 136],
      ["decoder[0] (repeatVector)", [48, 8], 0],
      ["decoder[1] (lstm)", [48, 16], 1600],
      ["decoder[2] (dense)", [48, 1], 17],
    ]);
    // Keras 3.15 counts 2905.
    expect([summary.parameters, summary.trainable, model.parameterCount]).toEqual([2905, 2905, 2905]);
    expect(inspectModel(model.toSafetensors()).parameterCount).toBe(2905);
    await model.dispose();
    const other = await Autoencoder.create({
      inputShape: [48, 3],
      encoder: [gru(16, { returnSequences: true }), gru(5, { bias: false })],
      decoder: [repeatVector(48), lstm(3, { returnSequences: true, bias: false })],
    });
    // Keras 3.15: GRU(16) on 3 features 1008, GRU(5, use_bias=False) on 16 315, LSTM(3, use_bias=False) on 5 96.
    expect(other.summary().rows.map(({ parameters }) => parameters)).toEqual([1008, 315, 0, 96]);
    await other.dispose();
  });

  test("weights start as Keras's do: orthogonal states, biases of 0, of the forget gate 1", async () => {
    const model = await Autoencoder.create({ ...windows, seed: 5 });
    const named = new Map(model.getWeights().map(({ name, data }) => [name, data]));
    const state = named.get("encoder.0.weight_hh_l0")!;
    for (let a = 0; a < 16; a++) {
      for (let b = 0; b < 16; b++) {
        let product = 0;
        for (let row = 0; row < 64; row++) product += state[row * 16 + a]! * state[row * 16 + b]!;
        expect(product).toBeCloseTo(a === b ? 1 : 0, 6);
      }
    }
    const limit = Math.sqrt(6 / (1 + 64));
    const largest = Math.max(...named.get("encoder.0.weight_ih_l0")!.map(Math.abs));
    expect(largest).toBeLessThanOrEqual(limit);
    expect(largest).toBeGreaterThan(0.9 * limit);
    const bias = [...named.get("encoder.0.bias_ih_l0")!];
    expect(bias).toEqual([0, 1, 0, 0].flatMap((value) => Array(16).fill(value)));
    expect(new Set(named.get("encoder.0.bias_hh_l0"))).toEqual(new Set([0]));
    await model.dispose();
  });
});

describe("PyTorch", () => {
  const options: AutoencoderOptions = {
    inputShape: [6, 2],
    encoder: [lstm(5, { returnSequences: true }), gru(3)],
    decoder: [repeatVector(6), lstm(4, { returnSequences: true }), dense(2)],
    seed: 6,
  };

  test("loads a model's file strictly, and gives the same outputs", async (context) => {
    const python = findPython("torch");
    if (python === undefined) return context.skip("there is no python3 with PyTorch");
    const model = await Autoencoder.create(options);
    const samples = hashedUniform(4, 7 * 12, -1, 1);
    await model.fit(samples, { epochs: 3 });
    const script = `
import json, sys, torch
from torch import nn
class States(nn.Module):
    def forward(self, x):
        return super().forward(x)[0]
class Lstm(States, nn.LSTM): pass
class Gru(States, nn.GRU): pass
data = sys.stdin.buffer.read()
size = int.from_bytes(data[:8], "little")
head = json.loads(data[8:8 + size])
head.pop("__metadata__")
state = {}
for name, entry in head.items():
    start, end = entry["data_offsets"]
    part = bytearray(data[8 + size + start:8 + size + end])
    state[name] = torch.frombuffer(part, dtype=torch.float32).reshape(entry["shape"])
encoder = nn.Sequential(Lstm(2, 5, batch_first=True), Gru(5, 3, batch_first=True))
decoder = nn.Sequential(Lstm(3, 4, batch_first=True), nn.Linear(4, 2))
nn.ModuleDict({"encoder": encoder, "decoder": decoder}).load_state_dict(state, strict=True)
x = torch.tensor(${JSON.stringify([...samples])}).reshape(7, 6, 2)
y = decoder(encoder(x)[:, -1:].expand(-1, 6, -1))
print(json.dumps(y.flatten().tolist()))`;
    const expected = JSON.parse(runPython(python, script, model.toSafetensors()).toString());
    expectClose(model.reconstructSync(samples).data, expected, { absolute: 1e-5 }, "output");
    await model.dispose();
  });

  test("trained weights of PyTorch, with both biases of an LSTM, are used as they are", async () => {
    const model = await Autoencoder.create({
      inputShape: [4, 3],
      encoder: [lstm(5)],
      decoder: [dense(12), reshape([4, 3])],
    });
    const weights = model.getWeights();
    for (const [index, { name, data }] of weights.entries()) {
      if (name.startsWith("encoder")) data.set(hashedUniform(30 + index, data.length, -1, 1));
    }
    model.setWeights(weights);
    const samples = hashedUniform(5, 8 * 12, -1, 1);
    const [input, state, bias, stateBias] = weights.map(({ data }) => data);
    const layer = { ...lstm(5), steps: 4, inputs: 3 };
    const expected = recurrentStates(samples, layer, { input: input!, state: state!, bias, stateBias });
    expectClose(model.encodeSync(samples).data, expected, { absolute: 1e-6 }, "code");
    // Training leaves the second bias as it is.
    await model.fit(samples, { epochs: 2 });
    const after = model.getWeights().find(({ name }) => name === "encoder.0.bias_hh_l0")!;
    expect(after.data).toEqual(stateBias);
    const same = await Autoencoder.fromSafetensors(model.toSafetensors());
    expect(same.encodeSync(samples).data).toEqual(model.encodeSync(samples).data);
    await Promise.all([model.dispose(), same.dispose()]);
  });
});

describe("refused", () => {
  const message = async (options: Partial<AutoencoderOptions>) => {
    const created = Autoencoder.create({ ...windows, ...options } as AutoencoderOptions);
    return String(await created.catch((error: unknown) => error));
  };

  test("shapes that are no sequences, with what would fit", async () => {
    expect(await message({ inputShape: [288], encoder: [lstm(4)] })).toBe(
      "ShapeError: encoder[0], an lstm, needs samples of the shape [steps, features], but gets [288]; put " +
        "reshape([288, 1]) before it, or repeatVector(steps) to use all values at every step",
    );
    expect(await message({ inputShape: [4, 6, 3], encoder: [dense(2), gru(4)] })).toBe(
      "ShapeError: encoder[1], a gru, needs samples of the shape [steps, features], but gets [4, 6, 2]; put " +
        "reshape([24, 2]) before it",
    );
    expect(await message({ decoder: [lstm(4), dense(48)] })).toMatch(/decoder\[0\], an lstm, .* gets \[8\]/);
    expect(await message({ latent: gaussian(2), encoder: [lstm(4, sequences)] })).toMatch(
      /latent must get samples of one dimension, not \[48, 4\]; put flatten\(\) before it/,
    );
  });

  test("tied weights", async () => {
    const tied = { tied: true, encoder: [lstm(4), dense(2)], decoder: [dense(4), ...windows.decoder] };
    expect(await message(tied)).toBe(
      "ArgumentError: tied cannot be used with encoder[0]: the weights of lstm have no mirror image",
    );
  });

  test("a sparse code that is not between 0 and 1", async () => {
    expect(await message({ encoder: [gru(4)], sparsity: klSparsity() })).toMatch(/but the code is "tanh"/);
  });

  test("options of others, with hints", () => {
    const refused = (options: object, kind: typeof lstm | typeof gru = lstm) => {
      try {
        kind(4, options);
      } catch (error) {
        return String(error);
      }
      return "nothing";
    };
    expect(() => lstm(0)).toThrow("units of lstm must be a positive integer, not 0");
    expect(() => gru(4, "relu" as never)).toThrow(
      'options of gru must be an object, not "relu"; write gru(32, { activation: "relu" })',
    );
    expect(refused({ activation: "gelu" })).toMatch(/activation of lstm cannot be "gelu": its derivative/);
    expect(refused({ recurrentActivation: "hardSigmoid" })).toMatch(
      /recurrentActivation of lstm "hardSigmoid" is not known/,
    );
    expect(refused({ return_sequences: true })).toMatch(/returnSequences/);
    expect(refused({ returnSequences: 1 })).toMatch(/returnSequences must be true or false, not 1/);
    expect(refused({ dropout: 0.2 })).toMatch(/put spatialDropout\(0\.2\) before the layer/);
    expect(refused({ recurrentDropout: 0.2 })).toMatch(/states are not dropped/);
    expect(refused({ goBackwards: true })).toMatch(/from its first step to its last/);
    expect(refused({ stateful: true })).toMatch(/every sample starts from a state of 0/);
    expect(refused({ resetAfter: false }, gru)).toMatch(/gru is the form with resetAfter: true/);
    expect(refused({ recurrentRegularizer: l2() })).toMatch(/recurrentPenalty here/);
    expect(refused({ recurrentPenalty: 0.1 })).toMatch(/recurrentPenalty must be a penalty such as l2/);
    expect(refused({ unitForgetBias: true }, gru)).toMatch(/unitForgetBias/);
    expect(() => timeDistributed(lstm(3) as never)).toThrow(
      'timeDistributed takes a dense layer, not "lstm"',
    );
    expect(() => timeDistributed(3 as never)).toThrow(
      "timeDistributed takes a layer such as dense(1), not 3",
    );
    expect(timeDistributed(dense(3, "relu"))).toEqual(dense(3, "relu"));
    expect(lstm(4, { useBias: false, kernelInitializer: "heNormal", activation: "relu" })).toEqual({
      kind: "lstm",
      units: 4,
      activation: "relu",
      recurrentActivation: "sigmoid",
      returnSequences: false,
      initializer: "heNormal",
      recurrentInitializer: "orthogonal",
      bias: false,
      unitForgetBias: true,
    });
  });
});
