import type { Shape } from "../../layers/shape.js";
import type { ModelGraph } from "../modelGraph.js";
import type { KerasLayer } from "./kerasLayers.js";

/** Layers one after another, as a Sequential of Keras. */
export interface KerasSequence {
  readonly name: string;
  /** Without the batch. */
  readonly inputShape: Shape;
  readonly layers: readonly (KerasLayer & { readonly name: string })[];
}

/** What differs between Keras and TensorFlow.js. */
export interface Dialect {
  /** The layers that calculate what one of ours does. */
  layers(layer: ModelGraph["encoder"][number]): readonly KerasLayer[];
  /** The layer of a latent's mean. */
  mean(latent: NonNullable<ModelGraph["latent"]>): KerasLayer;
  /** The layers that scale a sample, or scale it back. */
  scaling(graph: ModelGraph, invert: boolean): readonly KerasLayer[];
}

/**
 * Both halves of a model, complete in themselves: the scaling is the encoder's first layer, and its inverse the decoder's
 * last. Names are unique in both together.
 */
export function kerasHalves(
  graph: ModelGraph,
  dialect: Dialect,
): [encoder: KerasSequence, decoder: KerasSequence] {
  const { inputShape, latentShape, scaling, latent } = graph;
  const encoder = [
    ...(scaling ? dialect.scaling(graph, false) : []),
    ...graph.encoder.flatMap(dialect.layers),
    ...(latent ? [dialect.mean(latent)] : []),
  ];
  const decoder = [
    ...graph.decoder.flatMap(dialect.layers),
    ...(scaling ? dialect.scaling(graph, true) : []),
  ];
  const named = namer();
  return [
    { name: "encoder", inputShape, layers: encoder.map(named) },
    { name: "decoder", inputShape: latentShape, layers: decoder.map(named) },
  ];
}

/** Gives layers the names that Keras would give them: `dense`, `dense_1`. */
function namer(): (layer: KerasLayer) => KerasLayer & { readonly name: string } {
  const next = counter();
  return (layer) => ({ ...layer, name: layer.name ?? next(classToSnakeCase(layer.className)) });
}

/** Numbers names from the second one on: `dense`, `dense_1`. */
export function counter(): (name: string) => string {
  const counts = new Map<string, number>();
  return (name) => {
    const count = counts.get(name) ?? 0;
    counts.set(name, count + 1);
    return count === 0 ? name : `${name}_${count}`;
  };
}

/** As Keras turns the names of classes to those of layers: `conv2d_transpose`, `leaky_re_lu`, `lstm`. */
export function classToSnakeCase(name: string): string {
  return name
    .replace(/\W+/g, "")
    .replace(/(.)([A-Z][a-z]+)/g, "$1_$2")
    .replace(/([a-z])([A-Z])/g, "$1_$2")
    .toLowerCase();
}
