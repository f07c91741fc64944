import type { Preset } from "../shared/presets.js";
import type { SpiralSettings } from "./spiralSettings.js";

export const PRESETS: readonly Preset<SpiralSettings>[] = [
  {
    name: "unroll",
    title: "Unroll the spiral",
    hint: "Press Start. For some 90 epochs the loss stays where the best straight line leaves it; then the decoder finds the first bend, and follows the spiral from there.",
    values: {},
  },
  {
    name: "three-turns",
    title: "Three turns",
    hint: "Hard: lines that lie close together belong to codes far apart, and a short cut between them hardly ever goes away. What helps: three times the rate, more points, little noise, and time. Expect a rank correlation of some 0.8, not 1: a part of a turn stays out of order, and another seed changes which.",
    values: { turns: 3, points: 1000, noise: 0.1, learningRate: 0.003, epochs: 800 },
  },
];
