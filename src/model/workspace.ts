import type { Address, Block } from "../engine/memory.js";
import { needsInput } from "./activations.js";
import type { Blocks } from "./blocks.js";
import type { NetworkLayer } from "./network.js";

/**
 * Activations of a batch: one block, with the input and every layer's output in it, [rows, units] each, and z of those
 * layers whose derivative needs it.
 */
export class Workspace {
  /** The most rows that it has room for. */
  readonly rows: number;
  readonly #block: Block;
  readonly #input: number;
  readonly #outputs: number[] = [];
  readonly #preactivations: number[];

  /**
   * @param blocks what the block is one of, and is given back with
   * @param forBackward whether z is kept where the backward pass needs it
   */
  constructor(blocks: Blocks, layers: readonly NetworkLayer[], rows: number, forBackward = false) {
    this.rows = rows;
    let bytes = 0;
    const take = (columns: number) => {
      const offset = bytes;
      bytes += Math.ceil((rows * columns * 4) / 64) * 64;
      return offset;
    };
    this.#input = take(layers[0]!.inputs);
    for (const { units } of layers) this.#outputs.push(take(units));
    this.#preactivations = layers.map(({ layer, units }, index) =>
      forBackward && needsInput(layer.activation) ? take(units) : this.#outputs[index]!,
    );
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

  /** z of layer `index`; the same place as its output where nobody needs z any more once there is an output. */
  preactivation(index: number): Address {
    return this.#block.at(this.#preactivations[index]);
  }

  /** A live view of `length` floats of what layer `index` gives. */
  outputValues(index: number, length: number): Float32Array {
    return this.#block.floats(index < 0 ? this.#input : this.#outputs[index], length);
  }
}
