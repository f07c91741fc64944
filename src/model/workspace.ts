import type { Address, Block } from "../engine/memory.js";
import type { Blocks } from "./blocks.js";
import type { NetworkLayer } from "./network.js";

/** Activations of a batch: one block, with the input and every layer's output in it, [rows, units] each. */
export class Workspace {
  /** The most rows that it has room for. */
  readonly rows: number;
  /** Floats of a row, of the input and all layers. */
  readonly columns: number;
  /** The batch. */
  readonly input: Address;
  readonly #block: Block;
  readonly #own: number;
  readonly #outputs: number[] = [];

  /**
   * @param blocks what the block is one of, and is given back with
   * @param input where the batch is, if it has no room in the block
   */
  constructor(blocks: Blocks, layers: readonly NetworkLayer[], rows: number, input?: Address) {
    this.rows = rows;
    this.columns = layers.reduce((sum, { units }) => sum + units, layers[0]!.inputs);
    let bytes = 0;
    const take = (columns: number) => {
      const offset = bytes;
      bytes += Math.ceil((rows * columns * 4) / 64) * 64;
      return offset;
    };
    for (const { units } of layers) this.#outputs.push(take(units));
    const own = input === undefined ? take(layers[0]!.inputs) : 0;
    this.#block = blocks.allocate(bytes);
    this.input = input ?? this.#block.at(own);
    this.#own = own;
  }

  /** What layer `index` gives; layer −1 gives the input. */
  output(index: number): Address {
    return index < 0 ? this.input : this.#block.at(this.#outputs[index]);
  }

  /** A live view of `length` floats of what layer `index` gives. */
  outputValues(index: number, length: number): Float32Array {
    return this.#block.floats(index < 0 ? this.#own : this.#outputs[index], length);
  }
}
