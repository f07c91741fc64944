import type { Preset } from "../shared/presets.js";
import type { DigitsSettings, ModelSettings } from "./digitsSettings.js";

/** A model that has been trained before. */
export interface TrainedModel {
  /** Its weights, relative to the page. */
  readonly file: string;
  /** How its status is told: "Loaded …". */
  readonly name: string;
  /** What differs from the settings of the preset. */
  readonly values: Partial<ModelSettings>;
}

export interface DigitsPreset extends Preset<DigitsSettings> {
  /** What the preset shows at once; training goes on from there. */
  readonly trained?: TrainedModel;
}

export const PRESETS: readonly DigitsPreset[] = [
  {
    name: "map",
    title: "A map of digits",
    hint: "Drag over the plane under “From code to picture”, and draw a digit of your own: the map shows where it belongs. This map is finished; press Reset and Start to see one come about.",
    values: { kind: "variational", code: 2, hidden: 256 },
    trained: { file: "trained/map.safetensors", name: "the finished map", values: { hidden: 64 } },
  },
  {
    name: "denoise",
    title: "Remove noise",
    hint: "It sees noisy pictures (middle row) and learns to give back the clean ones (bottom row). Draw a digit and press “Add noise”.",
    values: { kind: "denoising", corruption: "gaussianNoise", strength: 0.5, code: 32 },
  },
  {
    name: "odd",
    title: "Find the odd ones",
    hint: "Twelve odd pictures are mixed in among those that it has never seen. What it rebuilds badly is odd: see “Anomalies” below.",
    values: { odd: "mixed" },
  },
  {
    name: "convolution",
    title: "See with convolutions",
    hint: "Small filters go over the whole picture. Train, then draw: “What the convolutions see” shows what each of them reacts to.",
    values: { layers: "convolutional", samples: 4000 },
  },
];
