import type { RecurrentFields } from "../../layers/recurrentOptions.js";
import type { GraphLayer } from "../modelGraph.js";
import { transposed } from "../weightArray.js";
import { activate } from "./activationNodes.js";
import type { GraphBuilder } from "./graphBuilder.js";
import { ElementType, graph, int, type OnnxPort } from "./onnxModel.js";
import type { Value } from "./onnxValue.js";

/**
 * A recurrent layer step by step, for activations that ONNX's own operators do not have: the products with all inputs at
 * once, then a Scan over the steps.
 *
 * @returns the state after each step, [steps, batch, units], or the last one, [batch, units]
 */
export function scanNodes(
  builder: GraphBuilder,
  layer: GraphLayer,
  options: RecurrentFields,
  x: Value,
): string {
  const {
    name,
    weights,
    options: { kind },
  } = layer;
  const { units, returnSequences } = options;
  const long = kind === "lstm";
  const parts = (["ih", "hh"] as const).map((part) => {
    const matrix = builder.weight(`${name}.weight_${part}_l0`, transposed(weights.get(`weight_${part}_l0`)!));
    const bias = weights.get(`bias_${part}_l0`);
    return { matrix, bias: bias && builder.weight(`${name}.bias_${part}_l0`, bias) };
  });
  const product = (input: string, { matrix, bias }: (typeof parts)[number]) => {
    const z = builder.add("MatMul", [input, matrix]);
    return bias === undefined ? z : builder.add("Add", [z, bias]);
  };
  const inputs = product(x.name, parts[0]!);
  const start = zeroState(builder, x.name, units);
  const port = (label: string, width = units): OnnxPort => ({
    name: `${name}.${label}`,
    type: ElementType.float,
    shape: ["batch", width],
  });
  const body = builder.inner(name, () => {
    const state = builder.input(port("state"));
    const cell = long ? builder.input(port("cell")) : "";
    const sums = builder.input(port("inputs", (long ? 4 : 3) * units));
    const states = product(state, parts[1]!);
    const next = long
      ? lstmStep(builder, options, builder.add("Add", [sums, states]), cell)
      : gruStep(builder, options, sums, states, state);
    for (const value of [...next, next[0]!]) builder.output(value, port("next"));
  });
  const states = long ? [start, start] : [start];
  const outputs = builder.addSeveral("Scan", [...states, inputs], states.length + 1, {
    attributes: { body: graph(body), num_scan_inputs: int(1) },
  });
  return returnSequences ? outputs.at(-1)! : outputs[0]!;
}

/** Zeros for each row of the batch. */
function zeroState(builder: GraphBuilder, x: string, units: number): string {
  const shape = builder.add("Shape", [x], { attributes: { start: int(1), end: int(2) } });
  const wanted = builder.add("Concat", [shape, builder.ints("units", [units])], {
    attributes: { axis: int(0) },
  });
  return builder.add("Expand", [builder.floats("zero", [0], [1, 1]), wanted]);
}

/** i, f, g, o = σ, σ, f, σ of z; c ← f·c + i·g; h ← o·f(c). Returns h and c. */
function lstmStep(builder: GraphBuilder, options: RecurrentFields, z: string, cell: string): string[] {
  const { activation, recurrentActivation: gate } = options;
  const [i, f, g, o] = split(builder, z, 4, options.units) as [string, string, string, string];
  const kept = builder.add("Mul", [activate(builder, gate, f), cell]);
  const fresh = builder.add("Mul", [activate(builder, gate, i), activate(builder, activation, g)]);
  const next = builder.add("Add", [kept, fresh]);
  return [builder.add("Mul", [activate(builder, gate, o), activate(builder, activation, next)]), next];
}

/** r, z = σ of x + s; n = f(x + r·s); h ← (1 − z)·n + z·h = n + z·(h − n). Returns h. */
function gruStep(
  builder: GraphBuilder,
  { activation, recurrentActivation: gate, units }: RecurrentFields,
  inputs: string,
  states: string,
  state: string,
): string[] {
  const [xr, xz, xn] = split(builder, inputs, 3, units) as [string, string, string];
  const [sr, sz, sn] = split(builder, states, 3, units) as [string, string, string];
  const reset = activate(builder, gate, builder.add("Add", [xr, sr]));
  const keep = activate(builder, gate, builder.add("Add", [xz, sz]));
  const fresh = activate(builder, activation, builder.add("Add", [xn, builder.add("Mul", [reset, sn])]));
  const difference = builder.add("Sub", [state, fresh]);
  return [builder.add("Add", [fresh, builder.add("Mul", [keep, difference])])];
}

function split(builder: GraphBuilder, z: string, parts: number, units: number): string[] {
  const lengths = builder.ints(
    "lengths",
    Array.from({ length: parts }, () => units),
  );
  return builder.addSeveral("Split", [z, lengths], parts, { attributes: { axis: int(1) } });
}
