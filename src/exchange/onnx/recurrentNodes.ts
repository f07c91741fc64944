import type { RecurrentFields } from "../../layers/recurrentOptions.js";
import type { GraphLayer, GraphWeight } from "../modelGraph.js";
import type { GraphBuilder } from "./graphBuilder.js";
import { int } from "./onnxModel.js";
import { inLayout, type Value } from "./onnxValue.js";
import { scanNodes } from "./scanNodes.js";

/** The gates of each kind in our order, which is PyTorch's, and their places in ONNX's: i, o, f, c and z, r, h. */
const ORDERS = { lstm: [0, 3, 1, 2], gru: [1, 0, 2] } as const;

/** Adds an LSTM or a GRU. */
export function recurrentNodes(
  builder: GraphBuilder,
  layer: GraphLayer,
  options: RecurrentFields,
  x: Value,
): Value {
  const steps = inLayout(builder, x, "steps");
  const { activation, recurrentActivation, returnSequences } = options;
  const usual = activation === "tanh" && recurrentActivation === "sigmoid";
  const name = usual ? operator(builder, layer, options, steps) : scanNodes(builder, layer, options, steps);
  return { name, shape: layer.outputShape, layout: returnSequences ? "steps" : "last" };
}

/** ONNX's own operator, with its own activations. */
function operator(
  builder: GraphBuilder,
  { options: { kind }, weights, name }: GraphLayer,
  { units, returnSequences }: RecurrentFields,
  x: Value,
): string {
  const order = ORDERS[kind as keyof typeof ORDERS];
  const add = (label: string, parts: readonly GraphWeight[]) =>
    builder.weight(`${name}.${label}`, joined(parts.map((part) => reordered(part, order, units))));
  const inputs = [
    x.name,
    add("W", [weights.get("weight_ih_l0")!]),
    add("R", [weights.get("weight_hh_l0")!]),
    ...(weights.has("bias_ih_l0")
      ? [add("B", [weights.get("bias_ih_l0")!, weights.get("bias_hh_l0")!])]
      : []),
  ];
  // The gate r of a GRU scales the product with the states and its bias, as in PyTorch.
  const attributes = { hidden_size: int(units), ...(kind === "gru" && { linear_before_reset: int(1) }) };
  const outputs = builder.addSeveral(kind.toUpperCase(), inputs, 2, { attributes });
  // The dimension of directions: [steps, 1, batch, units], or [1, batch, units] of the last step.
  return returnSequences
    ? builder.add("Squeeze", [outputs[0]!, builder.ints("direction", [1])])
    : builder.add("Squeeze", [outputs[1]!, builder.ints("direction", [0])]);
}

/** Blocks of `units` rows in another order. */
function reordered({ shape, data }: GraphWeight, order: readonly number[], units: number): GraphWeight {
  const size = (units * data.length) / shape[0]!;
  const turned = new Float32Array(data.length);
  order.forEach((from, to) => {
    turned.set(data.subarray(from * size, (from + 1) * size), to * size);
  });
  return { shape, data: turned };
}

/** Arrays behind each other along their first dimension, in front of which is that of the directions. */
function joined(parts: readonly GraphWeight[]): GraphWeight {
  const data = new Float32Array(parts.reduce((sum, { data: { length } }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    data.set(part.data, at);
    at += part.data.length;
  }
  const [{ shape }] = parts as [GraphWeight];
  return { shape: [1, parts.length * shape[0]!, ...shape.slice(1)], data };
}
