import { ArgumentError, FormatError, ShapeError } from "../../common/errors.js";
import type { ScalingParameters } from "../../data/scaling.js";
import { kindOf, type Layer } from "../../layers/layers.js";
import { type Shape, shapeText } from "../../layers/shape.js";
import type { ImportedLayer, UnsplitModel } from "../importedModel.js";
import type { GraphWeight } from "../modelGraph.js";
import { fromKerasKernel, swappedGates } from "../weightArray.js";
import { NORMALIZATION } from "./kerasLayers.js";
import { SCALERS, type Topology, type TopologyLayer } from "./kerasTopology.js";
import { type KerasOrigin, layersFromKeras } from "./layerFromKeras.js";
import { affine, asScaling, type Scaler, scalerOf } from "./scalers.js";

/** Finds a weight of a layer, by Keras's name for it and its number among the layer's weights. */
export type FindWeight = (layer: TopologyLayer, name: string, index: number) => GraphWeight | undefined;

/** What is known of a model of Keras before its layers are read. */
export interface KerasModel {
  /** Which kind of file it is, in words. */
  readonly format: string;
  readonly origin: KerasOrigin;
  readonly topology: Topology;
  readonly find: FindWeight;
  /** Shape of a sample, if the user gives it. */
  readonly inputShape: Shape | undefined;
}

/**
 * The layers of a model of Keras with their weights.
 *
 * @throws {ArgumentError} {ShapeError} {FormatError} for layers that cannot be represented, by name and class
 */
export function modelFromKeras({
  format,
  origin,
  topology,
  find,
  inputShape: given,
}: KerasModel): UnsplitModel {
  const inputShape = given ?? topology.inputShape;
  if (!inputShape) {
    throw new ArgumentError("the file does not say the whole shape of a sample; give it as inputShape");
  }
  const read = readLayers(topology.layers, inputShape, origin, find);
  const { scaling, kept } = withoutScaling(read);
  const layers = kept.flatMap(({ own }) => own);
  const { encoderDepth } = topology;
  const encoder = kept.filter(({ number }) => number < (encoderDepth ?? 0));
  return {
    format,
    inputShape,
    layers,
    ...(encoderDepth !== undefined && { encoderDepth: encoder.flatMap(({ own }) => own).length }),
    ...(scaling && { scaling }),
    notes: kept.flatMap(({ notes }) => notes),
  };
}

/** A layer of Keras and ours in its place. */
interface ReadLayer {
  /** Its number in the topology. */
  readonly number: number;
  readonly own: readonly ImportedLayer[];
  readonly notes: readonly string[];
  readonly scaler?: Scaler;
}

function readLayers(
  layers: readonly TopologyLayer[],
  inputShape: Shape,
  origin: KerasOrigin,
  find: FindWeight,
): ReadLayer[] {
  let shape = inputShape;
  return layers.map((layer, number) => {
    const name = `${layer.name} (${layer.className})`;
    if (SCALERS.includes(layer.className)) {
      const scaler = scalerOf(layer, shape, find);
      const note = `${name} became a batchNormalization with fixed numbers, since Isthmus has no such layer.`;
      return { number, own: affine(name, scaler, shape), notes: [note], scaler };
    }
    const converted = layersFromKeras(layer, shape, origin);
    const own = converted.map((ours): ImportedLayer => {
      shape = kindOf(ours).outputShape(ours, shape, `layer ${name}`);
      return { name, layer: ours, weights: weightsOf(layer, ours, find) };
    });
    const leftOut = converted.length === 0 ? [`${name} is left out: it does nothing in predictions.`] : [];
    return { number, own, notes: [...leftOut, ...droppedNotes(layer, name)] };
  });
}

function droppedNotes({ config }: TopologyLayer, name: string): string[] {
  const dropped = ["dropout", "recurrent_dropout"].filter((option) => Number(config[option] ?? 0) > 0);
  return dropped.map((option) => `${option} of ${name} is left out: it does nothing in predictions.`);
}

/** A scaling before all layers, and its inverse after them, are the model's own scaling. */
function withoutScaling(read: readonly ReadLayer[]): {
  scaling: ScalingParameters | undefined;
  kept: readonly ReadLayer[];
} {
  const [first, last] = [read[0]?.scaler, read.at(-1)?.scaler];
  const scaling = first && last && read.length > 2 ? asScaling(first, last) : undefined;
  return { scaling, kept: scaling ? read.slice(1, -1) : read };
}

/** The weights of our layer in the place of one of Keras. */
function weightsOf(layer: TopologyLayer, ours: Layer, find: FindWeight): Map<string, GraphWeight> {
  const weights = new Map<string, GraphWeight>();
  let index = 0;
  const take = (name: string): GraphWeight => {
    const weight = find(layer, name, index++);
    if (weight) return weight;
    throw new FormatError(`the file has no ${name} of layer ${layer.name} (${layer.className})`);
  };
  const matrix = (name: string): GraphWeight => {
    const weight = take(name);
    if (weight.shape.length >= 2) return fromKerasKernel(weight);
    throw new ShapeError(
      `layer ${layer.name} (${layer.className}) has a ${name} of ${shapeText(weight.shape)}`,
    );
  };
  switch (ours.kind) {
    case "dense":
    case "conv1d":
    case "conv1dTranspose":
    case "conv2d":
    case "conv2dTranspose":
      weights.set("weight", matrix("kernel"));
      if (ours.bias) weights.set("bias", take("bias"));
      break;
    case "lstm":
    case "gru": {
      const turn = ours.kind === "gru" ? swappedGates : (weight: GraphWeight) => weight;
      weights.set("weight_ih_l0", turn(matrix("kernel")));
      weights.set("weight_hh_l0", turn(matrix("recurrent_kernel")));
      if (!ours.bias) break;
      const [input, state] = biases(take("bias"));
      weights.set("bias_ih_l0", turn(input));
      weights.set("bias_hh_l0", turn(state));
      break;
    }
    case "batchNormalization":
    case "layerNormalization":
      for (const [name, keras] of Object.entries(NORMALIZATION)) {
        const running = name.startsWith("running");
        const has = running
          ? ours.kind === "batchNormalization"
          : name === "weight"
            ? ours.scale
            : ours.center;
        if (has) weights.set(name, take(keras));
      }
      break;
  }
  return weights;
}

/** Both biases of a GRU, [2, 3·units]; the second one of an LSTM is zero. */
function biases({ shape, data }: GraphWeight): [GraphWeight, GraphWeight] {
  const half = shape.length === 2 ? data.length / 2 : data.length;
  const vector = (values: Float32Array) => ({ shape: [half], data: values });
  return shape.length === 2
    ? [vector(data.slice(0, half)), vector(data.slice(half))]
    : [vector(data), vector(new Float32Array(half))];
}
