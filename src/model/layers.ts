import { boolean, integer, knownKeys, oneOf, show } from "../check.js";
import { ArgumentError } from "../errors.js";
import { ACTIVATION_NAMES, type ActivationName } from "./activations.js";
import { INITIALIZER_NAMES, type InitializerName } from "./initializers.js";
import { type Penalty, toPenalty } from "./penalties.js";

/** A fully connected layer: y = activation(W·x + b). */
export interface DenseLayer {
  readonly kind: "dense";
  /** Width of the output. */
  readonly units: number;
  readonly activation: ActivationName;
  /** What W is drawn from; b starts at zero. */
  readonly initializer: InitializerName;
  /** Whether there is a b. */
  readonly bias: boolean;
  /** What W adds to the loss, if anything. */
  readonly kernelPenalty?: Penalty;
}

/** Any layer that a model can be made of. */
export type Layer = DenseLayer;

/** Further options of `dense`. */
export interface DenseOptions {
  /** What the weights are drawn from; default `"glorotUniform"`, as in Keras. */
  initializer?: InitializerName;
  /** Whether the layer has a bias; default true. */
  bias?: boolean;
  /** What the weights add to the loss: `l1(1e-4)`, `l2(1e-4)` or `l1l2({ … })`; default nothing. */
  kernelPenalty?: Penalty;
}

/**
 * A fully connected layer.
 *
 * @param units width of the output, a positive integer
 * @param activation a name (see `ActivationName`); default `"linear"`
 * @throws {ArgumentError} for anything else
 */
export function dense(
  units: number,
  activation: ActivationName = "linear",
  options: DenseOptions = {},
): DenseLayer {
  knownKeys("dense", options, ["initializer", "bias", "kernelPenalty"]);
  const { kernelPenalty } = options;
  return {
    kind: "dense",
    units: integer("units of a dense layer", units),
    activation: oneOf("activation", activation, ACTIVATION_NAMES),
    initializer: oneOf("initializer", options.initializer ?? "glorotUniform", INITIALIZER_NAMES),
    bias: boolean("bias", options.bias ?? true),
    ...(kernelPenalty !== undefined && { kernelPenalty: toPenalty("kernelPenalty", kernelPenalty) }),
  };
}

/** Checks a layer that came from outside (a caller without types, a file) and returns a clean copy of it. */
export function checkLayer(name: string, layer: unknown): Layer {
  if (typeof layer !== "object" || layer === null) {
    throw new ArgumentError(`${name} must be a layer such as dense(32, "relu"), not ${show(layer)}`);
  }
  const { kind, units, activation, ...options } = layer as DenseLayer;
  oneOf(`kind of ${name}`, kind, ["dense"]);
  return dense(units, activation, options);
}
