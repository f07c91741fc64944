import {
  type ActivationName,
  type AutoencoderOptions,
  dense,
  type InitializerName,
  type LossName,
  type Optimizer,
  type OptimizerName,
  type ScalingName,
} from "../index.js";
import type { Kind } from "./data.js";

/** What the user said of the model and its training; the rest follows from the data. */
export interface TrainingWishes {
  latent?: number;
  hidden?: number[];
  activation?: string;
  loss?: string;
  optimizer?: string;
  learningRate?: number;
  scaling?: string;
  epochs?: number;
  batchSize?: number;
  seed: number;
}

interface Defaults {
  readonly hidden: readonly number[];
  /** Of the decoder's hidden layers, if not relu as the encoder's. */
  readonly decoder?: ActivationName;
  readonly code: ActivationName;
  /** Of the code's layer, if not the library's own. */
  readonly codeInitializer?: InitializerName;
  readonly output: ActivationName;
  readonly loss: LossName;
  readonly scaling?: ScalingName;
  /** Of Adam. */
  readonly learningRate: number;
  readonly epochs: number;
  readonly batchSize: number;
}

/**
 * Pictures: 784 → 32 → 784 as in the Keras blog, "Building Autoencoders in Keras". Points: a network whose code
 * follows the spiral: its rank correlation with the position was above 0.99 for 74 of the seeds 0 to 74. The code begins
 * at 0 and the decoder is smooth, so that the curve that it decodes to grows out of a point, bending as it goes; a
 * decoder that can jump, or starts from codes that are spread already, is content with pieces in a wrong order.
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
    hidden: [128, 64],
    decoder: "tanh",
    code: "linear",
    codeInitializer: "zeros",
    output: "linear",
    loss: "meanSquaredError",
    scaling: "standard",
    learningRate: 1e-3,
    epochs: 250,
    batchSize: 25,
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
  const widths = wishes.hidden ?? defaults.hidden;
  const decoder = (wishes.activation ?? defaults.decoder ?? activation) as ActivationName;
  // Some activations, relu among them, never learn from codes that are all 0.
  const initializer = wishes.activation === undefined ? defaults.codeInitializer : undefined;
  // Cross-entropy compares probabilities.
  const probabilities = loss === "binaryCrossentropy";
  const output = probabilities ? "sigmoid" : defaults.output;
  const scaling = (wishes.scaling ?? (probabilities ? undefined : defaults.scaling)) as
    | ScalingName
    | undefined;
  return {
    inputSize: columns,
    encoder: [
      ...widths.map((units) => dense(units, activation)),
      dense(wishes.latent ?? latentSize(columns), code, { ...(initializer && { initializer }) }),
    ],
    decoder: [...widths.toReversed().map((units) => dense(units, decoder)), dense(columns, output)],
    loss,
    optimizer: optimizerOf(wishes, defaults),
    ...(scaling !== undefined && { scaling }),
    seed: wishes.seed,
  };
}

function latentSize(columns: number): number {
  return columns >= 64 ? 32 : Math.max(1, Math.floor(columns / 2));
}

function optimizerOf(
  { optimizer, learningRate }: TrainingWishes,
  defaults: Defaults,
): Optimizer | OptimizerName {
  const kind = (optimizer ?? "adam") as OptimizerName;
  const rate = learningRate ?? (kind === "adam" ? defaults.learningRate : undefined);
  // The library fills in what an optimizer's object lacks.
  return rate === undefined ? kind : ({ kind, learningRate: rate } as Optimizer);
}

/** `784 → 128 (relu) → 32 (relu) → 128 (relu) → 784 (sigmoid)`. */
export function showLayers({ inputSize, encoder, decoder }: AutoencoderOptions): string {
  const layers = [...encoder, ...decoder].map((layer) => ` → ${layer.units} (${layer.activation})`);
  return `${inputSize}${layers.join("")}`;
}

/** `adam, learning rate 0.001`. */
export function showOptimizer(optimizer: Optimizer): string {
  return `${optimizer.kind}, learning rate ${optimizer.learningRate}`;
}
