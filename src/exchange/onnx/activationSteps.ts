import { activation } from "../../layers/activation.js";
import type { ActivationName } from "../../layers/activations.js";
import { floatOf, type GraphView, refuse, textOf } from "./graphView.js";
import type { Import } from "./importFlow.js";
import type { OnnxNode } from "./onnxModel.js";

/** Numbers in files are rounded to 32 bits. */
const near = (a: number, b: number) => Math.abs(a - b) < 1e-6;

/** Operators that are an activation of ours, where their attributes are its constants. */
const OPERATORS: Readonly<Record<string, (node: OnnxNode) => ActivationName>> = {
  Relu: () => "relu",
  Sigmoid: () => "sigmoid",
  Tanh: () => "tanh",
  Softplus: () => "softplus",
  Mish: () => "mish",
  Elu: (node) => expecting(node, near(floatOf(node, "alpha", 1), 1), "elu", "alpha = 1"),
  LeakyRelu: (node) =>
    expecting(node, near(floatOf(node, "alpha", 0.01), 0.2), "leakyRelu", "a slope of 0.2 below 0"),
  Selu: (node) =>
    expecting(
      node,
      near(floatOf(node, "alpha", 1.6732632), 1.6732632) && near(floatOf(node, "gamma", 1.050701), 1.050701),
      "selu",
      "the constants of its paper",
    ),
  Gelu: (node) =>
    expecting(node, textOf(node, "approximate", "none") === "none", "gelu", "z·Φ(z) without approximation"),
};

function expecting(node: OnnxNode, fits: boolean, name: ActivationName, what: string): ActivationName {
  return fits ? name : refuse(node, `the activation ${name} has ${what} here`);
}

/** Whether a node is an activation on its own. */
export function isActivation({ op }: OnnxNode): boolean {
  return Object.hasOwn(OPERATORS, op);
}

/** Adds an activation of its own operator. */
export function activationStep(work: Import, node: OnnxNode): void {
  take(work, node, OPERATORS[node.op]!(node), node.outputs[0]!);
}

/** An activation joins the layer before it, if that is one that has none yet. */
function take(work: Import, node: OnnxNode, name: ActivationName, value: string): void {
  const layer = work.layers.at(-1)?.layer;
  const linear =
    layer && "activation" in layer && layer.activation === "linear" && !("returnSequences" in layer);
  if (linear && layer.kind !== "activation" && !work.after.node) work.change({ ...layer, activation: name });
  else work.add(node, activation(name));
  work.pass(value);
}

/**
 * An activation of several nodes, which read the same value: silu, mish, gelu, and softplus as PyTorch writes it.
 *
 * @returns whether it was one
 */
export function joinedActivationStep(work: Import, nodes: readonly OnnxNode[]): boolean {
  const { view, flow } = work;
  const found =
    sigmoidProduct(view, flow.value, nodes) ?? gelu(view, flow.value, nodes) ?? softplus(view, nodes);
  if (!found) return false;
  take(work, found.node, found.name, found.value);
  return true;
}

interface Joined {
  readonly node: OnnxNode;
  readonly name: ActivationName;
  readonly value: string;
}

/** The only reader of a node's output, if it is of this operator. */
function next(view: GraphView, node: OnnxNode | undefined, op: string): OnnxNode | undefined {
  const readers = view.consumers(node?.outputs[0] ?? "");
  return node && readers.length === 1 && readers[0]!.op === op ? readers[0] : undefined;
}

/** The constant that a node has besides an input. */
function constantBeside(view: GraphView, node: OnnxNode | undefined): number | undefined {
  for (const input of node?.inputs ?? []) {
    const constant = view.floats(input);
    if (constant?.data.length === 1) return constant.data[0];
  }
  return undefined;
}

/** z·σ(z), and z·tanh(softplus(z)). */
function sigmoidProduct(view: GraphView, z: string, nodes: readonly OnnxNode[]): Joined | undefined {
  if (nodes.length !== 2) return undefined;
  const node = nodes.find(({ op }) => op === "Sigmoid" || op === "Softplus");
  if (!node) return undefined;
  const gate = node.op === "Sigmoid" ? node : next(view, node, "Tanh");
  const product = next(view, gate, "Mul");
  if (!product?.inputs.includes(z) || !nodes.includes(product)) return undefined;
  return { node, name: node.op === "Sigmoid" ? "silu" : "mish", value: product.outputs[0]! };
}

/** z·(1 + erf(z/√2))/2, with the half at any place. */
function gelu(view: GraphView, z: string, nodes: readonly OnnxNode[]): Joined | undefined {
  const node = nodes.find((each) => next(view, each, "Erf"));
  const scaled = constantBeside(view, node);
  const ratio = node?.op === "Div" ? Math.SQRT2 : Math.SQRT1_2;
  if (!node || !["Div", "Mul"].includes(node.op) || scaled === undefined || !near(scaled, ratio))
    return undefined;
  const sum = next(view, next(view, node, "Erf"), "Add");
  const product = next(view, sum, "Mul");
  if (constantBeside(view, sum) !== 1 || !product || nodes.length !== 2) return undefined;
  const other = nodes.find((each) => each !== node);
  // z·(…)·½, or (z·½)·(…).
  const half = other === product ? next(view, product, "Mul") : other?.op === "Mul" ? other : undefined;
  if (constantBeside(view, half) !== 0.5) return undefined;
  if (other === product)
    return product.inputs.includes(z) ? { node, name: "gelu", value: half!.outputs[0]! } : undefined;
  return next(view, half, "Mul") === product ? { node, name: "gelu", value: product.outputs[0]! } : undefined;
}

/** Where z is large, softplus(z) is z: PyTorch writes that as a choice. */
function softplus(view: GraphView, nodes: readonly OnnxNode[]): Joined | undefined {
  const [node, greater, choice] = ["Softplus", "Greater", "Where"].map((op) =>
    nodes.find((each) => each.op === op),
  );
  if (nodes.length !== 3 || !node || !greater || !choice) return undefined;
  const threshold = view.floats(greater.inputs[1] ?? "")?.data[0];
  const wired = choice.inputs[0] === greater.outputs[0] && choice.inputs[2] === node.outputs[0];
  // From 20 on, the two differ by less than a 32-bit float shows.
  return wired && threshold !== undefined && threshold >= 17
    ? { node, name: "softplus", value: choice.outputs[0]! }
    : undefined;
}
