import type { Address, Block } from "../engine/memory.js";
import type { Blocks } from "./blocks.js";
import type { NetworkLayer } from "./network.js";

/** Activations of a batch: one block, with the input and every layer's output in it, [rows, units] each. */
export class Workspace {
  /** The most rows that it has room for. */
  readonly rows: number;
  readonly #block: Block;
  readonly #input: number;
  readonly #outputs: number[] = [];

  /** @param blocks what the block is one of, and is given back with */
  constructor(blocks: Blocks, layers: readonly NetworkLayer[], rows: number) {
    this.rows = rows;
    let bytes = 0;
    const take = (columns: number) => {
      const offset = bytes;
      bytes += Math.ceil((rows * columns * 4) / 64) * 64;
      return offset;
    };
    this.#input = take(layers[0]!.inputs);
    for (const { units } of layers) this.#outputs.push(take(units));
    this.#block = blocks.allocate(bytes);
  }

  /** The batch. */
  get input(): Address {
    return this.#block.at(this.#input);
  }

  /** What layer `index` gives; layer −1 gives the input. */
  output(index: number): Address {
    return index < 0 ? this.input : this.#block.at(this.#outputs[index]);
  }

  /** A live view of `length` floats of what layer `index` gives. */
  outputValues(index: number, length: number): Float32Array {
    return this.#block.floats(index < 0 ? this.#input : this.#outputs[index], length);
  }
}
