import { FormatError } from "../../common/errors.js";
import type { ScalingParameters } from "../../data/scaling.js";
import { batchNormalization } from "../../layers/batchNormalization.js";
import type { Layer } from "../../layers/layers.js";
import { reshape } from "../../layers/reshape.js";
import { type Shape, shapeText, sizeOf } from "../../layers/shape.js";
import type { ImportedLayer } from "../importedModel.js";
import type { GraphWeight } from "../modelGraph.js";
import type { TopologyLayer } from "./kerasTopology.js";

/** What changes the scale of each value of a sample: (x − offset) / scale, or x · scale + offset. */
export interface Scaler extends ScalingParameters {
  readonly invert: boolean;
}

/** What Keras's Normalization takes for a smaller deviation. */
const SMALLEST = 1e-7;
/** So small that it changes no float32 of at least 1e-20. */
const NO_EPSILON = 1e-30;
/** Numbers that have been rounded to float32 on their way are equal. */
const ROUNDING = 1e-5;

/** Normalization or Rescaling of samples of a shape. */
export function scalerOf(
  layer: TopologyLayer,
  shape: Shape,
  find: (layer: TopologyLayer, name: string, index: number) => GraphWeight | undefined,
): Scaler {
  const { className, config } = layer;
  if (className === "Rescaling") {
    const spread = (value: unknown) => broadcast(layer, numbers(layer, value), shape, [shape.length]);
    const [scale, offset] = [spread(config.scale), spread(config.offset ?? 0)];
    return { scale, offset, invert: true };
  }
  const axes = [config.axis ?? -1]
    .flat()
    .map((axis) => (axis as number) + ((axis as number) < 0 ? shape.length + 1 : 0));
  const read = (name: string, index: number) => {
    const given = config[name];
    const values =
      given === null || given === undefined ? find(layer, name, index)?.data : numbers(layer, given);
    if (!values) throw new FormatError(`the file has no ${name} of layer ${layer.name} (${className})`);
    return broadcast(layer, values, shape, axes);
  };
  const scale = read("variance", 1).map((value) => Math.max(Math.sqrt(value), SMALLEST));
  return { offset: read("mean", 0), scale, invert: config.invert === true };
}

/** Numbers in lists of any depth. */
function numbers({ name, className }: TopologyLayer, value: unknown): ArrayLike<number> {
  const flat = [value].flat(8);
  if (flat.every((each) => typeof each === "number" && Number.isFinite(each))) return flat as number[];
  throw new FormatError(`layer ${name} (${className}) has numbers that are none`);
}

/** One number for each value of a sample, from one, or from those of some dimensions. Dimension 0 is the batch. */
function broadcast(
  { name, className }: TopologyLayer,
  given: ArrayLike<number>,
  shape: Shape,
  axes: readonly number[],
): Float64Array {
  const kept = shape.map((_, index) => axes.includes(index + 1));
  const count = shape.reduce((size, length, index) => (kept[index] ? size * length : size), 1);
  if (given.length !== 1 && given.length !== count) {
    throw new FormatError(
      `layer ${name} (${className}) has ${given.length} numbers, which do not fit samples of ${shapeText(shape)}`,
    );
  }
  const values = new Float64Array(sizeOf(shape));
  for (let i = 0; i < values.length; i++) {
    let [rest, at, step] = [i, 0, 1];
    for (let d = shape.length - 1; d >= 0; d--) {
      const index = rest % shape[d]!;
      rest = (rest - index) / shape[d]!;
      if (!kept[d]) continue;
      at += index * step;
      step *= shape[d]!;
    }
    values[i] = given[given.length === 1 ? 0 : at]!;
  }
  return values;
}

/** The scaling of a model that scales its samples first, and inverts just that last; undefined if it does not. */
export function asScaling(first: Scaler, last: Scaler): ScalingParameters | undefined {
  if (first.invert || !last.invert || first.scale.length !== last.scale.length) return undefined;
  const near = (a: number, b: number, unit: number) => Math.abs(a - b) <= ROUNDING * unit;
  const { offset, scale } = first;
  const same = scale.every((value, index) => {
    const unit = Math.abs(offset[index]!) + value;
    return near(value, last.scale[index]!, value) && near(offset[index]!, last.offset[index]!, unit);
  });
  return same ? { offset, scale } : undefined;
}

/** Our layers in place of a scaler: a batch normalization of every value, or of the channels. */
export function affine(name: string, { offset, scale, invert }: Scaler, shape: Shape): ImportedLayer[] {
  const channels = shape.at(-1)!;
  const alike = [offset, scale].every((all) => all.every((value, index) => value === all[index % channels]));
  const columns = alike ? channels : sizeOf(shape);
  const vector = (value: (index: number) => number) => ({
    shape: [columns],
    data: Float32Array.from({ length: columns }, (_, index) => value(index)),
  });
  const normalization: ImportedLayer = {
    name,
    layer: batchNormalization({ epsilon: NO_EPSILON }),
    weights: new Map([
      ["weight", vector((index) => (invert ? scale[index]! : 1 / scale[index]!))],
      ["bias", vector((index) => (invert ? offset[index]! : 0))],
      ["running_mean", vector((index) => (invert ? 0 : offset[index]!))],
      ["running_var", vector(() => 1)],
    ]),
  };
  if (alike) return [normalization];
  const shaped = (layer: Layer): ImportedLayer => ({ name, layer, weights: new Map() });
  return [shaped(reshape([columns])), normalization, shaped(reshape(shape))];
}
