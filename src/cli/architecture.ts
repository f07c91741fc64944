import {
  type ActivationName,
  ArgumentError,
  type AutoencoderOptions,
  type Corruption,
  type DenseOptions,
  dense,
  dropout,
  gaussian,
  type InitializerName,
  type KlSparsity,
  type L1,
  type Layer,
  type LossName,
  l1l2,
  type Optimizer,
  type OptimizerName,
  type ScalingName,
  type Schedule,
} from "../index.js";
import { toActivation } from "../layers/activations.js";
import { toLossName } from "../network/losses.js";
import { toOptimizerName } from "../optimizers/optimizers.js";
import type { ScheduleFlag } from "./options.js";
import type { Kind } from "./readData.js";
import { described } from "./text.js";

/** What the user chose for the model and its training. Defaults for the rest depend on the data. */
export interface TrainingFlags {
  latent?: number;
  hidden?: number[];
  activation?: string;
  loss?: string;
  optimizer?: string;
  corruption?: Corruption;
  dropout?: number;
  tied?: true;
  variational?: true;
  beta?: number;
  betaWarmup?: number;
  sparsity?: L1 | KlSparsity;
  learningRate?: number;
  scaling?: string;
  schedule?: ScheduleFlag;
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

/**
 * The same flags with the library's full names: `mse` becomes `meanSquaredError`.
 *
 * @throws {ArgumentError} for unknown names
 */
export function withFullNames<T extends TrainingFlags>(flags: T): T {
  const { loss, activation, optimizer } = flags;
  return {
    ...flags,
    ...(loss !== undefined && { loss: toLossName("loss", loss) }),
    ...(activation !== undefined && { activation: toActivation("activation", activation) }),
    ...(optimizer !== undefined && { optimizer: toOptimizerName("optimizer", optimizer) }),
  };
}

interface Defaults {
  readonly hidden: readonly number[];
  /** Activation of the decoder's hidden layers; default: relu, as in the encoder. */
  readonly decoder?: ActivationName;
  readonly code: ActivationName;
  /** Initializer of the code's layer; default: the library's. */
  readonly codeInitializer?: InitializerName;
  readonly output: ActivationName;
  readonly loss: LossName;
  readonly scaling?: ScalingName;
  /** Learning rate of Adam. */
  readonly learningRate: number;
  readonly epochs: number;
  readonly batchSize: number;
}

/**
 * Pictures: 784 → 32 → 784, as in the Keras blog, "Building Autoencoders in Keras".
 *
 * Points: a network whose code follows the spiral. The rank correlation of code and position was above 0.99 for 74 of
 * the 75 seeds from 0 to 74. Codes start at 0 and the decoder is smooth, so the decoded curve grows out of one point and
 * bends as it grows. A decoder that can jump, or codes that start spread out, often end with pieces in the wrong order.
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

/** Number of epochs and the batch size. */
export function trainingLength(kind: Kind, { epochs, batchSize }: TrainingFlags) {
  return { epochs: epochs ?? DEFAULTS[kind].epochs, batchSize: batchSize ?? DEFAULTS[kind].batchSize };
}

/** Hidden units of a variational model of pictures, as in PyTorch's example. */
const VARIATIONAL_HIDDEN = 400;
/** Width of the code of such a model. */
const VARIATIONAL_LATENT = 20;

/** Describes the model for a kind of samples. Flags must have full names; the library checks their values. */
export function describeModel(kind: Kind, columns: number, flags: TrainingFlags): AutoencoderOptions {
  checkFlags(flags);
  const defaults = DEFAULTS[kind];
  const { variational, sparsity, tied, corruption } = flags;
  const activation = (flags.activation ?? "relu") as ActivationName;
  const loss = (flags.loss ?? defaults.loss) as LossName;
  const widths =
    flags.hidden ?? (variational && kind === "pictures" ? [VARIATIONAL_HIDDEN] : defaults.hidden);
  if (flags.dropout !== undefined && widths.length === 0) {
    throw new ArgumentError("--dropout applies to hidden layers, but there are none; add some with --hidden");
  }
  const decoding = (flags.activation ?? defaults.decoder ?? activation) as ActivationName;
  const penalized = penaltyOptions(flags);
  // Tied weights belong to the encoder, which already has the penalty.
  const decoderOptions = tied ? {} : penalized;
  const hidden = (order: readonly number[], name: ActivationName, options: DenseOptions) =>
    order.flatMap((units): Layer[] => [
      dense(units, name, options),
      ...(flags.dropout ? [dropout(flags.dropout)] : []),
    ]);
  // Cross-entropy compares probabilities.
  const probabilities = loss === "binaryCrossentropy";
  const output = probabilities ? "sigmoid" : defaults.output;
  const scaling = (flags.scaling ?? (probabilities ? undefined : defaults.scaling)) as
    | ScalingName
    | undefined;
  const latent = flags.latent ?? latentSize(columns, variational === true);
  return {
    inputSize: columns,
    encoder: [
      ...hidden(widths, activation, penalized),
      ...(variational ? [] : [codeLayer(latent, defaults, flags)]),
    ],
    decoder: [
      ...hidden(widths.toReversed(), decoding, decoderOptions),
      dense(columns, output, decoderOptions),
    ],
    ...(variational && { latent: gaussian(latent, latentOptions(flags)) }),
    ...(corruption && { corruption }),
    ...(sparsity?.kind === "klSparsity" && { sparsity }),
    ...(tied && { tied }),
    loss,
    optimizer: optimizerOf(flags, defaults),
    ...(scaling !== undefined && { scaling }),
    seed: flags.seed,
  };
}

/** @throws {ArgumentError} for flags that contradict each other */
function checkFlags({ variational, beta, betaWarmup, sparsity, hidden }: TrainingFlags): void {
  if (!variational && beta !== undefined) throw new ArgumentError("--beta needs --variational");
  if (!variational && betaWarmup !== undefined) throw new ArgumentError("--beta-warmup needs --variational");
  if (variational && sparsity)
    throw new ArgumentError("--sparsity and --variational cannot be used together");
  if (variational && hidden?.length === 0) {
    throw new ArgumentError("--variational needs a hidden layer, not --hidden none");
  }
}

/** The code's layer. KL sparsity makes it sigmoid, unless the user chose another activation. */
function codeLayer(units: number, defaults: Defaults, flags: TrainingFlags): Layer {
  const { activation, sparsity } = flags;
  const fitting = sparsity?.kind === "klSparsity" ? "sigmoid" : defaults.code;
  // With relu, among others, codes that are all 0 would never change.
  const initializer = activation === undefined ? defaults.codeInitializer : undefined;
  return dense(units, (activation ?? fitting) as ActivationName, {
    ...penaltyOptions(flags),
    ...(sparsity?.kind === "l1" && { activityPenalty: sparsity }),
    ...(initializer && { initializer }),
  });
}

/** The penalty on a layer's weights, if the user chose one. */
function penaltyOptions({ l1 = 0, l2 = 0 }: TrainingFlags): DenseOptions {
  return l1 > 0 || l2 > 0 ? { kernelPenalty: l1l2({ l1, l2 }) } : {};
}

function latentOptions({ beta, betaWarmup }: TrainingFlags) {
  return {
    ...(beta !== undefined && { beta }),
    ...(betaWarmup !== undefined && { warmupSteps: betaWarmup }),
  };
}

function latentSize(columns: number, variational: boolean): number {
  if (columns >= 64) return variational ? VARIATIONAL_LATENT : 32;
  return Math.max(1, Math.floor(columns / 2));
}

function optimizerOf(flags: TrainingFlags, defaults: Defaults): Optimizer | OptimizerName {
  const { clipValue, clipNorm, globalClipNorm } = flags;
  const kind = (flags.optimizer ?? "adam") as OptimizerName;
  const learningRate = learningRateOf(flags, kind, defaults);
  const given = Object.entries({ learningRate, clipValue, clipNorm, globalClipNorm }).filter(
    ([, value]) => value !== undefined,
  );
  // The library fills in missing options.
  return given.length === 0 ? kind : ({ kind, ...Object.fromEntries(given) } as Optimizer);
}

function learningRateOf(
  { learningRate, schedule, warmup }: TrainingFlags,
  kind: OptimizerName,
  defaults: Defaults,
): number | Schedule | undefined {
  const scheduled = schedule !== undefined || warmup !== undefined;
  const rate = learningRate ?? (kind === "adam" || scheduled ? defaults.learningRate : undefined);
  // The library checks a schedule's options.
  const main = schedule ? ({ initialLearningRate: rate, ...schedule } as unknown as Schedule) : rate;
  if (warmup === undefined || main === undefined) return main;
  return { kind: "warmup", warmupSteps: warmup, initialLearningRate: 0, schedule: main };
}

/** `784 → 128 (relu) → 32 (relu) → 128 (relu) → 784 (sigmoid)`. */
export function showLayers({ inputSize, encoder, decoder, latent, tied }: AutoencoderOptions): string {
  const show = (layer: Layer) => {
    if (layer.kind === "dense") return ` → ${layer.units} (${layer.activation})`;
    return layer.kind === "dropout" ? ` → dropout ${layer.rate}` : ` → ${layer.kind}`;
  };
  const code = latent ? ` → ${latent.units} (gaussian)` : "";
  return `${inputSize}${encoder.map(show).join("")}${code}${decoder.map(show).join("")}${tied ? ", tied" : ""}`;
}

/** `adam, learning rate 0.001`. */
export function showOptimizer(optimizer: Optimizer): string {
  const { kind, learningRate } = optimizer;
  return `${kind}, learning rate ${typeof learningRate === "number" ? learningRate : described(learningRate)}`;
}
