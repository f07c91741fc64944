import type { BuiltLayer } from "../layers/layer.js";
import type { Parameter } from "../layers/parameter.js";
import type { Shape } from "../layers/shape.js";
import type { StackLayer } from "./stack.js";

/** A layer that computes something, with its parameters and kernel calls. */
export interface NetworkLayer extends StackLayer {
  /** Its index in the stack. */
  readonly index: number;
  /** What it takes: of a layer that repeats its input itself, the input. */
  readonly inputShape: Shape;
  /** All its parameters, by their names within the layer. */
  readonly parameters: Readonly<Record<string, Parameter>>;
  /** The same as pairs, for what is done after each epoch. */
  readonly named: readonly (readonly [name: string, parameter: Parameter])[];
  /** Room for the largest absolute values of the parameters: small networks have no time for a new object per epoch. */
  readonly largest: Record<string, number>;
  /** The parameters that belong to this layer alone. */
  readonly owned: readonly Parameter[];
  readonly calls: BuiltLayer;
}
