import {
  type ActivationName,
  type AutoencoderOptions,
  dense,
  type LossName,
  l1l2,
  type Optimizer,
  type OptimizerName,
  type Schedule,
} from "../index.js";
import type { Kind } from "./data.js";
import type { GivenSchedule } from "./options.js";
import { described } from "./text.js";

/** What the user said of the model and its training; the rest follows from the data. */
export interface TrainingWishes {
  latent?: number;
  hidden?: number[];
  activation?: string;
  loss?: string;
  optimizer?: string;
  learningRate?: number;
  schedule?: GivenSchedule;
  warmup?: number;
  clipValue?: number;
  clipNorm?: number;
  globalClipNorm?: number;
  l1?: number;
  l2?: number;
  epochs?: number;
  batchSize?: number;
  seed: number;
}

interface Defaults {
  readonly hidden: readonly number[];
  readonly code: ActivationName;
  readonly output: ActivationName;
  readonly loss: LossName;
  /** Of Adam. */
  readonly learningRate: number;
  readonly epochs: number;
  readonly batchSize: number;
}

/**
 * Pictures: 784 → 32 → 784 as in the Keras blog, "Building Autoencoders in Keras". Points: of the networks tried on the
 * spiral, the one whose code follows the curve with each of several seeds (rank correlation 0.996 with the position).
 */
const DEFAULTS: Record<Kind, Defaults> = {
  pictures: {
    hidden: [],
    code: "relu",
    output: "sigmoid",
    loss: "binaryCrossentropy",
    learningRate: 1e-3,
    epochs: 5,
    batchSize: 256,
  },
  points: {
    hidden: [64, 64],
    code: "linear",
    output: "linear",
    loss: "meanSquaredError",
    learningRate: 3e-3,
    epochs: 500,
    batchSize: 100,
  },
  table: {
    hidden: [64],
    code: "linear",
    output: "linear",
    loss: "meanSquaredError",
    learningRate: 1e-3,
    epochs: 50,
    batchSize: 64,
  },
};

/** Epochs and batch size. */
export function trainingLength(kind: Kind, { epochs, batchSize }: TrainingWishes) {
  return { epochs: epochs ?? DEFAULTS[kind].epochs, batchSize: batchSize ?? DEFAULTS[kind].batchSize };
}

/** The model for samples of a kind. Names are passed on as they came, since the library refuses unknown ones. */
export function describeModel(kind: Kind, columns: number, wishes: TrainingWishes): AutoencoderOptions {
  const defaults = DEFAULTS[kind];
  const activation = (wishes.activation ?? "relu") as ActivationName;
  const code = (wishes.activation ?? defaults.code) as ActivationName;
  const loss = (wishes.loss ?? defaults.loss) as LossName;
  const { l1 = 0, l2 = 0 } = wishes;
  const options = l1 > 0 || l2 > 0 ? { kernelPenalty: l1l2({ l1, l2 }) } : {};
  const hidden = (wishes.hidden ?? defaults.hidden).map((units) => dense(units, activation, options));
  // Cross-entropy compares probabilities.
  const output = loss === "binaryCrossentropy" ? "sigmoid" : defaults.output;
  return {
    inputSize: columns,
    encoder: [...hidden, dense(wishes.latent ?? latentSize(columns), code, options)],
    decoder: [...hidden.toReversed(), dense(columns, output, options)],
    loss,
    optimizer: optimizerOf(wishes, defaults),
    seed: wishes.seed,
  };
}

function latentSize(columns: number): number {
  return columns >= 64 ? 32 : Math.max(1, Math.floor(columns / 2));
}

function optimizerOf(wishes: TrainingWishes, defaults: Defaults): Optimizer | OptimizerName {
  const { clipValue, clipNorm, globalClipNorm } = wishes;
  const kind = (wishes.optimizer ?? "adam") as OptimizerName;
  const learningRate = learningRateOf(wishes, kind, defaults);
  const given = Object.entries({ learningRate, clipValue, clipNorm, globalClipNorm }).filter(
    ([, value]) => value !== undefined,
  );
  // The library fills in what an optimizer's object lacks.
  return given.length === 0 ? kind : ({ kind, ...Object.fromEntries(given) } as Optimizer);
}

function learningRateOf(
  { learningRate, schedule, warmup }: TrainingWishes,
  kind: OptimizerName,
  defaults: Defaults,
): number | Schedule | undefined {
  const scheduled = schedule !== undefined || warmup !== undefined;
  const rate = learningRate ?? (kind === "adam" || scheduled ? defaults.learningRate : undefined);
  // The library checks the names and values of a schedule's options.
  const main = schedule ? ({ initialLearningRate: rate, ...schedule } as unknown as Schedule) : rate;
  if (warmup === undefined || main === undefined) return main;
  return { kind: "warmup", warmupSteps: warmup, initialLearningRate: 0, schedule: main };
}

/** `784 → 128 (relu) → 32 (relu) → 128 (relu) → 784 (sigmoid)`. */
export function showLayers({ inputSize, encoder, decoder }: AutoencoderOptions): string {
  const layers = [...encoder, ...decoder].map((layer) => ` → ${layer.units} (${layer.activation})`);
  return `${inputSize}${layers.join("")}`;
}

/** `adam, learning rate 0.001`. */
export function showOptimizer(optimizer: Optimizer): string {
  const { kind, learningRate } = optimizer;
  return `${kind}, learning rate ${typeof learningRate === "number" ? learningRate : described(learningRate)}`;
}
