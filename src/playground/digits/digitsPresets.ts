import type { Preset } from "../shared/presets.js";
import type { DigitsSettings } from "./digitsSettings.js";

export const PRESETS: readonly Preset<DigitsSettings>[] = [
  {
    name: "map",
    title: "A map of digits",
    hint: "Train a while, then drag over the plane under “From code to picture”, and draw a digit of your own: the map shows where it belongs.",
    values: { kind: "variational", code: 2, hidden: 256 },
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
