import type { Storage } from "../engine/storage.js";
import type { Tensor } from "../engine/tensor.js";
import type { Parameter } from "../layers/parameter.js";

/** One float64 for each row of some parameters, one parameter after the other: sums that are divided among threads. */
export class RowSums {
  /** The sums of all parameters. */
  readonly all: Tensor<Float64Array>;
  readonly #firsts = new Map<Parameter, number>();

  /** @param storage owns the memory */
  constructor(storage: Storage, parameters: readonly Parameter[]) {
    let count = 0;
    for (const parameter of parameters) {
      this.#firsts.set(parameter, count);
      count += parameter.rows;
    }
    this.all = storage.doubles(count);
  }

  /** The sums of one parameter. */
  of(parameter: Parameter): Tensor<Float64Array> {
    return this.all.part(this.#firsts.get(parameter)!, parameter.rows);
  }

  /** The sum over all rows, added in order. */
  total(): number {
    let sum = 0;
    for (const value of this.all.values) sum += value;
    return sum;
  }
}
