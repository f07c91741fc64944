import { counted } from "./numberText.js";
import type { Subject } from "./subject.js";

/** The loss, and whether it is a sum or a mean, as axes have it. */
export function nameOfLoss({ description: { loss, latent }, scaling, inputSize }: Subject["model"]): string {
  const name = typeof loss === "string" ? loss : loss.kind;
  const values = `${counted(inputSize)}${scaling ? " scaled" : ""} values`;
  return latent ? `${name}, sum of ${values} + KL` : `${name}, mean of ${values}`;
}
