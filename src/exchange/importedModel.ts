import { show } from "../common/check.js";
import { ArgumentError, ShapeError } from "../common/errors.js";
import { cut } from "../common/printable.js";
import type { ScalingParameters } from "../data/scaling.js";
import type { LayerOptions } from "../layers/layer.js";
import { kindOf, type Layer } from "../layers/layers.js";
import { type Shape, shapeText, sizeOf } from "../layers/shape.js";
import type { GraphWeight } from "./modelGraph.js";

/** A layer of another tool's model, as one of ours. */
export interface ImportedLayer {
  /** Its name in the file, with what the file calls its class, for messages: `dense_1 (Dense)`. */
  readonly name: string;
  /** Our layer. */
  readonly layer: Layer;
  /** Its weights by our names within the layer, shaped as PyTorch has them. */
  readonly weights: ReadonlyMap<string, GraphWeight>;
}

/** A layer at its place in a model. */
export interface PlacedLayer extends ImportedLayer {
  /** Shape of its output for one sample. */
  readonly outputShape: Shape;
}

/** Another tool's model: its layers in order, with what had to be guessed. */
export interface ImportedModel {
  /** Which kind of file it was, in words. */
  readonly format: string;
  /** Shape of a sample, channels last. */
  readonly inputShape: Shape;
  /** All layers that matter, from the sample to its reconstruction. */
  readonly layers: readonly PlacedLayer[];
  /** How many of them are the encoder. */
  readonly encoderDepth: number;
  /** What scales samples before the first layer, and back after the last; undefined if nothing does. */
  readonly scaling?: ScalingParameters;
  /** What the file did not say, and what was left out, in sentences. */
  readonly notes: readonly string[];
}

/** The model before it is known which half is the encoder. */
export type UnsplitModel = Omit<ImportedModel, "encoderDepth" | "layers"> & {
  readonly layers: readonly ImportedLayer[];
  /** How many layers come before the code, where the file says it. */
  readonly encoderDepth?: number;
};

/** The last layer of the encoder: its number, from 1, or its name in the file. */
export type CodeLayer = number | string;

/** Characters of messages that list layers. */
const LONGEST_MESSAGE = 1000;

/** Layers that belong to the one before them: its activation, its normalization. */
const FOLLOWERS = ["activation", "batchNormalization", "layerNormalization", "dropout", "gaussianNoise"];

const calculates = ({ layer }: ImportedLayer) => {
  const kind = kindOf(layer as LayerOptions);
  return kind.build !== undefined && !kind.trainingOnly;
};

/** The shapes of the layers' outputs. */
function outputShapes(inputShape: Shape, layers: readonly ImportedLayer[]): Shape[] {
  let shape = inputShape;
  return layers.map(({ name, layer }) => {
    shape = kindOf(layer).outputShape(layer, shape, name);
    return shape;
  });
}

/**
 * Finds where the encoder ends: where `codeLayer` says, or the file, or at the narrowest place.
 *
 * @throws {ArgumentError} if there is no such layer, or a half would be empty
 * @throws {ShapeError} if the layers do not fit together, or the last one does not give samples
 */
export function split(model: UnsplitModel, codeLayer: CodeLayer | undefined): ImportedModel {
  const { inputShape } = model;
  const left = withoutLooseNoise(model.layers);
  const notes = [...model.notes, ...left.notes];
  const layers = left.layers;
  const shapes = outputShapes(inputShape, layers);
  const last = shapes.at(-1);
  if (!last || sizeOf(last) !== sizeOf(inputShape)) {
    throw new ShapeError(
      `the model makes ${last ? shapeText(last) : "nothing"} of samples of ${shapeText(inputShape)}, but an autoencoder ` +
        "gives back samples of the same shape; was only one half of it saved?",
    );
  }
  const encoderDepth = depth(layers, shapes, codeLayer, left.depth(model.encoderDepth), notes);
  for (const half of [layers.slice(0, encoderDepth), layers.slice(encoderDepth)]) {
    if (half.some(calculates)) continue;
    throw new ArgumentError(
      `the encoder cannot end with layer ${encoderDepth} of ${layers.length}: each half must have a layer with weights; ` +
        "give another codeLayer",
    );
  }
  const placed = layers.map((layer, index) => ({ ...layer, outputShape: shapes[index]! }));
  return { ...model, layers: placed, encoderDepth, notes };
}

function depth(
  layers: readonly ImportedLayer[],
  shapes: readonly Shape[],
  codeLayer: CodeLayer | undefined,
  known: number | undefined,
  notes: string[],
): number {
  if (codeLayer !== undefined) return given(layers, codeLayer);
  if (known !== undefined) return known;
  const sizes = shapes.map(sizeOf);
  const inner = sizes.slice(0, -1);
  const least = inner.reduce((a, b) => Math.min(a, b), Infinity);
  let index = inner.indexOf(least);
  while (FOLLOWERS.includes(layers[index + 1]?.layer.kind ?? "") && index + 2 < layers.length) index++;
  if (index < 0) return layers.length;
  notes.push(
    `The encoder is taken to end with ${layers[index]!.name}, layer ${index + 1}, the narrowest place (${least} values); ` +
      "codeLayer says otherwise.",
  );
  return index + 1;
}

function given(layers: readonly ImportedLayer[], codeLayer: CodeLayer): number {
  const index = layers.findIndex(({ name }, at) =>
    typeof codeLayer === "number"
      ? at + 1 === codeLayer
      : name === codeLayer || name.split(" ")[0] === codeLayer,
  );
  if (index >= 0) return index + 1;
  const names = layers.map(({ name }, at) => `${at + 1} ${name}`).join(", ");
  throw new ArgumentError(
    cut(`codeLayer ${show(codeLayer)} is none of the model's layers: ${names}`, LONGEST_MESSAGE),
  );
}

/** Leaves out noise at the ends and behind other noise, where it has no place here. It does nothing in predictions. */
function withoutLooseNoise(all: readonly ImportedLayer[]) {
  const first = all.findIndex(calculates);
  const last = all.findLastIndex(calculates);
  const kept: ImportedLayer[] = [];
  const removed: number[] = [];
  all.forEach((each, index) => {
    const noise = kindOf(each.layer).trainingOnly === true;
    const before = kept.findLast(({ layer }) => kindOf(layer).build)?.layer;
    const twice = before !== undefined && kindOf(before).trainingOnly === true;
    if (noise && (index < first || index > last || twice)) removed.push(index);
    else kept.push(each);
  });
  return {
    layers: kept,
    depth: (known: number | undefined) =>
      known === undefined ? undefined : known - removed.filter((index) => index < known).length,
    notes: removed.map((index) => `${all[index]!.name} is left out: it does nothing in predictions.`),
  };
}
