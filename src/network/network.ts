import { STREAM_INITIALIZATION } from "../../assembly/abi.js";
import type { Scaling } from "../data/scaling.js";
import type { Engine } from "../engine/engine.js";
import type { Plan } from "../engine/plan.js";
import { fillNormal, fillUniform, type RandomSource } from "../engine/random.js";
import { Storage } from "../engine/storage.js";
import type { Tensor } from "../engine/tensor.js";
import { Parameter, type ParameterWish } from "../layers/parameter.js";
import { repeatVectorKind } from "../layers/repeatVector.js";
import { type Shape, sizeOf } from "../layers/shape.js";
import { orthonormalize } from "../math/orthonormalize.js";
import type { Seed } from "../math/seed.js";
import type { NetworkLayer } from "./networkLayer.js";
import { PreparedInferences } from "./preparedInferences.js";
import { codeLayer, type Stack, type StackLayer } from "./stack.js";

/** Floats between the parts of a block, so that each part starts on a cache line. */
const ALIGNMENT = 16;

/** A stack of layers, with its parameters in the engine's memory. */
export class Network {
  readonly engine: Engine;
  readonly inputShape: Shape;
  readonly latentShape: Shape;
  /** Applied to samples before the first layer, and undone after the last one. */
  readonly scaling: Scaling | undefined;
  /** Without layers that only change shapes. */
  readonly layers: readonly NetworkLayer[];
  /** How many of these layers come before the code. */
  readonly encoderDepth: number;
  readonly parameters: readonly Parameter[];
  /** The block of all parameters as stored in memory. Gradients and moments have the same layout. */
  readonly block: Tensor;
  /** Forward passes that are ready for the next call. */
  readonly prepared: PreparedInferences;
  /** Owns the memory of the network, and of everything else that lives as long. */
  readonly storage: Storage;
  readonly #repack: Plan;

  constructor(engine: Engine, stack: Stack, scaling?: Scaling) {
    this.engine = engine;
    this.inputShape = stack.inputShape;
    this.latentShape = stack.latentShape;
    this.scaling = scaling;
    this.storage = new Storage(engine);
    this.prepared = new PreparedInferences(engine);
    const { size, perLayer } = placeParameters(stack.layers);
    this.block = this.storage.floats(size);
    this.layers = this.#build(stack, perLayer);
    this.encoderDepth = this.layers.filter(({ index }) => index < stack.encoderDepth).length;
    this.parameters = this.layers.flatMap(({ owned }) => owned);
    const plan = engine.plan();
    for (const { calls } of this.layers) calls.refresh?.(plan);
    this.#repack = this.storage.plan(plan);
  }

  #build(
    { layers, encoderDepth }: Stack,
    perLayer: readonly Readonly<Record<string, Parameter>>[],
  ): NetworkLayer[] {
    const { engine, storage, block: values } = this;
    const widest = Math.max(
      ...layers.flatMap(({ inputShape, outputShape }) => [sizeOf(inputShape), sizeOf(outputShape)]),
    );
    const zeros = storage.floats(2 * widest);
    const plain = layers.every(({ tiedTo, kind }) => tiedTo === undefined && kind.kind !== "gaussian");
    const built: NetworkLayer[] = [];
    let first = true;
    let repeated: StackLayer | undefined;
    layers.forEach((layer, index) => {
      const { kind, options, number, outputShape } = layer;
      if (!kind.build) return;
      // The code must be repeated if that is the encoder's last layer.
      if (kind === repeatVectorKind && layers[index + 1]?.kind.takesRepeated && index + 1 !== encoderDepth) {
        repeated = layer;
        return;
      }
      const { inputShape } = repeated ?? layer;
      const parameters = perLayer[index]!;
      const place = {
        engine,
        storage,
        number,
        index,
        inputShape,
        outputShape,
        first,
        plain,
        parameters,
        values,
        zeros,
        ...(repeated && { repeats: repeated.outputShape[0]! }),
      };
      const owned = Object.values(parameters).filter(({ borrowed }) => !borrowed);
      const named = Object.entries(parameters);
      const calls = kind.build(options, place);
      built.push({ ...layer, index, inputShape, parameters, named, largest: {}, owned, calls });
      first &&= owned.length === 0;
      repeated = undefined;
    });
    return built;
  }

  /** Number of values in a sample. */
  get inputSize(): number {
    return sizeOf(this.inputShape);
  }

  /** Number of values in a code. */
  get latentSize(): number {
    return sizeOf(this.latentShape);
  }

  /** A live view of all parameters as stored in memory. */
  get values(): Float32Array {
    return this.block.values;
  }

  /** The layers from sample to code. */
  get encoder(): readonly NetworkLayer[] {
    return this.layers.slice(0, this.encoderDepth);
  }

  /** The layers from code to sample. */
  get decoder(): readonly NetworkLayer[] {
    return this.layers.slice(this.encoderDepth);
  }

  /** Index of the layer whose output is the code. */
  get codeIndex(): number {
    return this.layers.indexOf(codeLayer(this.encoder));
  }

  /** Draws new initial parameters. */
  initialize(seed: Seed): void {
    for (const { number, wishes, parameters } of this.layers) {
      wishes.forEach((wish, index) => {
        const parameter = parameters[wish.name]!;
        if (!parameter.borrowed) this.#draw(parameter, wish, { seed, sample: number, epoch: index });
      });
    }
    this.pack();
  }

  /** @param own selects the parameter's own random numbers */
  #draw(parameter: Parameter, { start, shape }: ParameterWish, own: Omit<RandomSource, "stream">): void {
    const storage = new Storage(this.engine);
    const drawn = storage.floats(parameter.size);
    const from = { ...own, stream: STREAM_INITIALIZATION };
    if (start.kind === "uniform") fillUniform(this.engine, drawn, -start.limit, start.limit, from);
    else if (start.kind === "normal") fillNormal(this.engine, drawn, 0, start.deviation, from);
    else if (start.kind === "orthogonal") {
      fillNormal(this.engine, drawn, 0, 1, from);
      orthonormalize(drawn.values, shape[0]!);
    } else fillParts(drawn.values, start.kind === "parts" ? start.values : [start.value]);
    parameter.write(this.values, drawn.values);
    storage.release();
  }

  /** Updates packed weights after the parameters were changed from outside. */
  pack(): void {
    this.engine.run(this.#repack);
  }

  /** Releases all memory. */
  release(): void {
    this.prepared.release();
    this.storage.release();
  }
}

/** Sets equal parts of an array to a value each. */
function fillParts(target: Float32Array, values: readonly number[]): void {
  const size = target.length / values.length;
  values.forEach((value, index) => {
    target.fill(value, index * size, (index + 1) * size);
  });
}

/** Assigns each layer's parameters their places in the block, one after the other. */
function placeParameters(layers: readonly StackLayer[]) {
  let size = 0;
  const perLayer: Record<string, Parameter>[] = [];
  for (const { name: prefix, wishes, tiedTo } of layers) {
    const parameters: Record<string, Parameter> = {};
    for (const wish of wishes) {
      const name = `${prefix}.${wish.name}`;
      const mirror = wish.name === "weight" && tiedTo !== undefined ? perLayer[tiedTo]!.weight : undefined;
      const parameter = mirror?.lend(name) ?? new Parameter({ ...wish, name }, size);
      parameters[wish.name] = parameter;
      if (!parameter.borrowed) size += Math.ceil(parameter.size / ALIGNMENT) * ALIGNMENT;
    }
    perLayer.push(parameters);
  }
  return { size, perLayer };
}
