import { OPTIMIZERS } from "../shared/optimizerNames.js";
import { choiceSetting, integerSetting, numberSetting, type Settings } from "../shared/settingsText.js";

export const KINDS = ["plain", "denoising", "variational"] as const;
export const CORRUPTIONS = ["gaussianNoise", "maskingNoise", "saltAndPepper"] as const;
export const LAYERS = ["dense", "convolutional"] as const;
export const ACTIVATIONS = ["relu", "tanh", "sigmoid", "gelu", "silu", "elu", "linear"] as const;
const SCALES = ["linear", "log"] as const;
const ODD = ["none", "mixed"] as const;

/** The widest code that a model of the settings can have. */
export const MOST_CODE = 64;

type Kind = (typeof KINDS)[number];
type CorruptionKind = (typeof CORRUPTIONS)[number];

/** Settings of the data and the model. */
export interface ModelSettings {
  /** How many digits to make, or the most to take from a file. */
  readonly samples: number;
  readonly seed: number;
  readonly kind: Kind;
  /** What the layers before and after the code are. */
  readonly layers: (typeof LAYERS)[number];
  /** Noise of a denoising model, and of `Add noise` on a drawing. */
  readonly corruption: CorruptionKind;
  /** Standard deviation of Gaussian noise; for other noise, the share of pixels. */
  readonly strength: number;
  /** Width of the code. */
  readonly code: number;
  /** Width of the hidden layers before and after the code, if they are dense; 0 means none. */
  readonly hidden: number;
  /** Of the layers before and after the code. */
  readonly activation: (typeof ACTIVATIONS)[number];
  /** Weight of the KL divergence of a variational model. */
  readonly beta: number;
  readonly optimizer: (typeof OPTIMIZERS)[number];
  /** Learning rate; 0: as suits the layers. */
  readonly rate: number;
  readonly batch: number;
  /** Strength of the L2 penalty on the weights; 0 for none. */
  readonly weightPenalty: number;
  /** Strength of the L1 penalty on the code; 0 for none. A variational model has none. */
  readonly codePenalty: number;
}

/** All settings, as in a link. */
export interface DigitsSettings extends ModelSettings {
  readonly epochs: number;
  /** Scale of the loss axis. */
  readonly scale: (typeof SCALES)[number];
  /** Whether to mix in odd pictures. */
  readonly odd: (typeof ODD)[number];
}

export const SETTINGS: Settings<DigitsSettings> = {
  samples: integerSetting("Samples", 10_000, 20, 100_000),
  seed: integerSetting("Seed", 1, 0, 1_000_000),
  kind: choiceSetting("Kind", "plain", KINDS),
  layers: choiceSetting("Layers", "dense", LAYERS),
  corruption: choiceSetting("Noise", "gaussianNoise", CORRUPTIONS),
  strength: numberSetting("Strength", 0.5, 0.05, 0.95),
  code: integerSetting("Code", 16, 1, MOST_CODE),
  hidden: integerSetting("Hidden layer", 128, 0, 1024),
  activation: choiceSetting("Activation", "relu", ACTIVATIONS),
  beta: numberSetting("β", 1, 0, 100),
  optimizer: choiceSetting("Optimizer", "adam", OPTIMIZERS),
  rate: numberSetting("Learning rate", 0, 0, 10),
  batch: integerSetting("Batch size", 128, 1, 5000),
  weightPenalty: numberSetting("Penalty on weights", 0, 0, 10),
  codePenalty: numberSetting("Penalty on the code", 0, 0, 10),
  epochs: integerSetting("Epochs", 20, 1, 1000),
  scale: choiceSetting("Scale", "linear", SCALES),
  odd: choiceSetting("Odd pictures", "none", ODD),
};

/** Whether the settings make the same model; some of the page's count in nothing of it. */
export function sameModel(one: ModelSettings, other: ModelSettings): boolean {
  const text = (settings: ModelSettings) => JSON.stringify({ ...settings, epochs: 0, scale: 0, odd: 0 });
  return text(one) === text(other);
}
