import { bytesOf } from "../../formats/typedArrays.js";
import { sizeOf } from "../../layers/shape.js";
import type { GraphWeight } from "../modelGraph.js";
import {
  ElementType,
  int,
  type OnnxAttributes,
  type OnnxGraph,
  type OnnxNode,
  type OnnxPort,
  type OnnxTensor,
} from "./onnxModel.js";
import { storeWeight, type WeightType } from "./storedWeights.js";

/** What a call of `add` may say besides the operator and its inputs. */
interface NodeOptions {
  readonly attributes?: OnnxAttributes;
  readonly domain?: string;
}

/**
 * Collects the nodes and arrays of a graph, and gives every value a name of its own. Methods that make a value return its
 * name.
 */
export class GraphBuilder {
  #nodes: OnnxNode[] = [];
  #inputs: OnnxPort[] = [];
  #outputs: OnnxPort[] = [];
  readonly #tensors: OnnxTensor[] = [];
  /** What the user should know about the exported model. */
  readonly notes: string[] = [];
  /** How many more values begin with a name. */
  readonly #taken = new Map<string, number>();
  /** Arrays by their type, shape and bytes, so that each is stored once. */
  readonly #constants = new Map<string, string>();
  readonly #weightType: WeightType;
  /** The part of the graph, such as the member of an ensemble. */
  #part = "";
  #scope = "";
  #difference = 0;

  constructor(weightType: WeightType) {
    this.#weightType = weightType;
  }

  /** The largest difference between a weight and what is stored of it. */
  get difference(): number {
    return this.#difference;
  }

  /** What the inputs are, for `metadata_props`: JSON of a text for each. */
  get describedInputs(): string {
    return described(this.#inputs);
  }

  /** The same of the outputs. */
  get describedOutputs(): string {
    return described(this.#outputs);
  }

  /** Domains of the operators in use. */
  get domains(): Set<string> {
    return new Set(this.#nodes.map(({ domain }) => domain));
  }

  /** All that was added. */
  graph(name: string, text?: string): OnnxGraph {
    const parts = {
      nodes: this.#nodes,
      tensors: this.#tensors,
      inputs: this.#inputs,
      outputs: this.#outputs,
    };
    return { name, ...(text !== undefined && { text }), ...parts };
  }

  /** What `build` adds becomes a graph inside this one, the body of a loop. Arrays are stored outside, where it sees them. */
  inner(name: string, build: () => void): OnnxGraph {
    const outer = [this.#nodes, this.#inputs, this.#outputs] as const;
    [this.#nodes, this.#inputs, this.#outputs] = [[], [], []];
    build();
    const inner = { ...this.graph(name), tensors: [] };
    [this.#nodes, this.#inputs, this.#outputs] = outer;
    return inner;
  }

  /** From now on, names of values begin with this. */
  within(scope: string): this {
    this.#scope = this.#part + scope;
    return this;
  }

  /** While `build` runs, names of values and weights also begin with the name of this part. */
  inPart<T>(part: string, build: () => T): T {
    const outer = this.#part;
    this.#part = `${part}.`;
    const built = build();
    this.#part = outer;
    return built;
  }

  /** Adds what the graph takes. Inputs come first, so that they keep the names that users know. */
  input(port: OnnxPort): string {
    const name = this.#unique(port.name);
    this.#inputs.push({ ...port, name });
    return name;
  }

  /** Gives a value to the outside under its name. */
  output(value: string, port: OnnxPort): void {
    const name = this.#unique(port.name);
    this.#nodes.push({ name, op: "Identity", domain: "", inputs: [value], outputs: [name], attributes: {} });
    this.#outputs.push({ ...port, name });
  }

  /** Adds a node with one output. */
  add(op: string, inputs: readonly string[], options: NodeOptions = {}): string {
    return this.addSeveral(op, inputs, 1, options)[0]!;
  }

  /** Adds a node with so many outputs. */
  addSeveral(op: string, inputs: readonly string[], count: number, options: NodeOptions = {}): string[] {
    const { attributes = {}, domain = "" } = options;
    const name = this.#unique(this.#scoped(op));
    const outputs = Array.from({ length: count }, (_, i) =>
      count === 1 ? name : this.#unique(`${name}.${i}`),
    );
    this.#nodes.push({ name, op, domain, inputs, outputs, attributes });
    return outputs;
  }

  /** Adds weights, stored in the type of weights; in the graph they are floats. */
  weight(name: string, { shape, data }: GraphWeight): string {
    const { type, bytes, difference } = storeWeight(data, this.#weightType);
    this.#difference = Math.max(this.#difference, difference);
    const stored = this.#store(this.#part + name, { type, shape, bytes });
    if (type === ElementType.float) return stored;
    return this.add("Cast", [stored], { attributes: { to: int(ElementType.float) } });
  }

  /** Adds floats that are no weights, and stay exact. */
  floats(name: string, values: ArrayLike<number>, shape: readonly number[] = [values.length]): string {
    return this.#constant(name, ElementType.float, shape, bytesOf(Float32Array.from(values)));
  }

  /** Adds a single float. */
  scalar(name: string, value: number): string {
    return this.floats(name, [value], []);
  }

  /** Adds a single double. */
  double(name: string, value: number): string {
    return this.#constant(name, ElementType.double, [], bytesOf(Float64Array.of(value)));
  }

  /** Adds integers: a shape, or axes. */
  ints(name: string, values: readonly number[]): string {
    const bytes = bytesOf(BigInt64Array.from(values, BigInt));
    return this.#constant(name, ElementType.int64, [values.length], bytes);
  }

  #constant(name: string, type: number, shape: readonly number[], bytes: Uint8Array): string {
    if (sizeOf(shape) > 16) return this.#store(this.#scoped(name), { type, shape, bytes });
    const key = `${type} ${shape} ${bytes}`;
    const known = this.#constants.get(key);
    if (known !== undefined) return known;
    const stored = this.#store(name, { type, shape, bytes });
    this.#constants.set(key, stored);
    return stored;
  }

  #store(name: string, tensor: Omit<OnnxTensor, "name">): string {
    const unique = this.#unique(name);
    this.#tensors.push({ ...tensor, name: unique });
    return unique;
  }

  #scoped(name: string): string {
    return this.#scope === "" ? name : `${this.#scope}/${name}`;
  }

  #unique(wanted: string): string {
    // An empty name stands for no value at all.
    const name = wanted === "" ? "value" : wanted;
    for (;;) {
      const count = this.#taken.get(name) ?? 0;
      this.#taken.set(name, count + 1);
      const unique = count === 0 ? name : `${name}_${count}`;
      if (count === 0) return unique;
      if (!this.#taken.has(unique)) {
        this.#taken.set(unique, 1);
        return unique;
      }
    }
  }
}

function described(ports: readonly OnnxPort[]): string {
  return JSON.stringify(Object.fromEntries(ports.map(({ name, text = "" }) => [name, text])));
}
