import type { Preset } from "../shared/presets.js";
import type { TrainingSettings } from "./tableSettings.js";

export const PRESETS: readonly Preset<TrainingSettings>[] = [
  {
    name: "csv",
    title: "Your own CSV",
    hint: "Drop a file on the page, then press “Find odd rows”. It is read and searched in this page; nothing leaves your machine.",
    values: {},
  },
  {
    name: "pumps",
    title: "Readings of pumps",
    hint: "A table of the page’s own: readings of three pumps, ten of which are wrong. Press “Find odd rows”, and see which, and why.",
    values: {},
  },
];
