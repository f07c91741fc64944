import { type Autoencoder, Matrix } from "../../index.js";
import type { Anatomy, ModelNumber } from "./spiralMessages.js";

/** The part of the plane that heat maps show, from both sides; points lie between 0 and 1. */
export const PLANE = { low: -0.1, high: 1.1 };

/** The centres of the fields of a grid over the plane, row by row from the top. */
export function gridPoints(side: number): Float32Array {
  const points = new Float32Array(2 * side * side);
  const at = (index: number) => PLANE.low + ((index + 0.5) * (PLANE.high - PLANE.low)) / side;
  for (let i = 0; i < side * side; i++) {
    points[2 * i] = at(i % side);
    points[2 * i + 1] = at(side - 1 - Math.floor(i / side));
  }
  return points;
}

/**
 * What each unit of a small model does, layer by layer from the input to the output. Call it between two training steps.
 *
 * @param side of the grid of inputs
 * @param probe an input to follow
 */
export function anatomyOf(model: Autoencoder, side: number, probe: readonly [number, number]): Anatomy {
  const grid = gridPoints(side);
  const inputs = new Matrix(Float32Array.of(...grid, ...probe), grid.length / 2 + 1, 2);
  const { encoder, decoder } = model.description;
  const hidden = [
    ...encoder.map((_, index) => `encoder[${index}]`),
    ...decoder.slice(0, -1).map((_, index) => `decoder[${index}]`),
  ].map((layer) => model.activationsSync(inputs, { layer }));
  const parameters = model.getWeights();
  const layers = [inputs, ...hidden, model.reconstructSync(inputs)];
  return {
    side,
    layers: layers.map(({ data, columns }) => unitsOf(data, columns, side * side)),
    probe: layers.map(({ data, columns }) => data.slice(side * side * columns)),
    weights: numbersOf(parameters, "weight"),
    biases: numbersOf(parameters, "bias"),
  };
}

/** The weights or the biases of a model of dense layers, one array for each layer. */
export function numbersOf(
  parameters: readonly { readonly shape: readonly number[]; readonly data: Float32Array }[],
  what: ModelNumber["what"],
): Float32Array[] {
  const rank = what === "weight" ? 2 : 1;
  return parameters.filter(({ shape }) => shape.length === rank).map(({ data }) => data);
}

/** The outputs of one unit after the other, for each field of the grid. */
function unitsOf(outputs: Float32Array, units: number, fields: number): Float32Array {
  const sorted = new Float32Array(units * fields);
  for (let unit = 0; unit < units; unit++) {
    for (let field = 0; field < fields; field++) {
      sorted[unit * fields + field] = outputs[field * units + unit]!;
    }
  }
  return sorted;
}
