import {
  choiceSetting,
  integerSetting,
  numberSetting,
  type Setting,
  type Settings,
  widthsSetting,
} from "../shared/settingsText.js";
import { drawnPoints, LETTERS_PER_POINT, MOST_DRAWN } from "../spiral/drawnPoints.js";
import { DATA, type DataName, type RunSettings } from "../spiral/runSettings.js";

const ACTIVATIONS = ["tanh", "relu", "gelu", "linear"] as const;
const PENALTIES = ["none", "l1", "l2"] as const;

/** What can be changed on the start page: little, so that one change shows what it does. */
export interface StartSettings {
  readonly data: DataName;
  /** Of the spiral. */
  readonly turns: number;
  /** The visitor's points, as `drawnPoints` reads them. */
  readonly drawing: string;
  readonly noise: number;
  /** Percentage of the points that training does not see. */
  readonly heldOut: number;
  /** Units of the encoder's hidden layers; the decoder has them in reverse. */
  readonly hidden: readonly number[];
  readonly code: number;
  readonly activation: (typeof ACTIVATIONS)[number];
  readonly learningRate: number;
  readonly batchSize: number;
  readonly penalty: (typeof PENALTIES)[number];
  readonly penaltyRate: number;
  readonly seed: number;
}

/** Limits that keep the drawing legible. */
export const MOST_UNITS = 8;
export const MOST_LAYERS = 3;
/** A code of two numbers squeezes nothing; more would say no more. */
export const MOST_CODE = 2;

/** Points of a run, of both kinds. */
const POINTS = 300;

const drawingSetting: Setting<string> = {
  initial: "",
  parse(text) {
    if (drawnPoints(text) === undefined) {
      throw new RangeError(
        `Drawing must have up to ${MOST_DRAWN} points of ${LETTERS_PER_POINT} letters, digits, - and _ each, not ${JSON.stringify(text.slice(0, 20))}`,
      );
    }
    return text;
  },
  format: String,
};

export const SETTINGS: Settings<StartSettings> = {
  data: choiceSetting("Data", "spiral", DATA),
  turns: numberSetting("Turns", 1, 0.1, 5),
  noise: numberSetting("Noise", 0.3, 0, 5),
  heldOut: integerSetting("Held out", 0, 0, 80),
  hidden: widthsSetting("Hidden layers", [6, 4], MOST_LAYERS, MOST_UNITS),
  code: integerSetting("Code", 1, 1, MOST_CODE),
  activation: choiceSetting("Activation", "tanh", ACTIVATIONS),
  learningRate: numberSetting("Learning rate", 0.02, 0.0001, 1),
  batchSize: integerSetting("Batch size", 25, 1, POINTS),
  penalty: choiceSetting("Regularization", "none", PENALTIES),
  penaltyRate: numberSetting("Its rate", 0.001, 0, 10),
  seed: integerSetting("Start", 3, 0, 1_000_000),
  // Last, because it can be long.
  drawing: drawingSetting,
};

/** The run of the spiral page's worker that these settings stand for. */
export function runOf(settings: StartSettings): RunSettings {
  const { data, turns, drawing, noise, heldOut, hidden, code, activation, seed } = settings;
  const { learningRate, batchSize, penalty, penaltyRate } = settings;
  return {
    data,
    drawing,
    points: POINTS,
    noise,
    turns,
    hidden,
    code,
    encoderActivation: activation,
    decoderActivation: activation,
    optimizer: "adam",
    learningRate,
    batchSize,
    seed,
    // It goes on until the visitor has seen enough.
    epochs: 1_000_000,
    math: "portable",
    ...(penalty !== "none" && { penalty }),
    weightPenalty: penalty === "none" ? 0 : penaltyRate,
    codePenalty: 0,
    heldOut: "hide",
    heldOutShare: heldOut,
  };
}
