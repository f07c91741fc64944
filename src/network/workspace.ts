import type { Blocks } from "../engine/blocks.js";
import type { Address, Block } from "../engine/memory.js";
import { needsInput } from "../layers/activations.js";
import type { NetworkLayer } from "./network.js";

/** What a workspace has room for beside the input and the layers' outputs. */
export interface WorkspaceExtras {
  /** Whether what a layer passes on is kept apart from its output; default never. */
  readonly passes?: (layer: NetworkLayer) => boolean;
  /** Whether the first layer gets another input than the batch itself; default false. */
  readonly corrupted?: boolean;
  /** Whether z is kept where the backward pass needs it; default false. */
  readonly forBackward?: boolean;
  /** Where the batch is, if it has no room in the block. */
  readonly input?: Address;
}

/**
 * Activations of a batch: one block, with the input and every layer's output in it, [rows, units] each, and z of those
 * layers whose derivative needs it.
 */
export class Workspace {
  /** The most rows that it has room for. */
  readonly rows: number;
  readonly #block: Block;
  /** Floats of a row, of the input and all layers, every z that is kept included. */
  readonly columns: number;
  /** The batch. */
  readonly input: Address;
  /** What the first layer gets: the batch, corrupted if that is kept apart. */
  readonly #firstInput: Address;
  readonly #own: number;
  readonly #outputs: number[] = [];
  readonly #preactivations: number[] = [];
  readonly #passed: (number | undefined)[] = [];

  /** @param blocks what the block is one of, and is given back with */
  constructor(blocks: Blocks, layers: readonly NetworkLayer[], rows: number, extras: WorkspaceExtras = {}) {
    this.rows = rows;
    let bytes = 0;
    const take = (columns: number) => {
      const offset = bytes;
      bytes += Math.ceil((rows * columns * 4) / 64) * 64;
      return offset;
    };
    const { inputs } = layers[0]!;
    const keeps = ({ layer }: NetworkLayer) => extras.forBackward === true && needsInput(layer.activation);
    this.columns = layers.reduce((sum, layer) => sum + layer.units * (keeps(layer) ? 2 : 1), inputs);
    this.#own = extras.input === undefined ? take(inputs) : 0;
    const corrupted = extras.corrupted ? take(inputs) : undefined;
    for (const layer of layers) {
      const output = take(layer.units);
      this.#outputs.push(output);
      this.#preactivations.push(keeps(layer) ? take(layer.units) : output);
      this.#passed.push(extras.passes?.(layer) ? take(layer.outputs) : undefined);
    }
    this.#block = blocks.allocate(bytes);
    this.input = extras.input ?? this.#block.at(this.#own);
    this.#firstInput = corrupted === undefined ? this.input : this.#block.at(corrupted);
  }

  /** What layer `index` gives; layer −1 gives the input. */
  output(index: number): Address {
    return index < 0 ? this.input : this.#block.at(this.#outputs[index]);
  }

  /** z of layer `index`; the same place as its output where nobody needs z any more once there is an output. */
  preactivation(index: number): Address {
    return this.#block.at(this.#preactivations[index]);
  }

  /** Whether what layer `index` passes on is kept apart from its output. */
  isPassedApart(index: number): boolean {
    return this.#passed[index] !== undefined;
  }

  /** What the layer after layer `index` gets; that after layer −1 gets the input, corrupted if that is kept apart. */
  passed(index: number): Address {
    return index < 0 ? this.#firstInput : this.#block.at(this.#passed[index] ?? this.#outputs[index]);
  }

  /** A live view of `length` floats of what layer `index` gives. */
  outputValues(index: number, length: number): Float32Array {
    return this.#block.floats(index < 0 ? this.#own : this.#outputs[index], length);
  }
}
