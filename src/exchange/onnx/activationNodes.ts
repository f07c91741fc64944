import type { ActivationName } from "../../layers/activations.js";
import type { GraphBuilder } from "./graphBuilder.js";
import { float } from "./onnxModel.js";

type Writer = (builder: GraphBuilder, z: string) => string;

const named =
  (op: string, attributes: Record<string, number> = {}): Writer =>
  (builder, z) => {
    const values = Object.entries(attributes).map(([name, value]) => [name, float(value)] as const);
    return builder.add(op, [z], { attributes: Object.fromEntries(values) });
  };

/**
 * Each activation by the operators of opset 17, which has no Gelu (20) and no Mish (18): runtimes join the nodes that stand
 * for them.
 */
const WRITERS: Readonly<Record<ActivationName, Writer>> = {
  linear: (_, z) => z,
  relu: named("Relu"),
  sigmoid: named("Sigmoid"),
  tanh: named("Tanh"),
  leakyRelu: named("LeakyRelu", { alpha: 0.2 }),
  elu: named("Elu", { alpha: 1 }),
  selu: named("Selu", { alpha: 1.6732632423543772, gamma: 1.0507009873554805 }),
  // z·Φ(z) = z·(1 + erf(z / √2)) / 2, in the order of nodes that onnxruntime knows as Gelu.
  gelu(builder, z) {
    const ratio = builder.add("Div", [z, builder.scalar("root of 2", Math.SQRT2)]);
    const sum = builder.add("Add", [builder.add("Erf", [ratio]), builder.scalar("one", 1)]);
    return builder.add("Mul", [builder.add("Mul", [z, sum]), builder.scalar("half", 0.5)]);
  },
  silu: (builder, z) => builder.add("Mul", [z, builder.add("Sigmoid", [z])]),
  softplus: named("Softplus"),
  mish: (builder, z) => builder.add("Mul", [z, builder.add("Tanh", [builder.add("Softplus", [z])])]),
};

/** Adds f(z), element by element. */
export function activate(builder: GraphBuilder, activation: ActivationName, z: string): string {
  return WRITERS[activation](builder, z);
}
