import { describe, expect, test } from "vitest";
import {
  ArgumentError,
  Autoencoder,
  type AutoencoderOptions,
  adam,
  dense,
  Engine,
  IsthmusError,
  ShapeError,
  sgd,
} from "../../src/index.js";
import { failure, smallModel } from "../support/models.js";

/** What a caller without types might write. */
type Loose = Record<string, unknown>;
const loose = <T>(value: unknown) => value as T;

/** The error of `call`, which must be of `type`. */
async function errorOf(call: () => unknown, type: new (message: string) => IsthmusError): Promise<Error> {
  const error = await failure(call);
  expect(error).toBeInstanceOf(type);
  expect(error).toBeInstanceOf(IsthmusError);
  expect((error as Error).name).toBe(type.name);
  return error as Error;
}

const layer = (change: Loose) => [{ ...dense(3), ...change }];

describe("create refuses, naming the argument, what came and what is wanted, and takes no memory:", async () => {
  const engine = await Engine.create();

  test.each<[string, Loose, RegExp]>([
    [
      "no inputSize",
      { inputSize: undefined },
      /^inputSize or inputShape is missing: .*inputShape: \[28, 28, 1\]$/,
    ],
    ["an inputSize of 0", { inputSize: 0 }, /^inputSize must be a positive integer, not 0$/],
    ["an inputSize of 2.5", { inputSize: 2.5 }, /^inputSize must be a positive integer, not 2\.5$/],
    ["a negative inputSize", { inputSize: -6 }, /^inputSize must be a positive integer, not -6$/],
    [
      "an infinite inputSize",
      { inputSize: Infinity },
      /^inputSize must be a positive integer, not Infinity$/,
    ],
    ["an inputSize in words", { inputSize: "6" }, /^inputSize must be a positive integer, not "6"$/],
    ["no encoder", { encoder: undefined }, /^encoder must be an array of at least one layer, not undefined$/],
    [
      "an empty encoder",
      { encoder: [] },
      /^encoder must be an array of at least one layer, not an array of 0$/,
    ],
    [
      "an encoder that is one layer",
      { encoder: dense(3) },
      /^encoder must be an array of at least one layer/,
    ],
    ["an empty decoder", { decoder: [] }, /^decoder must be an array of at least one layer/],
    [
      "a layer that is a number",
      { encoder: [32] },
      /^encoder\[0\] must be a layer such as dense\(.*\), not 32$/,
    ],
    ["a layer that is null", { encoder: [dense(2), null] }, /^encoder\[1\] must be a layer .*, not null$/],
    ["an unknown kind of layer", { encoder: layer({ kind: "dence" }) }, /"dence".*did you mean "dense"\?$/],
    ["a layer of 0 units", { encoder: layer({ units: 0 }) }, /units.* must be a positive integer, not 0$/],
    [
      "an unknown option of a layer",
      { encoder: layer({ biass: true }) },
      /option of dense "biass".*"bias"\?$/,
    ],
    [
      "an unknown option",
      { learningrate: 1 },
      /^option of the model "learningrate" is not known \(known: .*\)/,
    ],
    ["a misspelt option", { optimiser: "adam" }, /"optimiser".*did you mean "optimizer"\?$/],
    [
      "an unknown loss",
      { loss: "binaryCrossEntropie" },
      /^loss "binaryCrossEntropie".*mean "binaryCrossentropy"\?$/,
    ],
    ["a misspelt loss", { loss: "mean_square_error" }, /did you mean "meanSquaredError"\?$/],
    [
      "a loss that is a number",
      { loss: 3 },
      /^loss 3 is not known \(known: "meanSquaredError", .*"huber"\)$/,
    ],
    ["a loss of an unknown kind", { loss: { kind: "hubert" } }, /^kind of loss "hubert".*"huber"\?$/],
    ["a bad delta", { loss: { kind: "huber", delta: 0 } }, /^delta must be a positive number, not 0$/],
    ["an option of another loss", { loss: { kind: "huber", alpha: 1 } }, /^option of huber "alpha"/],
    ["an unknown optimizer", { optimizer: "adan" }, /^optimizer "adan".*did you mean "adam"\?$/],
    ["an optimizer of an unknown kind", { optimizer: { kind: "sdg" } }, /^kind of optimizer "sdg".*"sgd"\?$/],
    [
      "an optimizer with a bad rate",
      { optimizer: { kind: "sgd", learningRate: -1 } },
      /^learningRate.*not -1$/,
    ],
    [
      "an optimizer that is a function",
      { optimizer: adam },
      /^optimizer must be a name or an object.*a function$/,
    ],
    ["a negative seed", { seed: -1 }, /^seed must be an integer of at least 0, not -1$/],
    ["a seed of 0.5", { seed: 0.5 }, /^seed must be an integer of at least 0, not 0\.5$/],
    ["a seed past 2^53", { seed: 2 ** 53 }, /^seed must be an integer of at least 0, not 9007199254740992$/],
  ])("%s", async (_, change, message) => {
    const before = engine.memory.used;
    const { message: found } = await errorOf(
      () => smallModel({ engine, ...loose<object>(change) }),
      ArgumentError,
    );
    expect(found).toMatch(message);
    expect(engine.memory.used).toBe(before);
  });

  test("a decoder that does not end at the input's width", async () => {
    const error = await errorOf(() => smallModel({ decoder: [dense(6), dense(5)] }), ShapeError);
    expect(error.message).toBe(
      "the decoder's last layer has 5 units, but it must have as many as inputSize, 6",
    );
  });

  test.each([undefined, null, {}, 5])("options that are %s", async (options) => {
    await errorOf(() => Autoencoder.create(loose<AutoencoderOptions>(options)), ArgumentError);
  });

  test.each<[string, unknown, RegExp]>([
    ["an unknown option of the engine", { thread: 2 }, /^option of engine "thread"/],
    ["an unknown math", { math: "portabel" }, /^engine\.math "portabel".*did you mean "portable"\?$/],
    ["an engine that is null", null, /engine must be an object, not null/],
    ["an engine that is a word", "fast", /engine must be an object, not "fast"/],
  ])("%s", async (_, value, message) => {
    const error = await errorOf(() => smallModel({ engine: loose(value) }), ArgumentError);
    expect(error.message).toMatch(message);
  });
});

test.each<[string, () => unknown, RegExp]>([
  ["dense of 0 units", () => dense(0), /^units of a dense layer must be a positive integer, not 0$/],
  ["dense of 1.5 units", () => dense(1.5), /not 1\.5$/],
  ["an unknown activation", () => dense(3, loose("rellu")), /^activation "rellu".*did you mean "relu"\?$/],
  ["a misspelt activation", () => dense(3, loose("ReLUs")), /did you mean "relu"\?$/],
  ["an activation like no other", () => dense(3, loose("softmaximum")), /is not known \(known: .*\)$/],
  [
    "an unknown initializer",
    () => dense(3, "relu", { initializer: loose("glorot_unifrom") }),
    /"glorotUniform"\?$/,
  ],
  [
    "an unknown option",
    () => dense(3, "relu", loose({ initialiser: "zeros" })),
    /"initialiser".*"initializer"\?$/,
  ],
  [
    "a bias that is a number",
    () => dense(3, "relu", { bias: loose(1) }),
    /^bias must be true or false, not 1$/,
  ],
  [
    "options that are null",
    () => dense(3, "relu", loose(null)),
    /options of dense must be an object, not null$/,
  ],
  ["adam's unknown option", () => adam(loose({ lr: 1 })), /^option of adam "lr" is not known/],
  ["adam's beta1 of 1", () => adam({ beta1: 1 }), /^beta1 must be in \[0, 1\), not 1$/],
  ["adam's negative beta2", () => adam({ beta2: -0.1 }), /^beta2 must be in \[0, 1\), not -0\.1$/],
  ["adam's epsilon of 0", () => adam({ epsilon: 0 }), /^epsilon must be a positive number, not 0$/],
  [
    "adam's rate of NaN",
    () => adam({ learningRate: Number.NaN }),
    /^learningRate must be a number of at least 0, not NaN$/,
  ],
  ["sgd's infinite rate", () => sgd({ learningRate: Infinity }), /^learningRate .*, not Infinity$/],
  ["sgd's momentum of 1", () => sgd({ momentum: 1 }), /^momentum must be in \[0, 1\), not 1$/],
  ["sgd's nesterov without momentum", () => sgd({ nesterov: true }), /^nesterov needs a momentum above 0$/],
  [
    "sgd's misspelt option",
    () => sgd(loose({ learningrate: 1 })),
    /"learningrate".*did you mean "learningRate"\?$/,
  ],
  ["sgd's options of null", () => sgd(loose(null)), /options of sgd must be an object, not null$/],
])("%s is refused", async (_, call, message) => {
  expect((await errorOf(call, ArgumentError)).message).toMatch(message);
});

test("a name stands for the optimizer's defaults, and what was given is copied", async () => {
  expect((await smallModel({ optimizer: "sgd" })).description.optimizer).toEqual(sgd());
  const encoder = [dense(3, "tanh")];
  const model = await smallModel({ encoder });
  encoder.push(dense(9));
  expect(model.description.encoder).toEqual([dense(3, "tanh")]);
});
