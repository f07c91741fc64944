import { type AutoencoderOptions, dense, type Optimizer } from "../../index.js";
import type { SpiralSettings } from "./spiralSettings.js";

/** The model of the settings: two coordinates → hidden layers → one number → hidden layers → two coordinates. */
export function modelOptions(settings: SpiralSettings): AutoencoderOptions {
  const { hidden, encoderActivation, decoderActivation, optimizer, learningRate, seed } = settings;
  return {
    inputSize: 2,
    encoder: [
      ...hidden.map((units) => dense(units, encoderActivation)),
      dense(1, "linear", { initializer: "zeros" }),
    ],
    decoder: [...hidden.toReversed().map((units) => dense(units, decoderActivation)), dense(2)],
    scaling: "standard",
    // The library fills in the optimizer's other options.
    optimizer: { kind: optimizer, learningRate } as Optimizer,
    seed,
  };
}
