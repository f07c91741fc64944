import type { ActivationAlias, ActivationName } from "../../layers/activations.js";
import type { Shape } from "../../layers/shape.js";

/** What a state dict does not say. */
export interface StateDictOptions {
  /** Shape of a sample, channels last: [28, 28, 1] for convolutions, [steps, features] for recurrent layers. */
  readonly inputShape?: Shape | undefined;
  /**
   * The activation after each hidden layer, or one for every dense and convolutional layer; default: relu after hidden
   * layers, none after the code and the last one.
   */
  readonly activation?:
    | ActivationName
    | ActivationAlias
    | readonly (ActivationName | ActivationAlias)[]
    | undefined;
  /** Names of modules in the order in which they calculate; default: by their names. */
  readonly order?: readonly string[] | undefined;
  /** `stride` of the convolutions, one for all or one each. */
  readonly strides?: number | readonly number[] | undefined;
  /** `padding` of the convolutions. */
  readonly padding?: number | readonly number[] | undefined;
  /** `output_padding` of the transposed convolutions; default 0. */
  readonly outputPadding?: number | readonly number[] | undefined;
}
