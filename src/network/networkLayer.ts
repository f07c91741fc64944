import type { BuiltLayer } from "../layers/layer.js";
import type { Parameter } from "../layers/parameter.js";
import type { StackLayer } from "./stack.js";

/** A layer that computes something, with its parameters and kernel calls. */
export interface NetworkLayer extends StackLayer {
  /** All its parameters, by their names within the layer. */
  readonly parameters: Readonly<Record<string, Parameter>>;
  /** The parameters that belong to this layer alone. */
  readonly owned: readonly Parameter[];
  readonly calls: BuiltLayer;
}
