import type { Layer } from "../../layers/layers.js";
import { type Shape, sizeOf } from "../../layers/shape.js";
import type { GraphWeight } from "../modelGraph.js";
import { type GraphView, refuse } from "./graphView.js";
import type { OnnxNode } from "./onnxModel.js";

/** A layer of a graph, as one of ours. */
export interface OnnxLayer {
  /** Its node's name, with the operator, for messages: `/encoder/0/Gemm (Gemm)`. */
  readonly name: string;
  readonly layer: Layer;
  /** Its weights by our names within the layer, shaped as PyTorch has them. */
  readonly weights: ReadonlyMap<string, GraphWeight>;
}

/** Stands for a dimension of length 1 that a sample of ours does not have: of directions, or of what was averaged. */
export const UNIT = -1;

/**
 * A value on its way through the graph: which of its dimensions is which of ours. Ours are the batch, 0, and those of a sample
 * with channels last, from 1.
 */
export interface Flow {
  readonly value: string;
  /** Of a sample of ours. */
  readonly shape: Shape;
  /** For each dimension in the graph the one of ours that it is, or `UNIT`. */
  readonly axes: readonly number[];
  /**
   * For a vector whose elements are in the order of an image with channels first: the shape of that image in our order, and the
   * order of its dimensions in the graph. What reads the vector must have its weights put in our order.
   */
  readonly flattened?: { readonly shape: Shape; readonly axes: readonly number[] };
}

/** [batch, …] in our own order. */
export function inOrder(rank: number): number[] {
  return Array.from({ length: rank + 1 }, (_, i) => i);
}

/** [batch, channels, …]. */
export function channelsFirst(rank: number): number[] {
  return rank === 0 ? [0] : [0, rank, ...inOrder(rank).slice(1, rank)];
}

/** Whether dimensions follow each other as ours do, those of length 1 aside. */
export function ascending(axes: readonly number[], shape: Shape): boolean {
  const long = axes.filter((axis) => axis > 0 && shape[axis - 1]! > 1);
  return long.every((axis, i) => i === 0 || axis > long[i - 1]!);
}

/** The lengths of the dimensions in the graph; NaN is the batch. */
export function lengthsOf({ axes, shape }: Pick<Flow, "axes" | "shape">): number[] {
  return axes.map((axis) => (axis === UNIT ? 1 : axis === 0 ? Number.NaN : shape[axis - 1]!));
}

/** The layers so far, and where the samples are. */
export class Import {
  readonly view: GraphView;
  readonly layers: OnnxLayer[] = [];
  readonly notes: string[] = [];
  /** How many layers there were before the first node of a decoder, if nodes are named like that. */
  encoderDepth: number | undefined;
  /** What is subtracted from samples before the first layer, and what the rest is divided by. */
  readonly before: { shifts: Float32Array[]; scale?: Float32Array } = { shifts: [] };
  /** What the last layer's output is multiplied by, and what is added. */
  readonly after: { node?: OnnxNode; shift?: Float32Array; scale?: Float32Array } = {};
  flow: Flow;

  constructor(view: GraphView, flow: Flow) {
    this.view = view;
    this.flow = flow;
    view.met(flow.value, lengthsOf(flow));
  }

  /** The samples are now in another value. */
  go(flow: Flow): void {
    this.flow = flow;
    this.view.met(flow.value, lengthsOf(flow));
  }

  /** The same dimensions in another value. */
  pass(value: string): void {
    this.go({ ...this.flow, value });
  }

  /** Adds a layer that a node stands for. */
  add(node: OnnxNode, layer: Layer, weights: Iterable<readonly [string, GraphWeight]> = []): void {
    if (this.after.node)
      refuse(this.after.node, "numbers are multiplied or added, but not behind the last layer");
    const name = node.name || node.outputs[0]!;
    if (this.encoderDepth === undefined && this.layers.length > 0 && /(^|[^a-z])decoder/i.test(name)) {
      // A code that is repeated for a decoder is the vector itself.
      const repeated = this.layers.at(-1)!.layer.kind === "repeatVector";
      this.encoderDepth = this.layers.length - (repeated ? 1 : 0);
    }
    this.layers.push({ name: `${name} (${node.op})`, layer, weights: new Map(weights) });
  }

  /** Puts another layer in the place of the last one. */
  change(layer: Layer, weights?: ReadonlyMap<string, GraphWeight>): void {
    const last = this.layers.pop()!;
    this.layers.push({ ...last, layer, weights: weights ?? last.weights });
  }

  /** A constant input of a node. */
  constant(node: OnnxNode, index: number): GraphWeight {
    const found = this.view.floats(node.inputs[index] ?? "");
    return found ?? refuse(node, `input ${index + 1} must be constant floats`);
  }

  /** A constant of so many values, whatever dimensions of 1 it has. */
  vector(node: OnnxNode, index: number, length: number): GraphWeight {
    const { shape, data } = this.constant(node, index);
    if (data.length === length && shape.every((each) => each === 1 || each === length)) {
      return { shape: [length], data };
    }
    return refuse(node, `input ${index + 1} has the shape [${shape.join(", ")}], not [${length}]`);
  }
}

/** The order of a flattened image's elements: for each place in the graph's vector the one in ours. */
export function orderOf({ shape, axes }: NonNullable<Flow["flattened"]>): Int32Array {
  const strides = shape.map((_, i) => sizeOf(shape.slice(i + 1)));
  const dimensions = axes.filter((axis) => axis > 0);
  const order = new Int32Array(sizeOf(shape));
  const counts = dimensions.map(() => 0);
  for (let i = 0; i < order.length; i++) {
    let place = 0;
    dimensions.forEach((axis, k) => {
      place += counts[k]! * strides[axis - 1]!;
    });
    order[i] = place;
    for (let k = dimensions.length - 1; k >= 0 && ++counts[k]! === shape[dimensions[k]! - 1]!; k--)
      counts[k] = 0;
  }
  return order;
}

/** Rows of an array, put where they belong: row `i` goes to `order[i]`. */
export function withRows({ shape, data }: GraphWeight, order: Int32Array): GraphWeight {
  const size = data.length / order.length;
  const sorted = new Float32Array(data.length);
  order.forEach((to, from) => {
    sorted.set(data.subarray(from * size, (from + 1) * size), to * size);
  });
  return { shape, data: sorted };
}

/** Columns of a matrix, put where they belong. */
export function withColumns({ shape, data }: GraphWeight, order: Int32Array): GraphWeight {
  const sorted = new Float32Array(data.length);
  for (let row = 0; row < data.length; row += order.length) {
    order.forEach((to, from) => {
      sorted[row + to] = data[row + from]!;
    });
  }
  return { shape, data: sorted };
}
