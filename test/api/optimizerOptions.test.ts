import { expect, test } from "vitest";
import {
  ArgumentError,
  adadelta,
  adagrad,
  adam,
  adamw,
  cosineDecay,
  dense,
  exponentialDecay,
  huber,
  l1,
  l1l2,
  l2,
  nadam,
  reduceOnPlateau,
  rmsprop,
  sgd,
  stepDecay,
  warmup,
} from "../../src/index.js";
import { failure } from "../support/models.js";

/** What a caller without types might write. */
const loose = <T>(value: unknown) => value as T;
const decay = { initialLearningRate: 0.1, decaySteps: 10, decayRate: 0.5 };
const plateau = { initialLearningRate: 0.1 };

test.each<[string, () => unknown, RegExp]>([
  [
    "rmsprop's rate",
    () => rmsprop({ learningRate: -1 }),
    /^learningRate must be a number of at least 0, not -1$/,
  ],
  ["rmsprop's rho", () => rmsprop({ rho: 1 }), /^rho must be in \[0, 1\), not 1$/],
  ["rmsprop's momentum", () => rmsprop({ momentum: -0.1 }), /^momentum must be in \[0, 1\), not -0\.1$/],
  ["rmsprop's epsilon", () => rmsprop({ epsilon: 0 }), /^epsilon must be a positive number, not 0$/],
  ["rmsprop's centered", () => rmsprop({ centered: loose(1) }), /^centered must be true or false, not 1$/],
  ["another's option", () => rmsprop(loose({ beta1: 0.9 })), /^option of rmsprop "beta1" is not known/],
  ["adagrad's accumulator", () => adagrad({ initialAccumulatorValue: -1 }), /^initialAccumulatorValue .*-1$/],
  ["adagrad's epsilon", () => adagrad({ epsilon: -1 }), /^epsilon must be a positive number, not -1$/],
  ["adagrad of null", () => adagrad(loose(null)), /^the options of adagrad must be an object, not null$/],
  ["adadelta's rho", () => adadelta({ rho: -0.5 }), /^rho must be in \[0, 1\), not -0\.5$/],
  ["adadelta's epsilon", () => adadelta({ epsilon: Number.NaN }), /^epsilon .* not NaN$/],
  [
    "adamw's decay",
    () => adamw({ weightDecay: -0.1 }),
    /^weightDecay must be a number of at least 0, not -0\.1$/,
  ],
  ["adam's decay", () => adam(loose({ weightDecay: 0.1 })), /^option of adam "weightDecay" is not known/],
  ["nadam's beta", () => nadam({ beta1: 1 }), /^beta1 must be in \[0, 1\), not 1$/],
  ["nadam's beta", () => nadam({ beta2: 2 }), /^beta2 must be in \[0, 1\), not 2$/],

  ["a clipValue of 0", () => sgd({ clipValue: 0 }), /^clipValue must be a positive number, not 0$/],
  ["a negative clipNorm", () => adam({ clipNorm: -1 }), /^clipNorm must be a positive number, not -1$/],
  ["an infinite norm", () => nadam({ globalClipNorm: Infinity }), /^globalClipNorm .* not Infinity$/],
  [
    "two clippings",
    () => rmsprop({ clipValue: 1, globalClipNorm: 1 }),
    /^clipValue and globalClipNorm exclude/,
  ],
  ["Keras's spelling", () => sgd(loose({ clipnorm: 1 })), /"clipnorm" .*did you mean "clipNorm"\?$/],

  [
    "a rate that is a word",
    () => sgd({ learningRate: loose("cosine") }),
    /^learningRate must be .*"cosine"$/,
  ],
  [
    "a rate of null",
    () => warmup({ warmupSteps: 1, schedule: loose(null) }),
    /^schedule must be .*not null$/,
  ],
  [
    "an unknown schedule",
    () => adam({ learningRate: loose({ kind: "cosine" }) }),
    /^kind of learningRate "cosine"/,
  ],
  [
    "no decaySteps",
    () => cosineDecay(loose(plateau)),
    /^decaySteps must be a positive integer, not undefined$/,
  ],
  ["no rate", () => stepDecay({ ...decay, initialLearningRate: 0 }), /^initialLearningRate .* not 0$/],
  [
    "a decayRate of 0",
    () => stepDecay({ ...decay, decayRate: 0 }),
    /^decayRate must be a positive number, not 0$/,
  ],
  ["half a step", () => exponentialDecay({ ...decay, decaySteps: 0.5 }), /^decaySteps .*, not 0\.5$/],
  ["an option of another", () => exponentialDecay(loose({ ...decay, alpha: 1 })), /"alpha" is not known/],
  [
    "alpha of 2",
    () => cosineDecay({ ...plateau, decaySteps: 1, alpha: 2 }),
    /^alpha must be in \[0, 1\], not 2$/,
  ],
  [
    "no warm-up",
    () => warmup({ warmupSteps: 0, schedule: 0.1 }),
    /^warmupSteps must be a positive integer, not 0$/,
  ],
  [
    "a warm-up from below 0",
    () => warmup({ warmupSteps: 1, schedule: 0.1, initialLearningRate: -1 }),
    /^initialLearningRate must be a number of at least 0, not -1$/,
  ],
  [
    "a bad schedule in a warm-up",
    () => warmup({ warmupSteps: 1, schedule: { kind: "stepDecay", ...decay, decaySteps: 0 } }),
    /^decaySteps must be a positive integer, not 0$/,
  ],
  ["a factor of 1", () => reduceOnPlateau({ ...plateau, factor: 1 }), /^factor must be in \(0, 1\), not 1$/],
  ["no patience", () => reduceOnPlateau({ ...plateau, patience: 0 }), /^patience must be a positive integer/],
  [
    "minDelta",
    () => reduceOnPlateau({ ...plateau, minDelta: -1 }),
    /^minDelta must be a number of at least 0/,
  ],
  [
    "cooldown",
    () => reduceOnPlateau({ ...plateau, cooldown: -1 }),
    /^cooldown must be an integer of at least 0/,
  ],
  ["a lowest rate", () => reduceOnPlateau({ ...plateau, minLearningRate: -1 }), /^minLearningRate .*not -1$/],
  [
    "a monitor",
    () => reduceOnPlateau({ ...plateau, monitor: loose("vel_loss") }),
    /did you mean "valLoss"\?$/,
  ],

  ["l1 of a word", () => l1(loose("1")), /^strength of l1 must be a number of at least 0, not "1"$/],
  ["l2 below 0", () => l2(-1), /^strength of l2 must be a number of at least 0, not -1$/],
  ["l1l2 of a number", () => l1l2(loose(1)), /^the options of l1l2 must be an object, not 1$/],
  ["l3", () => l1l2(loose({ l3: 1 })), /^option of l1l2 "l3" is not known/],
  [
    "a penalty by name",
    () => dense(3, "relu", { kernelPenalty: loose("l2") }),
    /^kernelPenalty must be .*"l2"$/,
  ],
  [
    "a penalty without a kind",
    () => dense(3, "relu", { kernelPenalty: loose({ l2: 0.1 }) }),
    /^kind of kernelPenalty undefined is not known .*"l1l2"/,
  ],
  ["huber of a number", () => huber(loose(2)), /^the options of huber must be an object, not 2$/],
])("%s is refused, naming what came and what was wanted", async (_, call, message) => {
  const error = await failure(call);
  expect(error).toBeInstanceOf(ArgumentError);
  expect((error as Error).message).toMatch(message);
});

test("defaults are those of Keras 3", () => {
  const common = { learningRate: 0.001, epsilon: 1e-7 };
  expect(rmsprop()).toEqual({ kind: "rmsprop", ...common, rho: 0.9, momentum: 0, centered: false });
  expect(adagrad()).toEqual({ kind: "adagrad", ...common, initialAccumulatorValue: 0.1 });
  expect(adadelta()).toEqual({ kind: "adadelta", ...common, rho: 0.95 });
  expect(nadam()).toEqual({ kind: "nadam", ...common, beta1: 0.9, beta2: 0.999 });
  expect(adamw()).toEqual({ ...adam(), kind: "adamw", weightDecay: 0.004 });
  expect(huber()).toEqual({ kind: "huber", delta: 1 });
  expect([l1(), l2(), l1l2({})]).toEqual([
    { kind: "l1", strength: 0.01 },
    { kind: "l2", strength: 0.01 },
    { kind: "l1l2", l1: 0, l2: 0 },
  ]);
});
