import { knownKeys, oneOf } from "../common/check.js";
import { Matrix } from "../data/matrix.js";
import type { Rows } from "../data/samples.js";
import type { Work } from "../engine/turns.js";
import type { Network } from "../network/network.js";
import { forEachBlock, lossesOf } from "../training/predict.js";

/** The units of reconstruction errors. */
export interface ErrorUnits {
  /**
   * `"scaled"` (default): the units in which the model learns, where all columns have similar weight. `"original"`: the
   * samples' own units. They differ only if the model has a `scaling`.
   */
  units?: Units;
}

type Units = "scaled" | "original";

/** @throws {ArgumentError} for an unknown option or unknown units */
export function checkUnits(options: ErrorUnits): Units {
  knownKeys("reconstructionError", options, ["units"]);
  return oneOf("units", options.units ?? "scaled", ["scaled", "original"]);
}

/** Mean squared error of each row's reconstruction. */
export function* rowErrorsOf(network: Network, samples: Rows, units: Units): Work<Float32Array> {
  if (units === "scaled" || !network.scaling) {
    return new Float32Array(yield* lossesOf(network, "meanSquaredError", samples));
  }
  const result = new Float32Array(samples.rows);
  yield* forEachRow(network, samples, units, (row, errors) => {
    let sum = 0;
    for (const error of errors) sum += error;
    result[row] = sum / errors.length;
  });
  return result;
}

/** Squared error of each value of each row's reconstruction. */
export function* featureErrorsOf(network: Network, samples: Rows, units: Units): Work<Matrix> {
  const { rows, columns } = samples;
  const result = new Float32Array(rows * columns);
  yield* forEachRow(network, samples, units, (row, errors) => {
    result.set(errors, row * columns);
  });
  return new Matrix(result, rows, columns);
}

/** Passes each row's squared errors to the callback; the array is reused. */
function* forEachRow(
  network: Network,
  samples: Rows,
  units: Units,
  take: (row: number, errors: Float64Array) => void,
): Work<void> {
  const { columns } = samples;
  const errors = new Float64Array(columns);
  yield* forEachBlock(network, network.layers, { kind: "output" }, samples, (inference, first, count) => {
    const scale = units === "original" ? network.scaling?.parameters?.scale : undefined;
    const input = inference.input(count);
    const output = inference.output(count);
    for (let row = 0; row < count; row++) {
      for (let j = 0; j < columns; j++) {
        const difference = (output[row * columns + j]! - input[row * columns + j]!) * (scale ? scale[j]! : 1);
        errors[j] = difference * difference;
      }
      take(first + row, errors);
    }
  });
}
