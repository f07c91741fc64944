import { show } from "../common/check.js";
import { ArgumentError, NonFiniteError, ShapeError } from "../common/errors.js";
import { toValues } from "../data/values.js";
import { showShape } from "../formats/typedArrays.js";
import type { ParameterShape } from "../layers/parameter.js";
import type { Network } from "./network.js";

/** One array of weights. */
export interface NamedWeight {
  /** As PyTorch would name it: `encoder.0.weight`, `decoder.0.bias`. Layers with weights are counted from 0. */
  readonly name: string;
  /** [out, in] for a weight matrix, [out] for a bias. */
  readonly shape: readonly number[];
  /** Row-major. */
  readonly data: Float32Array;
}

/** Returns copies of all weights. */
export function readWeights(network: Network): NamedWeight[] {
  return network.parameters.map((parameter) => ({
    name: parameter.name,
    shape: parameter.shape,
    data: parameter.read(network.values),
  }));
}

/** An array of weights as given by the user, of any type. */
type GivenWeight = Omit<NamedWeight, "data"> & { readonly data: unknown };

/**
 * Replaces all weights. Checks everything before writing anything.
 *
 * @param weights what `readWeights` gives, in any order
 * @throws what `checkWeights` throws
 */
export function writeWeights(network: Network, weights: readonly GivenWeight[]): void {
  loadWeights(network, checkWeights(network.parameters, weights));
}

/** Replaces all weights by arrays that have been checked, in the order of the network's parameters. */
export function loadWeights(network: Network, checked: readonly Float32Array[]): void {
  fillParameters(network, network.values, checked);
  network.pack();
}

/** Writes arrays, in the order of the network's parameters, to where `values` has them. */
export function fillParameters(
  network: Network,
  values: Float32Array,
  arrays: readonly Float32Array[],
): void {
  network.parameters.forEach((parameter, index) => {
    parameter.write(values, arrays[index]!);
  });
}

/**
 * The weights' data in the order of a model's parameters.
 *
 * @throws {ShapeError} for a missing or unexpected name, or a wrong shape
 * @throws {NonFiniteError} for NaN or infinite values
 * @throws {ArgumentError} for anything else that is no weight
 */
export function checkWeights(
  parameters: readonly ParameterShape[],
  weights: readonly GivenWeight[],
): Float32Array[] {
  if (!Array.isArray(weights)) throw new ArgumentError(`weights must be an array, not ${show(weights)}`);
  weights.forEach((weight: unknown, index) => {
    if (typeof weight !== "object" || weight === null) {
      throw new ArgumentError(
        `weights[${index}] must be an object { name, shape, data }, not ${show(weight)}`,
      );
    }
  });
  const given = new Map(weights.map((weight) => [weight.name, weight]));
  const expected = new Set(parameters.map(({ name }) => name));
  for (const name of given.keys()) {
    if (!expected.has(name)) throw new ShapeError(`the model has no weight named ${show(name)}`);
  }
  if (given.size !== weights.length) throw new ShapeError("a weight is named twice");
  return parameters.map((parameter) => checkWeight(parameter, given.get(parameter.name)));
}

function checkWeight({ name, shape }: ParameterShape, weight: GivenWeight | undefined): Float32Array {
  if (!weight) throw new ShapeError(`the weight ${show(name)} is missing`);
  const { data } = weight;
  if (!Array.isArray(weight.shape)) {
    throw new ArgumentError(`the shape of ${show(name)} must be an array, not ${show(weight.shape)}`);
  }
  const values = toValues(data);
  if (!(values instanceof Float32Array) || values.buffer !== (data as Float32Array).buffer) {
    throw new ArgumentError(`the data of ${show(name)} must be a Float32Array, not ${show(data)}`);
  }
  const size = shape.reduce((product, n) => product * n, 1);
  if (
    weight.shape.length !== shape.length ||
    weight.shape.some((n, i) => n !== shape[i]) ||
    values.length !== size
  ) {
    throw new ShapeError(
      `${show(name)} has shape ${showShape(weight.shape)} and ${values.length} elements, ` +
        `but the model's has shape [${shape.join(", ")}]`,
    );
  }
  const bad = values.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0)
    throw new NonFiniteError(`element ${bad} of ${show(name)} is ${values[bad]}; weights must be finite`);
  return values;
}
