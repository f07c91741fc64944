import type { Shape } from "../../layers/shape.js";
import type { GraphBuilder } from "./graphBuilder.js";
import { ints } from "./onnxModel.js";

/**
 * The order of a value's dimensions. `last` is Isthmus's own: batch, …, channels. ONNX's convolutions and pooling want
 * `first`: batch, channels, …. Its recurrent operators want `steps`: steps, batch, channels.
 */
export type Layout = "last" | "first" | "steps";

/** A value of the graph that stands for samples on their way through the layers. */
export interface Value {
  readonly name: string;
  /** Of one sample, channels last, whatever the layout. */
  readonly shape: Shape;
  readonly layout: Layout;
}

/** Which dimension of `last` stands where: 0 is the batch. */
function orderOf(layout: Layout, rank: number): number[] {
  const order = Array.from({ length: rank + 1 }, (_, i) => i);
  if (layout === "first") return [0, rank, ...order.slice(1, rank)];
  return layout === "steps" ? [1, 0, ...order.slice(2)] : order;
}

/** The value with its dimensions in another order; a Transpose, unless they are in that order already. */
export function inLayout(builder: GraphBuilder, value: Value, layout: Layout): Value {
  const rank = value.shape.length;
  const from = orderOf(value.layout, rank);
  const permutation = orderOf(layout, rank).map((dimension) => from.indexOf(dimension));
  if (permutation.every((dimension, i) => dimension === i)) return { ...value, layout };
  const name = builder.add("Transpose", [value.name], { attributes: { perm: ints(permutation) } });
  return { name, shape: value.shape, layout };
}
