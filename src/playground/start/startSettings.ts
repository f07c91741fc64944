import {
  choiceSetting,
  integerSetting,
  numberSetting,
  type Settings,
  widthsSetting,
} from "../shared/settingsText.js";
import type { SpiralSettings } from "../spiral/spiralSettings.js";

const ACTIVATIONS = ["tanh", "relu", "gelu", "linear"] as const;

/** What can be changed on the start page: little, so that one change shows what it does. */
export interface StartSettings {
  readonly turns: number;
  readonly noise: number;
  /** Units of the encoder's hidden layers; the decoder has them in reverse. */
  readonly hidden: readonly number[];
  readonly activation: (typeof ACTIVATIONS)[number];
  readonly learningRate: number;
  readonly seed: number;
}

/** Limits that keep the drawing legible. */
export const MOST_UNITS = 8;
export const MOST_LAYERS = 3;

export const SETTINGS: Settings<StartSettings> = {
  turns: numberSetting("Turns", 1, 0.1, 5),
  noise: numberSetting("Noise", 0.3, 0, 5),
  hidden: widthsSetting("Hidden layers", [6, 4], MOST_LAYERS, MOST_UNITS),
  activation: choiceSetting("Activation", "tanh", ACTIVATIONS),
  learningRate: numberSetting("Learning rate", 0.02, 0.0001, 1),
  seed: integerSetting("Start", 3, 0, 1_000_000),
};

/** The run of the spiral page that these settings stand for. */
export function runOf({
  turns,
  noise,
  hidden,
  activation,
  learningRate,
  seed,
}: StartSettings): SpiralSettings {
  return {
    points: 300,
    noise,
    turns,
    hidden,
    encoderActivation: activation,
    decoderActivation: activation,
    optimizer: "adam",
    learningRate,
    batchSize: 25,
    seed,
    // It goes on until the visitor has seen enough.
    epochs: 1_000_000,
    math: "portable",
    weightPenalty: 0,
    codePenalty: 0,
    heldOut: "hide",
  };
}
