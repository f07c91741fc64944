import {
  type AutoencoderOptions,
  adadelta,
  adagrad,
  adam,
  adamw,
  dense,
  nadam,
  type Optimizer,
  type OptimizerName,
  rmsprop,
  sgd,
} from "../../index.js";
import type { SpiralSettings } from "./settings.js";

const OPTIMIZERS: Record<OptimizerName, (options: { learningRate: number }) => Optimizer> = {
  sgd,
  adam,
  adamw,
  nadam,
  rmsprop,
  adagrad,
  adadelta,
};

/** The model that settings ask for: two coordinates, hidden layers, one number, hidden layers, two coordinates. */
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
    optimizer: OPTIMIZERS[optimizer]({ learningRate }),
    seed,
  };
}
