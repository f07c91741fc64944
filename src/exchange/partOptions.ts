import { knownKeys, oneOf } from "../common/check.js";

/** Which part of a model to export. */
export interface PartOptions {
  /**
   * `"model"` (default): from samples to reconstructions; `"encoder"`: from samples to codes; `"decoder"`: from codes to
   * reconstructions. The model's own scaling belongs to the halves: before the encoder, and after the decoder.
   */
  readonly part?: "model" | "encoder" | "decoder";
}

/** @throws {ArgumentError} for anything but the options above */
export function checkPart(name: string, options: PartOptions): "model" | "encoder" | "decoder" {
  knownKeys(name, options, ["part"]);
  return oneOf("part", options.part ?? "model", ["model", "encoder", "decoder"]);
}
