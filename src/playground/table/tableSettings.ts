import { choiceSetting, integerSetting, numberSetting, type Settings } from "../shared/settingsText.js";

const RULES = ["fence", "share", "labels"] as const;

/** Settings of a training. */
export interface TrainingSettings {
  /** Of the training, and of the built-in example. */
  readonly seed: number;
  /** Autoencoders of the ensemble. */
  readonly members: number;
  /** Training steps of each; 0 leaves it to the library. */
  readonly steps: number;
  /** How the first threshold is chosen. */
  readonly rule: (typeof RULES)[number];
  /** The share of the rows to flag, in percent. */
  readonly share: number;
  /** Rows of a window of a series; 0: each row stands alone. */
  readonly window: number;
  /** Rows from one window to the next. */
  readonly stride: number;
}

export const SETTINGS: Settings<TrainingSettings> = {
  seed: integerSetting("Seed", 0, 0, 1_000_000),
  members: integerSetting("Members", 8, 1, 64),
  steps: integerSetting("Steps", 0, 0, 100_000),
  rule: choiceSetting("Flag", "fence", RULES),
  share: numberSetting("Share", 2, 0.01, 50),
  window: integerSetting("Window", 0, 0, 10_000),
  stride: integerSetting("Stride", 1, 1, 10_000),
};
