// Nodes that change the shape of samples, or only the order of their dimensions.
import { flatten } from "../../layers/flatten.js";
import { repeatVector } from "../../layers/repeatVector.js";
import { reshape } from "../../layers/reshape.js";
import { type Shape, sizeOf } from "../../layers/shape.js";
import { type GraphView, intOf, intsOf, refuse } from "./graphView.js";
import {
  ascending,
  channelsFirst,
  type Import,
  inOrder,
  lengthsOf,
  orderOf,
  UNIT,
  withRows,
} from "./importFlow.js";
import type { OnnxNode } from "./onnxModel.js";
import { enlargeByRepeats } from "./repeatedPlaces.js";

/** Operators that want the channels first. */
const CHANNELS_FIRST = [
  "Conv",
  "ConvTranspose",
  "MaxPool",
  "AveragePool",
  "GlobalAveragePool",
  "BatchNormalization",
];
/** Operators that leave the order of dimensions to others. */
const ANY_ORDER = [
  ...[
    "Relu",
    "Sigmoid",
    "Tanh",
    "Softplus",
    "Mish",
    "Elu",
    "LeakyRelu",
    "Selu",
    "Gelu",
    "Erf",
    "Greater",
    "Where",
  ],
  ...["Dropout", "Identity", "Cast", "Add", "Sub", "Mul", "Div"],
];
const FARTHEST = 256;

/**
 * Which dimension of a value is which of ours, by what reads it: convolutions want the channels first, and all else has them
 * last.
 *
 * @param end what the graph gives in the end is ordered like this
 */
export function axesAhead(
  view: GraphView,
  value: string,
  rank: number,
  end: readonly number[],
  far = 0,
): readonly number[] {
  const [node] = view.consumers(value);
  if (!node || far > FARTHEST) return view.isOutput(value) && end.length === rank + 1 ? end : inOrder(rank);
  if (CHANNELS_FIRST.includes(node.op)) return channelsFirst(rank);
  if (["LSTM", "GRU"].includes(node.op) && rank === 2) return [1, 0, 2];
  if (node.op === "Resize") {
    const scales = view.floats(node.inputs[2] ?? "")?.data;
    return scales?.[1] === 1 && scales.at(-1) !== 1 ? channelsFirst(rank) : inOrder(rank);
  }
  if (node.op === "Transpose") {
    const perm = intsOf(node, "perm") ?? [];
    if (perm.length !== rank + 1) return inOrder(rank);
    const behind = axesAhead(view, node.outputs[0]!, rank, end, far + 1);
    const axes = inOrder(rank);
    perm.forEach((from, to) => {
      axes[from] = behind[to]!;
    });
    return axes;
  }
  return ANY_ORDER.includes(node.op) ? axesAhead(view, node.outputs[0]!, rank, end, far + 1) : inOrder(rank);
}

export function transposeStep(work: Import, node: OnnxNode): void {
  const { flow } = work;
  const count = flow.axes.length;
  const perm = intsOf(node, "perm") ?? inOrder(count - 1).reverse();
  if (
    perm.length !== count ||
    new Set(perm).size !== count ||
    perm.some((axis) => flow.axes[axis] === undefined)
  ) {
    refuse(node, `perm [${perm.join(", ")}] is no order of ${count} dimensions`);
  }
  work.go({ ...flow, value: node.outputs[0]!, axes: perm.map((axis) => flow.axes[axis]!) });
}

/** The axes of Squeeze and Unsqueeze: an attribute, or from opset 13 on an input. */
function axesInput({ view }: Import, node: OnnxNode, rank: number): readonly number[] | undefined {
  const axes = intsOf(node, "axes") ?? view.integers(node.inputs[1] ?? "");
  return axes?.map((axis) => (axis < 0 ? axis + rank : axis));
}

export function squeezeStep(work: Import, node: OnnxNode): void {
  const { flow } = work;
  const places =
    axesInput(work, node, flow.axes.length) ?? flow.axes.flatMap((axis, i) => (axis === UNIT ? [i] : []));
  for (const place of places) {
    if (flow.axes[place] === UNIT) continue;
    refuse(node, "takes away a dimension that samples have");
  }
  const axes = flow.axes.filter((_, i) => !places.includes(i));
  work.go({ ...flow, value: node.outputs[0]!, axes });
}

export function unsqueezeStep(work: Import, node: OnnxNode): void {
  const { flow } = work;
  if (enlargeByRepeats(work, node)) return;
  const given = axesInput(work, node, flow.axes.length + 1);
  const [place] = given ?? [];
  if (given?.length !== 1 || place === undefined || place < 0 || place > flow.axes.length) {
    refuse(node, "only one more dimension at a known place is known");
  }
  const axes = [...flow.axes.slice(0, place), UNIT, ...flow.axes.slice(place)];
  // Of vectors it is a step, to be repeated; a last dimension is a channel.
  if (place === flow.axes.length && flow.axes.every((axis, i) => axis === i) && !flow.flattened) {
    const shape = [...flow.shape, 1];
    work.add(node, reshape(shape));
    work.go({ value: node.outputs[0]!, shape, axes: inOrder(shape.length) });
  } else work.go({ ...flow, value: node.outputs[0]!, axes });
}

/** Expand and Tile: a vector at every step of a sequence. */
export function repeatStep(work: Import, node: OnnxNode): void {
  const { flow, view } = work;
  const counts = view.integers(node.inputs[1] ?? "");
  const place = flow.axes.indexOf(UNIT);
  const others = counts?.every(
    (count, i) => i === place || count === 1 || (node.op === "Expand" && same(count, lengthsOf(flow)[i]!)),
  );
  const steps = counts?.[place];
  // PyTorch's repeat first expands to no more than there is.
  const reader = view.consumers(node.outputs[0]!)[0]?.op;
  if (
    counts?.length === flow.axes.length &&
    others &&
    steps === 1 &&
    (reader === "Tile" || reader === "Expand")
  ) {
    work.pass(node.outputs[0]!);
    return;
  }
  if (
    flow.shape.length !== 1 ||
    counts?.length !== 3 ||
    !others ||
    !Number.isSafeInteger(steps) ||
    steps! < 1 ||
    flow.flattened
  ) {
    refuse(node, "only a vector that is repeated at each step is known");
  }
  work.add(node, repeatVector(steps!));
  const axes = flow.axes.map((axis) => (axis === UNIT ? 1 : axis === 1 ? 2 : axis));
  work.go({ value: node.outputs[0]!, shape: [steps!, flow.shape[0]!], axes });
}

/** Whether two lengths are the same, or both that of the batch; −1 leaves a length as it is. */
function same(a: number, b: number): boolean {
  return a === b || a === -1 || (Number.isNaN(a) && Number.isNaN(b));
}

/** One index along a dimension: of directions, or the last step of a sequence. */
export function pickStep(work: Import, node: OnnxNode): void {
  const { flow, view, layers } = work;
  const axis = intOf(node, "axis", 0);
  const place = axis < 0 ? axis + flow.axes.length : axis;
  const index = view.integers(node.inputs[1] ?? "");
  const own = flow.axes[place];
  const at = index?.length === 1 ? index[0]! : Number.NaN;
  const axes = flow.axes.filter((_, i) => i !== place);
  if (own === UNIT && (at === 0 || at === -1)) {
    work.go({ ...flow, value: node.outputs[0]!, axes });
    return;
  }
  const last = layers.at(-1)?.layer;
  const recurrent = last && "returnSequences" in last && last.returnSequences;
  if (!recurrent || own !== 1 || (at !== -1 && at !== flow.shape[0]! - 1)) {
    refuse(node, "only the last step of an LSTM or a GRU can be taken");
  }
  work.change({ ...(last as Extract<typeof last, { returnSequences: boolean }>), returnSequences: false });
  const shape = [flow.shape[1]!];
  work.go({ value: node.outputs[0]!, shape, axes: axes.map((each) => (each === 2 ? 1 : each)) });
}

/** Reshape and Flatten. */
export function reshapeStep(work: Import, node: OnnxNode, end: readonly number[]): void {
  const { flow } = work;
  const lengths = node.op === "Flatten" ? flattenedLengths(work, node) : wantedLengths(work, node);
  const value = node.outputs[0]!;
  const kept = flow.axes.filter((axis) => axis !== UNIT);
  const plain = lengthsOf({ ...flow, axes: kept });
  if (lengths.length === plain.length && lengths.every((length, i) => Object.is(length, plain[i]))) {
    work.go({ ...flow, value, axes: kept });
    return;
  }
  if (!Number.isNaN(lengths[0]) || kept[0] !== 0) refuse(node, "mixes the samples of a batch");
  const shape = lengths.slice(1);
  const ordered = ascending(kept, flow.shape);
  if (shape.length === 1) {
    const other = flow.flattened ?? (ordered ? undefined : { shape: flow.shape, axes: kept });
    work.add(node, flatten());
    work.go({ value, shape, axes: [0, 1], ...(other && { flattened: other }) });
    return;
  }
  if (!ordered || flow.flattened) refuse(node, "gives another shape to samples with the channels first");
  unflattened(work, node, shape, axesAhead(work.view, value, shape.length, end));
}

/**
 * Gives samples the shape [rows, columns, …] in the order of `axes`. If that has the channels first, the elements of the vector
 * before must be put in our order.
 */
function unflattened(work: Import, node: OnnxNode, given: Shape, axes: readonly number[]): void {
  const shape = given.map((_, i) => given[axes.indexOf(i + 1) - 1]!);
  if (!ascending(axes, shape)) {
    if (work.flow.shape.length !== 1) refuse(node, "gives samples another shape with the channels first");
    orderLayers(work, node, shape, axes);
  }
  work.add(node, reshape(shape));
  work.go({ value: node.outputs[0]!, shape, axes });
}

/** Puts the outputs of the dense layer before in our order, and what is between. */
function orderLayers(work: Import, node: OnnxNode, shape: Shape, axes: readonly number[]): void {
  const { layers } = work;
  let index = layers.length - 1;
  while (index >= 0 && ["activation", "batchNormalization"].includes(layers[index]!.layer.kind)) index--;
  const found = layers[index];
  if (found?.layer.kind !== "dense") {
    refuse(
      node,
      "an image with the channels first must come from a dense layer, whose outputs can be put in another order",
    );
  }
  const order = orderOf({ shape, axes });
  for (let i = index; i < layers.length; i++) {
    const weights = [...layers[i]!.weights].map(([name, weight]) => [name, withRows(weight, order)] as const);
    layers[i] = { ...layers[i]!, weights: new Map(weights) };
  }
}

function flattenedLengths({ flow }: Import, node: OnnxNode): number[] {
  const axis = intOf(node, "axis", 1);
  if (axis !== 1 && axis !== 1 - flow.axes.length) refuse(node, "only axis 1 is known");
  return [Number.NaN, sizeOf(flow.shape)];
}

/** The lengths that a Reshape asks for; NaN is the batch. */
function wantedLengths({ flow, view }: Import, node: OnnxNode): number[] {
  const wanted = view.integers(node.inputs[1] ?? "") ?? intsOf(node, "shape");
  if (!wanted) refuse(node, "its shape is not known before the graph runs");
  const now = lengthsOf(flow);
  const zero = intOf(node, "allowzero", 0) === 0;
  const lengths = wanted.map((length, i) => (zero && length === 0 ? now[i]! : length));
  const size = sizeOf(flow.shape);
  const known = lengths.filter((length) => length !== -1 && !Number.isNaN(length)).reduce((a, b) => a * b, 1);
  const batch = lengths.some(Number.isNaN);
  const resolved = lengths.map((length) => (length !== -1 ? length : batch ? size / known : Number.NaN));
  const valid = resolved.every(
    (length) => Number.isNaN(length) || (Number.isSafeInteger(length) && length >= 1),
  );
  const product = resolved.filter((length) => !Number.isNaN(length)).reduce((a, b) => a * b, 1);
  if (valid && product === size && resolved.filter(Number.isNaN).length === 1) return resolved;
  return refuse(
    node,
    `[${wanted.join(", ")}] is no shape of samples of [${flow.shape.join(", ")}] for any batch`,
  );
}

/** What leaves values as they are: Identity, Cast, Dropout. */
export function sameStep(work: Import, node: OnnxNode): void {
  if (node.op === "Dropout")
    work.notes.push(`${node.name} (Dropout) is left out: it does nothing in predictions.`);
  work.pass(node.outputs[0]!);
}
