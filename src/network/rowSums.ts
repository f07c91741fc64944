import type { Blocks } from "../engine/blocks.js";
import type { Address, Block } from "../engine/memory.js";
import type { Parameter } from "./network.js";

/** One float64 for each row of some of the parameters, one parameter after the other: sums that threads divide. */
export class RowSums {
  /** How many there are. */
  readonly count: number;
  readonly #block: Block;
  readonly #firsts = new Map<Parameter, number>();

  /** @param blocks what the block is one of, and is given back with */
  constructor(blocks: Blocks, parameters: readonly Parameter[]) {
    let count = 0;
    for (const parameter of parameters) {
      this.#firsts.set(parameter, count);
      count += parameter.rows;
    }
    this.count = count;
    this.#block = blocks.allocate(count * 8);
  }

  /** Address of the first row of a parameter; of all of them without one. */
  at(parameter?: Parameter): Address {
    return this.#block.at(parameter && this.#firsts.get(parameter)! * 8);
  }

  /** The sum of all, in their order. */
  total(): number {
    let sum = 0;
    for (const value of this.#block.doubles(0, this.count)) sum += value;
    return sum;
  }
}
