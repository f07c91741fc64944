import { ArgumentError, ShapeError } from "../common/errors.js";
import { type Corruption, corruptionKind } from "../layers/corruption.js";
import { type GaussianLatent, gaussianKind } from "../layers/gaussian.js";
import type { LayerKind, LayerOptions } from "../layers/layer.js";
import { kindOf, type Layer } from "../layers/layers.js";
import type { ParameterWish } from "../layers/parameter.js";
import { type Shape, shapeText } from "../layers/shape.js";

/** A layer and its place in the stack that a description defines. */
export interface StackLayer {
  /** Its place in the description, for messages: `encoder[0]`. */
  readonly place: string;
  /**
   * Prefix of its parameters' names, as in PyTorch: `encoder.0`. Layers with weights are counted from 0 in each half.
   */
  readonly name: string;
  readonly kind: LayerKind<LayerOptions>;
  readonly options: LayerOptions;
  readonly inputShape: Shape;
  readonly outputShape: Shape;
  /** How many layers before this one compute something (dropout and noise do not). */
  readonly number: number;
  /** The parameters it asks for, by their names within the layer. */
  readonly wishes: readonly ParameterWish[];
  /** Index in the stack of the layer whose weight this one uses, transposed. */
  readonly tiedTo?: number;
}

/** The part of a description that lists the layers. */
export interface StackDescription {
  readonly inputShape: Shape;
  readonly encoder: readonly Layer[];
  readonly decoder: readonly Layer[];
  readonly latent?: GaussianLatent;
  readonly corruption?: Corruption;
  readonly tied?: true;
}

/** All layers of a model in order: corruption of the input, encoder, Gaussian latent, decoder. */
export interface Stack {
  readonly inputShape: Shape;
  /** Shape of the code. */
  readonly latentShape: Shape;
  readonly layers: readonly StackLayer[];
  /** How many of the layers come before the code. */
  readonly encoderDepth: number;
}

const CORRUPTION: LayerKind<LayerOptions> = corruptionKind;

/** Stacks layers, each on the output of the one before. */
class StackBuilder {
  readonly layers: StackLayer[] = [];
  shape: Shape;
  #number = 0;
  /** Number of layers with parameters in this half so far. */
  #named = 0;

  constructor(inputShape: Shape) {
    this.shape = inputShape;
  }

  half(name: string, layers: readonly Layer[]): void {
    this.#named = 0;
    for (const [index, layer] of layers.entries()) {
      const place = `${name}[${index}]`;
      if (layer.kind === "dropout") this.#assertDropout(place, layer.rate);
      this.add(name, place, kindOf(layer), layer);
    }
  }

  /** @param half prefix of the names of its parameters */
  add(half: string, place: string, kind: LayerKind<LayerOptions>, options: LayerOptions): void {
    const inputShape = this.shape;
    this.shape = kind.outputShape(options, inputShape, place);
    const wishes = kind.parameters?.(options, inputShape) ?? [];
    const name = `${half}.${this.#named}`;
    if (wishes.length > 0) this.#named++;
    const [number, outputShape] = [this.#number, this.shape];
    if (kind.build && !kind.trainingOnly) this.#number++;
    this.layers.push({ place, name, kind, options, inputShape, outputShape, number, wishes });
  }

  #assertDropout(place: string, rate: number): void {
    if (this.#number === 0) {
      throw new ArgumentError(
        `${place} is a dropout with no layer before it; for noise on the input there is corruption: maskingNoise(${rate})`,
      );
    }
    const before = this.layers.findLast(
      ({ kind }) => kind.build && (!kind.trainingOnly || kind.kind === "dropout"),
    )!;
    const { kind } = before.kind;
    if (kind === "dropout" || kind === "gaussian") {
      throw new ArgumentError(
        `${place} is a dropout right behind ${kind === "gaussian" ? "a gaussian latent" : "another one"}; ` +
          "put it right behind another layer",
      );
    }
  }
}

/**
 * @throws {ArgumentError} if no layer follows a dropout or noise layer, and for a penalty on tied weights that is not
 *   on the encoder's layer
 * @throws {ShapeError} for layers that do not fit together, and tied halves whose widths do not mirror each other
 */
export function toStack(description: StackDescription): Stack {
  const { inputShape, encoder, decoder, latent, corruption, tied } = description;
  const builder = new StackBuilder(inputShape);
  if (corruption) builder.add("corruption", "corruption", CORRUPTION, corruption);
  builder.half("encoder", encoder);
  if (latent) builder.add("encoder", "latent", gaussianKind, latent);
  const { shape: latentShape } = builder;
  const encoderDepth = builder.layers.length;
  builder.half("decoder", decoder);
  const { layers } = builder;
  const last = layers.findLast(({ kind }) => kind.build)?.kind;
  if (last?.trainingOnly) {
    throw new ArgumentError(
      `${last.kind} must stand between two layers, but nothing follows the decoder's last one`,
    );
  }
  return { inputShape, latentShape, encoderDepth, layers: tied ? tie(layers, encoderDepth) : layers };
}

/** For each kind of layer that can be tied, the kind of its mirror image. */
const MIRRORS: Readonly<Record<string, string>> = {
  dense: "dense",
  conv1d: "conv1dTranspose",
  conv1dTranspose: "conv1d",
  conv2d: "conv2dTranspose",
  conv2dTranspose: "conv2d",
};

/** Gives each decoder layer with weights the weight of its mirror image in the encoder. */
function tie(layers: readonly StackLayer[], encoderDepth: number): StackLayer[] {
  const recurrent = layers.find(({ kind }) => kind.takesRepeated);
  if (recurrent) {
    throw new ArgumentError(
      `tied cannot be used with ${recurrent.place}: the weights of ${recurrent.kind.kind} have no mirror image`,
    );
  }
  const tied = [...layers.keys()].filter((index) => MIRRORS[layers[index]!.kind.kind]);
  const [encoder, decoder] = [
    tied.filter((index) => index < encoderDepth),
    tied.filter((index) => index >= encoderDepth),
  ];
  if (decoder.length !== encoder.length) {
    const dense = tied.every((index) => layers[index]!.kind.kind === "dense");
    throw new ShapeError(
      `tied needs as many dense ${dense ? "" : "and convolutional "}layers in the decoder as in the encoder, not ` +
        `${decoder.length} and ${encoder.length}`,
    );
  }
  return layers.map((layer, index) => {
    if (!decoder.includes(index)) return layer;
    const tiedTo = encoder.at(-1 - decoder.indexOf(index))!;
    assertMirror(layer, layers[tiedTo]!);
    return { ...layer, tiedTo };
  });
}

/** @throws {ArgumentError | ShapeError} unless a layer can use the transposed weight of another */
function assertMirror(layer: StackLayer, mirror: StackLayer): void {
  const weight = ({ wishes }: StackLayer) => wishes.find(({ name }) => name === "weight")!;
  if (weight(layer).penalty) {
    throw new ArgumentError(
      `${layer.name} cannot have a kernelPenalty: tied, it has the weights of ${mirror.name}, which are penalized there`,
    );
  }
  const wanted = MIRRORS[mirror.kind.kind];
  if (layer.kind.kind !== wanted) {
    throw new ShapeError(
      `tied needs ${layer.name} to be a ${wanted}, as ${mirror.name} turned around, not a ${layer.kind.kind}`,
    );
  }
  const [shape, other] = [weight(layer).shape, weight(mirror).shape];
  if (wanted !== "dense") {
    // In PyTorch, convolutions and transposed convolutions have the same order of the first dimensions.
    if (shape.every((length, index) => length === other[index])) return;
    throw new ShapeError(
      `tied needs ${layer.name} to have a weight of ${shapeText(other)}, as ${mirror.name} has, not of ${shapeText(shape)}`,
    );
  }
  const [[units, inputs], [mirrorUnits, mirrorInputs]] = [shape, other] as [
    [number, number],
    [number, number],
  ];
  if (units === mirrorInputs && inputs === mirrorUnits) return;
  throw new ShapeError(
    `tied needs ${layer.name} to turn ${mirrorUnits} values into ${mirrorInputs}, as ${mirror.name} turned around, ` +
      `but it turns ${inputs} into ${units}`,
  );
}

/** The encoder's last layer that computes something from its inputs. Its output is the code. */
export function codeLayer<T extends Pick<StackLayer, "kind">>(encoder: readonly T[]): T {
  return encoder.findLast(({ kind }) => kind.build && !kind.trainingOnly)!;
}

/** The parameters that belong to this layer alone. */
export function ownParameters({ wishes, tiedTo }: StackLayer): readonly ParameterWish[] {
  return wishes.filter(({ name }) => name !== "weight" || tiedTo === undefined);
}
