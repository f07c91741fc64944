// What people write who come from Keras, TensorFlow.js or PyTorch.
import { describe, expect, test } from "vitest";
import {
  type ActivationAlias,
  type ActivationName,
  ArgumentError,
  Autoencoder,
  adadelta,
  adagrad,
  adam,
  adamw,
  cosineDecay,
  dense,
  Engine,
  earlyStopping,
  type LossAlias,
  type LossName,
  modelCheckpoint,
  nadam,
  type Optimizer,
  type OptimizerName,
  reduceOnPlateau,
  rmsprop,
  type Schedule,
  sgd,
  warmup,
} from "../../src/index.js";
import { failure, smallModel, values, weightBits } from "../support/models.js";

const samples = values(40, 6);
/** What a caller without types might write. */
const loose = <T>(value: unknown) => value as T;

async function described(options: Parameters<typeof smallModel>[0]) {
  const model = await smallModel(options);
  await model.dispose();
  return model.description;
}

test.each<[string, LossName]>([
  ["mse", "meanSquaredError"],
  ["MSE", "meanSquaredError"],
  ["mean_squared_error", "meanSquaredError"],
  ["MeanSquaredError", "meanSquaredError"],
  ["mae", "meanAbsoluteError"],
  ["mean_absolute_error", "meanAbsoluteError"],
  ["bce", "binaryCrossentropy"],
  ["binary_crossentropy", "binaryCrossentropy"],
  ["binaryCrossEntropy", "binaryCrossentropy"],
])("the loss %s is %s, in description, file and bits", async (given, name) => {
  const decoder = [dense(6, "sigmoid")];
  const [model, twin] = [
    await smallModel({ decoder, loss: loose(given) }),
    await smallModel({ decoder, loss: name }),
  ];
  expect(model.description).toEqual(twin.description);
  expect(model.description.loss).toBe(name);
  await model.fit(samples);
  await twin.fit(samples);
  expect(model.toSafetensors()).toEqual(twin.toSafetensors());
  await model.dispose();
  await twin.dispose();
});

test("huber goes by its name in any case", async () => {
  const huber = { kind: "huber", delta: 1 };
  expect((await described({ loss: loose("Huber") })).loss).toEqual(huber);
  expect((await described({ loss: loose({ kind: "Huber" }) })).loss).toEqual(huber);
});

test("metrics have the long names in all that is told of them", async () => {
  const model = await smallModel();
  const names: string[] = [];
  const metrics: LossAlias[] = ["mae", "mse"];
  const history = await model.fit(samples, {
    metrics,
    validationSplit: 0.5,
    onEpochEnd: (log) => void names.push(...Object.keys(log.metrics!), ...Object.keys(log.valMetrics!)),
  });
  const long = ["meanAbsoluteError", "meanSquaredError"];
  expect(names).toEqual([...long, ...long]);
  expect(Object.keys(history.metrics)).toEqual(long);
  expect(Object.keys(history.valMetrics)).toEqual(long);
  expect(model.trainingOptions!.metrics).toEqual(long);
  const again = await Autoencoder.fromCheckpoint(model.toCheckpoint());
  expect((await again.fit(samples, { epochs: 2, metrics })).metrics.meanSquaredError).toHaveLength(2);
  expect(await failure(() => model.fit(samples, { metrics: ["mse", "meanSquaredError"] }))).toMatchObject({
    message: 'metrics has "meanSquaredError" twice',
  });
  await model.dispose();
  await again.dispose();
});

test.each<[string, ActivationName]>([
  ["swish", "silu"],
  ["Swish", "silu"],
  ["ReLU", "relu"],
  ["leaky_relu", "leakyRelu"],
  ["LeakyReLU", "leakyRelu"],
  ["Tanh", "tanh"],
])("the activation %s is %s", (given, name) => {
  expect(dense(3, loose(given))).toEqual(dense(3, name));
  const alias: ActivationAlias = "swish";
  expect(dense(3, alias).activation).toBe("silu");
});

test("dense knows Keras's names of its options", () => {
  expect(dense(3, "relu", { kernelInitializer: "heNormal", useBias: false })).toEqual(
    dense(3, "relu", { initializer: "heNormal", bias: false }),
  );
  expect(dense(3, "relu", { kernelInitializer: loose("he_normal") }).initializer).toBe("heNormal");
  // Both names may say the same.
  const twice = { initializer: "heNormal", kernelInitializer: loose<"heNormal">("he_normal") } as const;
  expect(dense(3, "relu", { ...twice, bias: true, useBias: true })).toEqual(
    dense(3, "relu", { initializer: "heNormal" }),
  );
  expect(Object.keys(dense(3, "relu", { useBias: true }))).toEqual(Object.keys(dense(3, "relu")));
});

test.each([
  ["adam", "adam"],
  ["Adam", "adam"],
  ["AdamW", "adamw"],
  ["SGD", "sgd"],
  ["RMSprop", "rmsprop"],
  ["Adagrad", "adagrad"],
])("the optimizer %s is %s", async (given, kind) => {
  expect((await described({ optimizer: loose(given) })).optimizer.kind).toBe(kind);
  expect((await described({ optimizer: loose({ kind: given, learningRate: 0.1 }) })).optimizer).toMatchObject(
    {
      kind,
      learningRate: 0.1,
    },
  );
});

describe.each<[OptimizerName, (given?: number | Schedule | object) => Optimizer]>([
  ["sgd", sgd],
  ["adam", adam],
  ["adamw", adamw],
  ["nadam", nadam],
  ["rmsprop", rmsprop],
  ["adagrad", adagrad],
  ["adadelta", adadelta],
])("%s", (name, optimizer) => {
  test("takes a learning rate alone, or a schedule", () => {
    expect(optimizer(0.03)).toEqual(optimizer({ learningRate: 0.03 }));
    const schedule = cosineDecay({ initialLearningRate: 0.1, decaySteps: 10 });
    expect(optimizer(schedule)).toEqual(optimizer({ learningRate: schedule }));
    expect(() => optimizer(-0.03)).toThrow("learningRate must be a number of at least 0, not -0.03");
    expect(() => optimizer(Number.NaN)).toThrow("learningRate must be a number of at least 0, not NaN");
    expect(() => optimizer(loose("0.03"))).toThrow(`the options of ${name} must be an object, not "0.03"`);
  });

  test("does not leave out what follows", () => {
    const call = optimizer as (...given: unknown[]) => unknown;
    expect(() => call(0.03, 0.9)).toThrow(
      `${name} takes a learning rate or one object of options, ${name}({ learningRate: 0.01, … }), not also 0.9`,
    );
    expect(() => call({}, { epsilon: 1 })).toThrow(ArgumentError);
    expect(call(0.03, undefined)).toEqual(optimizer(0.03));
  });

  test("is no other optimizer's object", () => {
    const other = name === "sgd" ? "adam" : "sgd";
    expect(() => optimizer(loose({ kind: other }))).toThrow(`kind of ${name} "${other}" is not known`);
  });

  test("leaves the weights as they are at a learning rate of 0", async () => {
    const model = await smallModel({ optimizer: optimizer(0) });
    const before = weightBits(model);
    const history = await model.fit(samples, { epochs: 2, shuffle: false });
    expect(weightBits(model)).toBe(before);
    expect(history.loss[0]).toBe(history.loss[1]);
    await model.dispose();
  });
});

test("a schedule may lead to a learning rate of 0, or be called by Keras's spelling", () => {
  expect(warmup({ warmupSteps: 3, schedule: 0 }).schedule).toBe(0);
  const decay = { kind: "cosine_decay", initialLearningRate: 0.1, decaySteps: 10 };
  expect(adam(loose(decay)).learningRate).toEqual(cosineDecay({ initialLearningRate: 0.1, decaySteps: 10 }));
  expect(reduceOnPlateau({ initialLearningRate: 1, monitor: loose("val_loss") }).monitor).toBe("valLoss");
});

test.each([
  ["val_loss", "valLoss"],
  ["loss", "loss"],
  ["val_mse", "valMeanSquaredError"],
  ["val_mean_squared_error", "valMeanSquaredError"],
  ["mse", "meanSquaredError"],
])("early stopping watches %s as %s, and auto as min", async (spelled, name) => {
  const stop = async (monitor: string, mode: "auto" | "min" | "max") => {
    const model = await smallModel({ optimizer: sgd(5), seed: 3 });
    const callbacks = [earlyStopping({ monitor: loose(monitor), mode, patience: 2 })];
    const history = await model
      .fit(samples, { epochs: 12, validationSplit: 0.5, metrics: ["mse"], callbacks })
      .finally(() => model.dispose());
    return history.loss;
  };
  expect(await stop(spelled, "auto")).toEqual(await stop(name, "min"));
  // What improves one way gets worse the other.
  expect((await stop(spelled, "max")).length).not.toBe((await stop(name, "min")).length);
});

test("modelCheckpoint takes the mode auto", async () => {
  const model = await smallModel();
  let saved = 0;
  const save = () => void saved++;
  const callback = modelCheckpoint({ save, monitor: "loss", mode: "auto", saveBestOnly: true });
  const { loss } = await model.fit(samples, { epochs: 4, callbacks: [callback] });
  expect(saved).toBe(loss.filter((value, i) => loss.slice(0, i).every((before) => value < before)).length);
  await model.dispose();
});

const engine = loose<new (...given: unknown[]) => unknown>(Engine);
const autoencoder = loose<new (...given: unknown[]) => unknown>(Autoencoder);

test.each<[string, () => unknown, RegExp]>([
  ["new Autoencoder", () => new autoencoder({ inputSize: 6 }), /write await Autoencoder\.create\(\{ … \}\)$/],
  ["new Autoencoder of nothing", () => new autoencoder(), /write await Autoencoder\.create/],
  ["new Engine", () => new engine({ threads: 2 }), /write await Engine\.create\(\{ … \}\)$/],
  [
    "both names of an option",
    () => dense(3, "relu", { bias: true, useBias: false }),
    /^bias and useBias are the same, but true and false are not$/,
  ],
  [
    "both names of an initializer",
    () => dense(3, "relu", { initializer: "zeros", kernelInitializer: "heNormal" }),
    /^initializer and kernelInitializer are the same, but "zeros" and "heNormal" are not$/,
  ],
  [
    "another initializer",
    () => dense(3, "relu", { kernelInitializer: loose("x") }),
    /^kernelInitializer "x" is/,
  ],
  ["useBias of 1", () => dense(3, "relu", { useBias: loose(1) }), /^bias must be true or false, not 1$/],
  ["kernelRegularizer", () => dense(3, "relu", loose({ kernelRegularizer: 1 })), /; .*is kernelPenalty here/],
  ["kernel_regularizer", () => dense(3, "relu", loose({ kernel_regularizer: 1 })), /; .*kernelPenalty here/],
  [
    "activityRegularizer",
    () => dense(3, "relu", loose({ activityRegularizer: 1 })),
    /is activityPenalty here/,
  ],
  ["use_bias", () => dense(3, "relu", loose({ use_bias: true })), /did you mean "useBias"\?$/],
  [
    "a layer's inputDim",
    () => dense(3, "relu", loose({ inputDim: 6 })),
    /create\(\{ inputSize: 784, … \}\)$/,
  ],
  ["a layer's inputShape", () => dense(3, "relu", loose({ inputShape: [6] })), /create\(\{ inputSize/],
  ["TensorFlow.js's dense", () => dense(loose({ units: 3 })), /write dense\(32, "relu", \{ … \}\)/],
  [
    "dense without activation",
    () => dense(3, loose({ useBias: false })),
    /^activation .* an object; write dense/,
  ],
  [
    "no activation",
    () => dense(3, loose(null)),
    /^activation .* null; write .*dense\(32\) for a linear one$/,
  ],
  ["identity", () => dense(3, loose("identity")), /did you mean "linear"\?$/],
  ["softmax", () => dense(3, loose("softmax")), /softmax is of classes/],
  ["xavier_uniform", () => dense(3, "relu", { initializer: loose("xavier_uniform") }), /"glorotUniform"\?$/],
  ["inputDim", () => smallModel(loose({ inputDim: 6 })), /; the width of a sample is inputSize$/],
  [
    "an inputShape with a place for the batch",
    () => smallModel(loose({ inputShape: [null, 6] })),
    /^inputShape\[0\] must be a positive integer, not null/,
  ],
  [
    "the model's learningRate",
    () => smallModel(loose({ learningRate: 1 })),
    /is the optimizer's: adam\(0\.01\)$/,
  ],
  ["the model's epochs", () => smallModel(loose({ epochs: 2 })), /epochs is an option of fit$/],
  ["MSELoss", () => smallModel({ loss: loose("MSELoss") }), /did you mean "meanSquaredError"\?$/],
  ["BCEWithLogitsLoss", () => smallModel({ loss: loose("BCEWithLogitsLoss") }), /"binaryCrossentropy"\?/],
  ["categorical_crossentropy", () => smallModel({ loss: loose("categorical_crossentropy") }), /is "binaryC/],
  ["PyTorch's lr", () => adam(loose({ lr: 0.1 })), /; the learning rate is learningRate$/],
  ["PyTorch's betas", () => adam(loose({ betas: [0.9, 0.99] })), /beta1 and beta2$/],
  [
    "a name of Object.prototype",
    () => smallModel({ loss: loose("constructor") }),
    /"constructor" is not known/,
  ],
  [
    "another of them",
    () => adam(loose({ hasOwnProperty: 1 })),
    /"hasOwnProperty" is not known \(known: .*\)$/,
  ],
])("%s gets a precise answer", async (_, call, message) => {
  const error = await failure(call);
  expect(error).toBeInstanceOf(ArgumentError);
  expect((error as Error).message).toMatch(message);
});

test("fit tells where verbose, the loss and the optimizer have gone, and that accuracy is of classes", async () => {
  const model = await smallModel();
  const told = async (options: object) =>
    ((await failure(() => model.fit(samples, options))) as Error).message;
  expect(await told({ verbose: 1 })).toMatch(/; fit prints nothing; onEpochEnd and onBatchEnd/);
  expect(await told({ optimizer: "adam" })).toMatch(/given to Autoencoder\.create$/);
  expect(await told({ metrics: ["accuracy"] })).toMatch(/^metrics\[0\] .*accuracy is of classes/);
  await model.dispose();
});
