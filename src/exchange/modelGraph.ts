import { ShapeError, StateError } from "../common/errors.js";
import { requireMethods } from "../common/requireMethods.js";
import type { ScalingParameters } from "../data/scaling.js";
import { gaussianKind } from "../layers/gaussian.js";
import type { LayerOptions } from "../layers/layer.js";
import type { Layer } from "../layers/layers.js";
import { type Shape, sizeOf } from "../layers/shape.js";
import { type CheckedDescription, stackOf } from "../network/description.js";
import type { NamedWeight } from "../network/namedWeights.js";
import { ownParameters, type StackLayer } from "../network/stack.js";
import { type GraphWeight, transposed } from "./weightArray.js";

export type { GraphWeight };

/** A layer as another tool must calculate it. */
export interface GraphLayer {
  /** Its options, as in the model's description: `kind` says which of them there are. */
  readonly options: Layer;
  /** Prefix of its weights' names, `encoder.0`; layers without weights have the name of the next one. */
  readonly name: string;
  /** Its place in the description, for messages: `encoder[0]`. */
  readonly place: string;
  readonly inputShape: Shape;
  readonly outputShape: Shape;
  /** Its weights by their names within the layer (`weight`, `bias`, …), shaped as PyTorch has them; tied ones turned. */
  readonly weights: ReadonlyMap<string, GraphWeight>;
  /** Name of the layer whose weight this one uses, turned; undefined if its weight is its own. */
  readonly tiedTo: string | undefined;
  /** Whether it does nothing in predictions: dropout and noise. */
  readonly trainingOnly: boolean;
}

/** The linear layer behind a variational encoder. Its first half of outputs is the mean, the code of predictions. */
export interface GraphLatent {
  /** Width of the code. */
  readonly units: number;
  /** Prefix of its weights' names. */
  readonly name: string;
  /** [2 · units, inputs]: rows of the mean, then rows of log σ². */
  readonly weight: GraphWeight;
  /** [2 · units]. */
  readonly bias: GraphWeight;
}

/** A model in the terms of its layers, with all its numbers: what an export writes. Samples and images are channels last. */
export interface ModelGraph {
  readonly description: CheckedDescription;
  /** Shape of a sample. */
  readonly inputShape: Shape;
  /** Shape of a code. */
  readonly latentShape: Shape;
  readonly encoder: readonly GraphLayer[];
  readonly latent: GraphLatent | undefined;
  readonly decoder: readonly GraphLayer[];
  /** What scales a sample before the encoder, and back after the decoder; undefined if nothing does. */
  readonly scaling: ScalingParameters | undefined;
}

/** What a graph is made of: an `Autoencoder`, or what its file holds. */
export interface GraphSource {
  /** Its layers, and whether it scales samples. */
  readonly description: CheckedDescription;
  /** What its scaling has learned; undefined without one. */
  readonly scaling: ScalingParameters | undefined;
  /** All weights by their names. */
  getWeights(): readonly NamedWeight[];
}

/**
 * The layers of a model with their weights, in order, each complete in itself: a tied layer has its own copy.
 *
 * @throws {ArgumentError} unless it is a model
 * @throws {ShapeError} if a weight is missing
 * @throws {StateError} if the model has a scaling that is not learned yet
 */
export function modelGraph(model: GraphSource): ModelGraph {
  requireMethods("model", model, "an Autoencoder", ["getWeights"]);
  const { description, scaling } = model;
  if (description.scaling && !scaling) {
    throw new StateError(
      `the model scales samples (${description.scaling}) by the data that it is trained on; call fit before exporting it`,
    );
  }
  const { inputShape, latentShape, layers } = stackOf(description);
  const byName = new Map(model.getWeights().map((weight) => [weight.name, weight]));
  const halves = { encoder: [] as GraphLayer[], decoder: [] as GraphLayer[] };
  let latent: GraphLatent | undefined;
  for (const layer of layers) {
    if (layer.place === "corruption") continue;
    const weights = weightsOf(layer, layers, byName);
    if (layer.kind === (gaussianKind as StackLayer["kind"])) {
      const [weight, bias] = [weights.get("weight")!, weights.get("bias")!];
      latent = { units: sizeOf(layer.outputShape), name: layer.name, weight, bias };
      continue;
    }
    const half = layer.place.startsWith("encoder") ? halves.encoder : halves.decoder;
    const { name, place, inputShape: input, outputShape: output, kind } = layer;
    const options = layer.options as LayerOptions as Layer;
    const shapes = { inputShape: input, outputShape: output };
    const tiedTo = layer.tiedTo === undefined ? undefined : layers[layer.tiedTo]!.name;
    half.push({ options, name, place, ...shapes, weights, tiedTo, trainingOnly: kind.trainingOnly === true });
  }
  return { description, inputShape, latentShape, ...halves, latent, scaling };
}

function weightsOf(
  layer: StackLayer,
  layers: readonly StackLayer[],
  byName: ReadonlyMap<string, NamedWeight>,
): Map<string, GraphWeight> {
  const take = (owner: StackLayer, name: string): GraphWeight => {
    const found = byName.get(`${owner.name}.${name}`);
    if (!found) throw new ShapeError(`the model has no weight ${owner.name}.${name}`);
    return { shape: found.shape, data: found.data };
  };
  const weights = new Map<string, GraphWeight>();
  if (layer.tiedTo !== undefined) {
    const weight = take(layers[layer.tiedTo]!, "weight");
    // Convolutions and transposed ones have the same order of the first dimensions in PyTorch, so nothing turns.
    weights.set("weight", layer.kind.kind === "dense" ? transposed(weight) : weight);
  }
  for (const { name } of ownParameters(layer)) weights.set(name, take(layer, name));
  return weights;
}
