import type { ActivationName, EngineOptions, OptimizerName } from "../../index.js";
import { OPTIMIZERS } from "../shared/optimizerNames.js";
import {
  choiceSetting,
  integerSetting,
  numberSetting,
  type Settings,
  widthsSetting,
} from "../shared/settingsText.js";

/** All settings of a run: the same settings always give the same run. */
export interface SpiralSettings {
  readonly points: number;
  readonly noise: number;
  readonly turns: number;
  /** Widths of the encoder's hidden layers; the decoder has them in reverse. */
  readonly hidden: readonly number[];
  readonly encoderActivation: ActivationName;
  readonly decoderActivation: ActivationName;
  readonly optimizer: OptimizerName;
  readonly learningRate: number;
  readonly batchSize: number;
  readonly seed: number;
  /** Training stops by itself every so many epochs. */
  readonly epochs: number;
  readonly math: Arithmetic;
  /** Strength of the L2 penalty on the weights; 0 for none. */
  readonly weightPenalty: number;
  /** Strength of the L1 penalty on the code; 0 for none. */
  readonly codePenalty: number;
  /** Whether to judge the model by another spiral of the same kind, too. */
  readonly heldOut: (typeof HELD_OUT)[number];
}

const HELD_OUT = ["hide", "show"] as const;

type Arithmetic = NonNullable<EngineOptions["math"]>;

// Written as an object, so that the compiler checks that no name is missing.
const ACTIVATIONS = Object.keys({
  relu: 0,
  tanh: 0,
  sigmoid: 0,
  gelu: 0,
  silu: 0,
  elu: 0,
  selu: 0,
  leakyRelu: 0,
  softplus: 0,
  mish: 0,
  linear: 0,
} satisfies Record<ActivationName, 0>) as ActivationName[];

/** The names to choose from, in the order in which the page lists them. */
export const CHOICES = {
  encoderActivation: ACTIVATIONS,
  decoderActivation: ACTIVATIONS,
  optimizer: OPTIMIZERS,
  math: ["portable", "fast"],
  heldOut: HELD_OUT,
} as const satisfies { [name in keyof SpiralSettings]?: readonly SpiralSettings[name][] };

/**
 * With the initial settings the code follows the spiral for any seed: the decoder is smooth and codes start at 0. Portable
 * arithmetic makes a link give the same run everywhere.
 */
export const SETTINGS: Settings<SpiralSettings> = {
  points: integerSetting("Points", 500, 10, 5000),
  noise: numberSetting("Noise", 0.3, 0, 10),
  turns: numberSetting("Turns", 1, 0.1, 10),
  hidden: widthsSetting("Hidden layers", [128, 64], 6, 512),
  encoderActivation: choiceSetting("Encoder activation", "relu", ACTIVATIONS),
  decoderActivation: choiceSetting("Decoder activation", "tanh", ACTIVATIONS),
  optimizer: choiceSetting("Optimizer", "adam", OPTIMIZERS),
  learningRate: numberSetting("Learning rate", 0.001, 1e-6, 1000),
  batchSize: integerSetting("Batch size", 25, 1, 5000),
  seed: integerSetting("Seed", 0, 0, Number.MAX_SAFE_INTEGER),
  epochs: integerSetting("Epochs per run", 1000, 1, 1_000_000),
  math: choiceSetting("Arithmetic", "portable", CHOICES.math),
  weightPenalty: numberSetting("Penalty on weights", 0, 0, 10),
  codePenalty: numberSetting("Penalty on the code", 0, 0, 10),
  heldOut: choiceSetting("Held-out points", "hide", HELD_OUT),
};
