import type { BuiltLayer } from "../layers/layer.js";
import type { Parameter } from "../layers/parameter.js";
import type { StackLayer } from "./stack.js";

/** A layer that calculates something, with its parameters and calls. */
export interface NetworkLayer extends StackLayer {
  /** All its parameters, by its own names for them. */
  readonly parameters: Readonly<Record<string, Parameter>>;
  /** Those of them that no other layer has. */
  readonly owned: readonly Parameter[];
  readonly calls: BuiltLayer;
}
