import {
  type Autoencoder,
  type AutoencoderOptions,
  dense,
  type Layer,
  l1,
  l2,
  type Optimizer,
} from "../../index.js";
import type { RunSettings } from "./runSettings.js";
import type { SpiralSettings } from "./spiralSettings.js";

/** The model of the settings: two coordinates → hidden layers → the code → hidden layers → two coordinates. */
export function modelOptions(settings: RunSettings): AutoencoderOptions {
  const { hidden, encoderActivation, decoderActivation, optimizer, learningRate, seed } = settings;
  const { weightPenalty, codePenalty, penalty = "l2", code = 1 } = settings;
  const penalized = weightPenalty > 0 ? { kernelPenalty: (penalty === "l1" ? l1 : l2)(weightPenalty) } : {};
  const sparse = codePenalty > 0 ? { activityPenalty: l1(codePenalty) } : {};
  return {
    inputSize: 2,
    encoder: [
      ...hidden.map((units) => dense(units, encoderActivation, penalized)),
      dense(code, "linear", { initializer: "zeros", ...penalized, ...sparse }),
    ],
    decoder: [
      ...hidden.toReversed().map((units) => dense(units, decoderActivation, penalized)),
      dense(2, "linear", penalized),
    ],
    scaling: "standard",
    // The library fills in the optimizer's other options.
    optimizer: { kind: optimizer, learningRate } as Optimizer,
    seed,
  };
}

/** The settings that a model stands for, as far as it can be said with them. */
export function settingsOf({ description }: Pick<Autoencoder, "description">): Partial<SpiralSettings> {
  const { encoder, decoder, optimizer } = description;
  const [encoded, decoded] = [encoder.slice(0, -1), decoder.slice(0, -1)].map(hiddenOf);
  const mirrored = encoded?.units.toReversed().join() === decoded?.units.join();
  return {
    ...(encoded && mirrored && { hidden: encoded.units }),
    ...(encoded?.activation && { encoderActivation: encoded.activation }),
    ...(decoded?.activation && { decoderActivation: decoded.activation }),
    optimizer: optimizer.kind,
    ...(typeof optimizer.learningRate === "number" && { learningRate: optimizer.learningRate }),
  };
}

/** Widths of dense layers and their activation, if all have the same; undefined if there are others. */
function hiddenOf(layers: readonly Layer[]) {
  const dense = layers.filter((layer) => layer.kind === "dense");
  if (dense.length < layers.length) return undefined;
  const [first] = dense;
  const same = dense.every(({ activation }) => activation === first?.activation);
  return { units: dense.map(({ units }) => units), activation: same ? first?.activation : undefined };
}
