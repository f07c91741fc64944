import {
  type ActivationName,
  ArgumentError,
  type AutoencoderOptions,
  type Corruption,
  type DenseOptions,
  dense,
  dropout,
  flatten,
  gaussian,
  type KlSparsity,
  type L1,
  type Layer,
  type LossName,
  l1l2,
  type Optimizer,
  type OptimizerName,
  reshape,
  type ScalingName,
  type Schedule,
} from "../index.js";
import { toActivation } from "../layers/activations.js";
import { sizeOf } from "../layers/shape.js";
import { toLossName } from "../network/losses.js";
import { toOptimizerName } from "../optimizers/optimizers.js";
import { convolutions } from "./convolutions.js";
import { DEFAULTS, type Defaults } from "./defaults.js";
import type { ScheduleFlag } from "./optimizationOptions.js";
import { timesText } from "./samplesSource.js";
import type { Source } from "./source.js";
import { described } from "./text.js";

/** What the user chose for the model and its training. Defaults for the rest depend on the data. */
export interface TrainingFlags {
  latent?: number;
  hidden?: number[];
  /** Filters of convolutions before the hidden layers. */
  conv?: number[];
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

/** With few images, an epoch has few steps: so many are wanted, */
const STEPS_OF_IMAGES = 1_000;
/** but not in more epochs than these. */
const MOST_EPOCHS = 100;

/** Number of epochs and the batch size. */
export function trainingLength(
  { kind, file, all }: Pick<Source, "kind" | "file" | "all">,
  flags: Pick<TrainingFlags, "epochs" | "batchSize">,
) {
  const { epochs, batchSize } = DEFAULTS[kind];
  const length = { epochs: flags.epochs ?? epochs, batchSize: flags.batchSize ?? batchSize };
  if (kind !== "images" || file === undefined || flags.epochs !== undefined) return length;
  const steps = Math.ceil(all().rows / length.batchSize);
  return { ...length, epochs: Math.min(MOST_EPOCHS, Math.max(epochs, Math.ceil(STEPS_OF_IMAGES / steps))) };
}

/** Hidden units of a variational model of pictures, as in PyTorch's example. */
const VARIATIONAL_HIDDEN = 400;
/** Width of the code of such a model. */
const VARIATIONAL_LATENT = 20;

/** Describes the model for samples. Flags must have full names; the library checks their values. */
export function describeModel(source: ModelledSource, flags: TrainingFlags): AutoencoderOptions {
  checkFlags(flags);
  const { kind, columns } = source;
  const defaults = DEFAULTS[kind];
  const { variational, sparsity, tied, corruption } = flags;
  const loss = (flags.loss ?? defaults.loss) as LossName;
  // Cross-entropy compares probabilities.
  const probabilities = loss === "binaryCrossentropy";
  const scales = !probabilities && !(kind === "matrix" && source.unit);
  const scaling = (flags.scaling ?? (scales ? defaults.scaling : undefined)) as ScalingName | undefined;
  const latent = flags.latent ?? latentSize(columns, variational === true);
  const { shape, encoder, decoder } = hiddenHalves(
    source,
    flags,
    probabilities ? "sigmoid" : defaults.output,
  );
  return {
    ...(shape.length > 1 ? { inputShape: shape } : { inputSize: columns }),
    encoder: [...encoder, ...(variational ? [] : [codeLayer(latent, defaults, flags)])],
    decoder,
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

/** What a model is described by. */
export type ModelledSource = Pick<Source, "kind" | "columns" | "shape" | "picture" | "unit">;

/** The layers before the code and behind it, and the shape of the samples that they take. */
function hiddenHalves(source: ModelledSource, flags: TrainingFlags, output: ActivationName) {
  const { kind, columns } = source;
  const defaults = DEFAULTS[kind];
  const { variational, tied } = flags;
  const filters = flags.conv ?? defaults.conv;
  const imagined = variational && kind === "images" && filters.length === 0;
  const widths = flags.hidden ?? (imagined ? [VARIATIONAL_HIDDEN] : defaults.hidden);
  if (flags.dropout && widths.length + filters.length === 0) {
    throw new ArgumentError("--dropout applies to hidden layers, but there are none; add some with --hidden");
  }
  const rate = flags.dropout ?? defaults.dropout;
  const activation = (flags.activation ?? "relu") as ActivationName;
  const decoding = (flags.activation ?? defaults.decoder ?? activation) as ActivationName;
  const penalized = penaltyOptions(flags);
  // Tied weights belong to the encoder, which already has the penalty.
  const decoderOptions = tied ? {} : penalized;
  const dropped = (layer: Layer): Layer[] => (rate ? [layer, dropout(rate)] : [layer]);
  const encoder = widths.flatMap((units) => dropped(dense(units, activation, penalized)));
  const decoder = widths.toReversed().flatMap((units) => dropped(dense(units, decoding, decoderOptions)));
  if (filters.length > 0) {
    const shape = convolvedShape(source);
    const styles = { activation, decoding, output, encoder: penalized, decoder: decoderOptions };
    const conv = convolutions(shape, filters, styles);
    const flat = dense(sizeOf(conv.inner), decoding, decoderOptions);
    return {
      shape,
      encoder: [...conv.encoder.flatMap(dropped), flatten(), ...encoder],
      decoder: [
        ...decoder,
        ...dropped(flat),
        reshape(conv.inner),
        ...conv.decoder.slice(0, -1).flatMap(dropped),
        conv.decoder.at(-1)!,
      ],
    };
  }
  const { shape } = source;
  const last = dense(columns, output, decoderOptions);
  if (shape.length === 1) return { shape, encoder, decoder: [...decoder, last] };
  return { shape, encoder: [flatten(), ...encoder], decoder: [...decoder, last, reshape(shape)] };
}

/** @throws {ArgumentError} if convolutions do not apply to the samples */
function convolvedShape({ shape, picture }: ModelledSource): readonly number[] {
  if (shape.length > 1) return shape;
  if (picture) return [picture.height, picture.width, 1];
  throw new ArgumentError(
    "--conv needs images or a series, but the samples have no shape; give --image-shape HxW, or --window for a series",
  );
}

/** @throws {ArgumentError} for flags that contradict each other */
function checkFlags({ variational, beta, betaWarmup, sparsity, hidden, conv }: TrainingFlags): void {
  if (!variational && beta !== undefined) throw new ArgumentError("--beta needs --variational");
  if (!variational && betaWarmup !== undefined) throw new ArgumentError("--beta-warmup needs --variational");
  if (variational && sparsity)
    throw new ArgumentError("--sparsity and --variational cannot be used together");
  if (variational && hidden?.length === 0 && !conv?.length) {
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
export function showLayers({
  inputSize,
  inputShape,
  encoder,
  decoder,
  latent,
  tied,
}: AutoencoderOptions): string {
  const show = (layer: Layer) => ` → ${showLayer(layer)}`;
  const code = latent ? ` → ${latent.units} (gaussian)` : "";
  const input = inputShape ? timesText(inputShape) : inputSize;
  return `${input}${encoder.map(show).join("")}${code}${decoder.map(show).join("")}${tied ? ", tied" : ""}`;
}

function showLayer(layer: Layer): string {
  if (layer.kind === "dense") return `${layer.units} (${layer.activation})`;
  if ("filters" in layer) return `${layer.kind} ${layer.filters} (${layer.activation})`;
  if (layer.kind === "reshape") return `reshape ${timesText(layer.shape)}`;
  return layer.kind === "dropout" ? `dropout ${layer.rate}` : layer.kind;
}

/** `adam, learning rate 0.001`. */
export function showOptimizer(optimizer: Optimizer): string {
  const { kind, learningRate } = optimizer;
  return `${kind}, learning rate ${typeof learningRate === "number" ? learningRate : described(learningRate)}`;
}
