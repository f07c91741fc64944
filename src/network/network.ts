import { NARROW, STREAM_INITIALIZATION } from "../../assembly/abi.js";
import type { Scaling } from "../data/scaling.js";
import { Blocks } from "../engine/blocks.js";
import type { Engine } from "../engine/engine.js";
import type { Address, Block } from "../engine/memory.js";
import type { Plan, PlanBuilder } from "../engine/plan.js";
import { distribution } from "../layers/initializers.js";
import { type Seed, seedWords } from "../math/seed.js";
import type { ParameterShape } from "./description.js";
import { PreparedInferences } from "./preparedInferences.js";
import type { Stack, StackLayer } from "./stack.js";

/** Floats between the parts of a block, so that each begins on a cache line. */
const ALIGNMENT = 16;

/**
 * One array of parameters and where it stands in the parameter block. A weight matrix [out, in] is kept with its
 * longer side as rows: then the operand that has to be packed for its gradient is the smaller of the two, and the
 * rows can be divided among threads.
 */
export interface Parameter extends ParameterShape {
  /** In floats, from the start of the block. */
  readonly offset: number;
  /** Rows and columns as kept. */
  readonly rows: number;
  readonly columns: number;
  /** Whether it is kept as [in, out]. */
  readonly transposed: boolean;
}

/** A layer with everything that a plan needs to know of it. */
export interface NetworkLayer extends StackLayer {
  readonly weight: Parameter;
  readonly bias: Parameter | undefined;
  /** Where W is packed for the forward product, in floats from the start of the pack block. */
  readonly forwardPack: number;
  /** Where W is packed for δ·W; −1 for the first layer, whose input needs no gradient. */
  readonly backwardPack: number;
  /** Whether it has so few inputs and units that the narrow kernels calculate it. */
  readonly narrow: boolean;
}

/** Bytes from one unit and from one input to the next in a weight matrix as it is kept. */
export function stepsOf({ columns, transposed }: Parameter): { unitStep: number; inputStep: number } {
  const [unitStep, inputStep] = transposed ? [4, columns * 4] : [columns * 4, 4];
  return { unitStep, inputStep };
}

/** A stack of layers with its parameters in the engine's memory. */
export class Network {
  readonly engine: Engine;
  readonly inputSize: number;
  /** What is done to samples before the first layer, and undone after the last one. */
  readonly scaling: Scaling | undefined;
  readonly layers: readonly NetworkLayer[];
  /** How many of the layers are the encoder. */
  readonly encoderDepth: number;
  readonly parameters: readonly Parameter[];
  /** Floats in the parameter block; gradients and moments are laid out alike. */
  readonly parameterSize: number;
  /** A live view of the whole parameter block, as kept. */
  readonly values: Float32Array;
  /** Forward passes of its layers that are ready for the next call. */
  readonly prepared = new PreparedInferences(this);
  readonly #blocks: Blocks;
  readonly #parameterBlock: Block;
  readonly #packBlock: Block;
  readonly #zeros: Block;
  readonly #repack: Plan;

  constructor(engine: Engine, { inputSize, encoderDepth, layers }: Stack, scaling?: Scaling) {
    this.engine = engine;
    this.inputSize = inputSize;
    this.scaling = scaling;
    this.encoderDepth = encoderDepth;
    const layout = new Layout(engine);
    this.layers = layout.layers(layers);
    this.parameters = this.layers.flatMap(({ weight, bias, tiedTo }) => [
      ...(tiedTo === undefined ? [weight] : []),
      ...(bias ? [bias] : []),
    ]);
    this.parameterSize = layout.parameters;
    const widest = Math.max(inputSize, ...this.layers.map(({ units }) => units));
    const blocks = new Blocks(engine.memory);
    this.#blocks = blocks;
    this.#parameterBlock = blocks.allocate(layout.parameters * 4);
    this.values = this.#parameterBlock.floats();
    this.#packBlock = blocks.allocate(layout.packs * 4);
    this.#zeros = blocks.allocate(widest * 4);
    const plan = engine.plan();
    for (const layer of this.layers) this.addPacking(plan, layer);
    this.#repack = blocks.add(() => plan.build(engine.memory));
  }

  /** Width of the code. */
  get latentSize(): number {
    return this.layers[this.encoderDepth - 1]!.outputs;
  }

  /** Address of a parameter. */
  at(parameter: Parameter): Address {
    return this.#parameterBlock.at(parameter.offset * 4);
  }

  /** Address of packed weights. */
  packAt(offset: number): Address {
    return this.#packBlock.at(offset * 4);
  }

  /** What a sum that begins at zero is seeded from; as many zeros as any layer is wide. */
  get zeros(): Address {
    return this.#zeros.at();
  }

  /** Adds the calls that pack a layer's weights for the products; divided as the optimizer's work is. */
  addPacking(plan: PlanBuilder, layer: NetworkLayer): void {
    if (layer.narrow) return;
    const { inputs, units, weight, forwardPack, backwardPack } = layer;
    const source = this.at(weight);
    if (weight.transposed) {
      plan.packRows(inputs, units, source, this.packAt(forwardPack));
      if (backwardPack >= 0) plan.packTransposed(inputs, units, source, this.packAt(backwardPack));
    } else {
      plan.packTransposed(units, inputs, source, this.packAt(forwardPack));
      if (backwardPack >= 0) plan.packRows(units, inputs, source, this.packAt(backwardPack));
    }
  }

  /** Draws new weights; biases become zero. */
  initialize(seed: Seed): void {
    const { kernels, memory, scratch } = this.engine;
    const [low, high] = seedWords(seed);
    this.layers.forEach(({ layer, inputs, units, outputs, weight, bias, tiedTo }, index) => {
      if (bias) this.write(bias, new Float32Array(units));
      if (tiedTo !== undefined) return;
      const drawn = distribution(layer.initializer, inputs, outputs);
      const block = memory.allocate(inputs * units * 4);
      const from = [low, high, STREAM_INITIALIZATION, 0, index, scratch] as const;
      if (drawn.kind === "uniform") {
        kernels.randomUniform(block.at(), inputs * units, -drawn.limit, drawn.limit, ...from);
      } else if (drawn.kind === "normal") {
        kernels.randomNormal(block.at(), inputs * units, 0, drawn.deviation, ...from);
      }
      this.write(weight, block.floats());
      block.release();
    });
    this.pack();
  }

  /** A copy of a parameter, or of what is laid out as the parameters are, in its public shape. */
  read(parameter: Parameter, values = this.values): Float32Array {
    const { rows, columns, offset, transposed } = parameter;
    const kept = values.subarray(offset, offset + rows * columns);
    return transposed ? transpose(kept, rows, columns) : new Float32Array(kept);
  }

  /** Replaces a parameter, given in its public shape. Call `pack` afterwards. */
  write(parameter: Parameter, data: Float32Array, values = this.values): void {
    const { rows, columns, offset, transposed } = parameter;
    values.set(transposed ? transpose(data, columns, rows) : data, offset);
  }

  /** Packs all weights anew after they were changed from outside. */
  pack(): void {
    this.engine.run(this.#repack);
  }

  /** Gives all memory back. */
  release(): void {
    this.prepared.release();
    this.#blocks.release();
  }
}

/** Lays parameters and packed weights out, one after the other. */
class Layout {
  readonly #engine: Engine;
  parameters = 0;
  packs = 0;
  #first = true;

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  layers(stack: readonly StackLayer[]): NetworkLayer[] {
    const built: NetworkLayer[] = [];
    // The narrow kernels neither add to a gradient nor leave the rest of a row alone.
    const plain = stack.every(({ tiedTo, units, outputs }) => tiedTo === undefined && units === outputs);
    for (const layer of stack) {
      const shared = layer.tiedTo === undefined ? undefined : built[layer.tiedTo]!.weight;
      const narrow = plain && layer.inputs <= NARROW && layer.units <= NARROW;
      built.push(this.#layer(layer, shared, narrow));
    }
    return built;
  }

  /** @param shared the weights of the layer that it is tied to, if it is */
  #layer(stacked: StackLayer, shared: Parameter | undefined, narrow: boolean): NetworkLayer {
    const { name, layer, inputs, units } = stacked;
    const weight = shared ? turned(shared) : this.#weight(`${name}.weight`, inputs, units);
    const bias = layer.bias ? this.#parameter(`${name}.bias`, [units], units, 1, false) : undefined;
    const forwardPack = this.#pack(inputs, units);
    const backwardPack = this.#first ? -1 : this.#pack(units, inputs);
    this.#first = false;
    return { ...stacked, weight, bias, forwardPack, backwardPack, narrow };
  }

  #weight(name: string, inputs: number, units: number): Parameter {
    const transposed = inputs >= units;
    const [rows, columns] = transposed ? [inputs, units] : [units, inputs];
    return this.#parameter(name, [units, inputs], rows, columns, transposed);
  }

  #parameter(name: string, shape: number[], rows: number, columns: number, transposed: boolean): Parameter {
    const offset = this.parameters;
    this.parameters += align(rows * columns);
    return { name, shape, offset, rows, columns, transposed };
  }

  #pack(k: number, n: number): number {
    const offset = this.packs;
    this.packs += align(this.#engine.packedSize(k, n));
    return offset;
  }
}

/** The same parameter as the weights of a layer that goes the other way. */
function turned(parameter: Parameter): Parameter {
  return { ...parameter, shape: parameter.shape.toReversed(), transposed: !parameter.transposed };
}

function align(floats: number): number {
  return Math.ceil(floats / ALIGNMENT) * ALIGNMENT;
}

/** The transpose of a [rows, columns] matrix, as a new array. */
function transpose(data: Float32Array, rows: number, columns: number): Float32Array {
  const result = new Float32Array(data.length);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) result[j * rows + i] = data[i * columns + j]!;
  }
  return result;
}
