import type { ActivationName } from "../../layers/activations.js";
import { gru } from "../../layers/gru.js";
import { lstm } from "../../layers/lstm.js";
import type { GraphWeight } from "../modelGraph.js";
import { floatOf, intOf, refuse, textOf, textsOf } from "./graphView.js";
import { type Import, UNIT } from "./importFlow.js";
import type { OnnxNode } from "./onnxModel.js";

/** The gates in ONNX's order, i, o, f, c and z, r, h, and their places in ours. */
const ORDERS = { LSTM: [0, 3, 1, 2], GRU: [1, 0, 2] } as const;

const ACTIVATIONS: Readonly<Record<string, ActivationName>> = {
  tanh: "tanh",
  sigmoid: "sigmoid",
  relu: "relu",
  softplus: "softplus",
};

/** LSTM and GRU, from a state of 0. */
export function recurrentStep(work: Import, node: OnnxNode): void {
  const { flow, view } = work;
  const kind = node.op as keyof typeof ORDERS;
  const [sequences = "", last = "", cells = ""] = node.outputs;
  const used = [sequences, last, cells].map(
    (value) => value !== "" && (view.consumers(value).length > 0 || view.isOutput(value)),
  );
  if (flow.axes.join() !== "1,0,2") refuse(node, "needs sequences of the shape [steps, batch, features]");
  if (textOf(node, "direction", "forward") !== "forward") refuse(node, "reads sequences from their end");
  if (intOf(node, "layout", 0) !== 0 || intOf(node, "input_forget", 0) !== 0)
    refuse(node, "layout and input_forget must be 0");
  if (floatOf(node, "clip", 0) !== 0) refuse(node, "clip is not known");
  if (kind === "GRU" && intOf(node, "linear_before_reset", 0) !== 1)
    refuse(node, "only linear_before_reset = 1 is known");
  if (node.inputs[4]) refuse(node, "sequences of different lengths are not known");
  for (const input of node.inputs.slice(5)) {
    if (input !== "" && !view.isZero(input)) refuse(node, "only states and peepholes of 0 are known");
  }
  if (used[0] === used[1] || used[2])
    refuse(node, "either all states or the last one can be taken, and no cell");
  const [activation, recurrentActivation] = activationsOf(node, kind);
  const { units, weights } = weightsOf(work, node, kind);
  const options = { activation, recurrentActivation, returnSequences: used[0]!, bias: weights.length > 2 };
  work.add(node, kind === "LSTM" ? lstm(units, options) : gru(units, options), weights);
  if (used[0]) work.go({ value: sequences, shape: [flow.shape[0]!, units], axes: [1, UNIT, 0, 2] });
  else work.go({ value: last, shape: [units], axes: [UNIT, 0, 1] });
}

function activationsOf(node: OnnxNode, kind: "LSTM" | "GRU"): [ActivationName, ActivationName] {
  const given = textsOf(node, "activations") ?? [];
  if (given.length === 0) return ["tanh", "sigmoid"];
  const [gates, fresh, out = fresh] = given.map((name) => ACTIVATIONS[name.toLowerCase()]);
  if (!gates || !fresh || out !== fresh || given.length !== (kind === "LSTM" ? 3 : 2)) {
    refuse(node, `activations ${given.join(", ")} are not known`);
  }
  return [fresh!, gates!];
}

function weightsOf(work: Import, node: OnnxNode, kind: "LSTM" | "GRU") {
  const gates = kind === "LSTM" ? 4 : 3;
  const [inputs, states] = [work.constant(node, 1), work.constant(node, 2)];
  const units = states.shape[2] ?? 0;
  const features = work.flow.shape[1]!;
  const fits = (weight: GraphWeight, ...shape: number[]) => weight.shape.join() === shape.join();
  if (units < 1 || !fits(inputs, 1, gates * units, features) || !fits(states, 1, gates * units, units)) {
    refuse(node, `its weights have the shapes [${inputs.shape.join(", ")}] and [${states.shape.join(", ")}]`);
  }
  const ours = ({ data }: GraphWeight, ...shape: number[]): GraphWeight => {
    const sorted = new Float32Array(data.length);
    const size = data.length / gates;
    ORDERS[kind].forEach((to, from) => {
      sorted.set(data.subarray(from * size, (from + 1) * size), to * size);
    });
    return { shape, data: sorted };
  };
  const weights: [string, GraphWeight][] = [
    ["weight_ih_l0", ours(inputs, gates * units, features)],
    ["weight_hh_l0", ours(states, gates * units, units)],
  ];
  if (node.inputs[3]) {
    const bias = work.constant(node, 3);
    if (!fits(bias, 1, 2 * gates * units)) refuse(node, `its bias has the shape [${bias.shape.join(", ")}]`);
    const half = (from: number): GraphWeight => ({
      shape: [gates * units],
      data: bias.data.subarray(from * gates * units, (from + 1) * gates * units),
    });
    weights.push(["bias_ih_l0", ours(half(0), gates * units)], ["bias_hh_l0", ours(half(1), gates * units)]);
  }
  return { units, weights };
}
