import { FormatError } from "../../common/errors.js";
import { quote } from "../../common/printable.js";
import { widenHalves } from "../../formats/float16.js";
import { widenBfloats } from "../../formats/narrowFloats.js";
import { copyBytes } from "../../formats/typedArrays.js";
import type { GraphWeight } from "../modelGraph.js";
import {
  ElementType,
  type OnnxAttribute,
  type OnnxGraph,
  type OnnxNode,
  type OnnxTensor,
} from "./onnxModel.js";

/** How far constants are followed back. */
const FARTHEST = 64;

/** @throws {FormatError} always: a node that no layer of ours stands for */
export function refuse({ name, op, outputs }: OnnxNode, why: string): never {
  throw new FormatError(`node ${quote((name || outputs[0]) ?? "")}, ${quote(op)}: ${why}`);
}

/** A graph as one looks things up in it: who makes a value, who reads it, and what is known before it runs. */
export class GraphView {
  readonly graph: OnnxGraph;
  readonly #tensors: ReadonlyMap<string, OnnxTensor>;
  readonly #producers = new Map<string, OnnxNode>();
  readonly #consumers = new Map<string, OnnxNode[]>();
  /** Lists of integers that were looked up, so that each is calculated once, however many nodes read it. */
  readonly #known = new Map<string, readonly number[] | undefined>();
  /** Lengths of the dimensions of the values that were met so far; NaN is the batch. */
  readonly #dimensions = new Map<string, readonly number[]>();

  constructor(graph: OnnxGraph) {
    this.graph = graph;
    this.#tensors = new Map(graph.tensors.map((tensor) => [tensor.name, tensor]));
    for (const node of graph.nodes) {
      for (const output of node.outputs) if (output !== "") this.#producers.set(output, node);
      for (const input of new Set(node.inputs)) {
        const others = this.#consumers.get(input);
        if (others) others.push(node);
        else this.#consumers.set(input, [node]);
      }
    }
  }

  /** Remembers the lengths of a value's dimensions. */
  met(value: string, dimensions: readonly number[]): void {
    this.#dimensions.set(value, dimensions);
    // What was asked before may depend on it.
    this.#known.clear();
  }

  producer(value: string): OnnxNode | undefined {
    return this.#producers.get(value);
  }

  /** Who calculates with a value; who only asks for its shape does not. */
  consumers(value: string): readonly OnnxNode[] {
    return (this.#consumers.get(value) ?? []).filter(({ op }) => op !== "Shape");
  }

  isOutput(value: string): boolean {
    return this.graph.outputs.some(({ name }) => name === value);
  }

  /** Whether a value does not depend on the samples, as far as one can tell by the nodes before it. */
  isConstant(value: string): boolean {
    return this.#stored(value, 0) !== undefined;
  }

  /** A constant array as floats, turned as the graph turns it; undefined for what is none. */
  floats(value: string): GraphWeight | undefined {
    const stored = this.#stored(value, 0);
    return stored && toFloats(stored);
  }

  /**
   * A small list of integers that can be told before the graph runs, such as a shape; NaN stands for the batch. Undefined
   * for anything else.
   */
  integers(value: string): readonly number[] | undefined {
    return this.#integers(value, 0);
  }

  /** Whether a value is nothing but zeros, of any shape: the state that a recurrent layer starts from. */
  isZero(value: string, depth = 0): boolean {
    const constant = this.floats(value);
    if (constant) return constant.data.every((each) => each === 0);
    const node = this.#producers.get(value);
    if (!node || depth > FARTHEST) return false;
    if (
      ["Expand", "Slice", "Unsqueeze", "Squeeze", "Identity", "Cast", "Tile", "Reshape"].includes(node.op)
    ) {
      return this.isZero(node.inputs[0] ?? "", depth + 1);
    }
    if (node.op !== "ConstantOfShape") return false;
    const filled = tensorOf(node, "value");
    return !filled || toFloats(filled)?.data.every((each) => each === 0) === true;
  }

  /** The array behind a value, by way of nodes that leave the numbers as they are. */
  #stored(value: string, depth: number): OnnxTensor | undefined {
    const tensor = this.#tensors.get(value);
    if (tensor) return tensor;
    const node = this.#producers.get(value);
    if (!node || depth > FARTHEST) return undefined;
    if (node.op === "Constant") return constantOf(node);
    if (node.op !== "Cast" && node.op !== "Identity") return undefined;
    return this.#stored(node.inputs[0] ?? "", depth + 1);
  }

  #integers(value: string, depth: number): readonly number[] | undefined {
    if (this.#known.has(value)) return this.#known.get(value);
    // Until it is known, so that a circle ends.
    this.#known.set(value, undefined);
    const integers = this.#calculated(value, depth);
    this.#known.set(value, integers);
    return integers;
  }

  #calculated(value: string, depth: number): readonly number[] | undefined {
    const stored = this.#stored(value, 0);
    if (stored) return toIntegers(stored);
    const node = this.#producers.get(value);
    if (!node || depth > FARTHEST) return undefined;
    if (node.op === "Shape") {
      const input = node.inputs[0] ?? "";
      const list = this.#dimensions.has(input) ? undefined : this.#integers(input, depth + 1);
      const dimensions = list ? [list.length] : this.#dimensions.get(input);
      return dimensions?.slice(intOf(node, "start", 0), intOf(node, "end", dimensions.length));
    }
    const inputs = node.inputs.map((input) => this.#integers(input, depth + 1));
    if (inputs.some((each) => each === undefined)) return undefined;
    if (node.op === "ConstantOfShape") return repeated(node, inputs as (readonly number[])[]);
    return calculated(node, inputs as (readonly number[])[]);
  }
}

/** The list of ConstantOfShape. */
function repeated(node: OnnxNode, [shape = []]: (readonly number[])[]): readonly number[] | undefined {
  const stored = constantOf(node);
  const [value] = stored ? (toIntegers(stored) ?? []) : [0];
  const [length = 0] = shape;
  if (shape.length !== 1 || !(length <= FARTHEST) || value === undefined) return undefined;
  return Array.from({ length }, () => value);
}

/** What nodes make of small lists: of one dimension, or of none. */
function calculated({ op }: OnnxNode, inputs: readonly (readonly number[])[]): readonly number[] | undefined {
  const [a = [], b = [], c = []] = inputs;
  const each = (calculate: (x: number, y: number) => number) => {
    if (a.length !== b.length && a.length !== 1 && b.length !== 1) return undefined;
    const length = Math.max(a.length, b.length);
    return Array.from({ length }, (_, i) =>
      calculate(a[a.length === 1 ? 0 : i]!, b[b.length === 1 ? 0 : i]!),
    );
  };
  switch (op) {
    case "Concat": {
      const all = inputs.flat();
      return all.length <= FARTHEST ? all : undefined;
    }
    case "Gather":
      return b.map((index) => a.at(index) ?? Number.NaN);
    case "Slice":
      return inputs.length <= 4 ? a.slice(b[0], c[0]) : undefined;
    case "Add":
      return each((x, y) => x + y);
    case "Sub":
      return each((x, y) => x - y);
    case "Mul":
      return each((x, y) => x * y);
    case "Div":
      return each((x, y) => Math.trunc(x / y));
    case "Mod":
      return each((x, y) => x - y * Math.floor(x / y));
    case "Equal":
      return each((x, y) => (x === y ? 1 : 0));
    case "Where":
      return a.map((chosen, i) => (chosen ? b : c)[(chosen ? b : c).length === 1 ? 0 : i] ?? Number.NaN);
    case "Unsqueeze":
    case "Squeeze":
    case "Reshape":
    case "Cast":
    case "Identity":
      return a;
    default:
      return undefined;
  }
}

function constantOf({ attributes }: OnnxNode): OnnxTensor | undefined {
  const [attribute] = Object.values(attributes);
  const made = (type: number, shape: readonly number[], array: ArrayBufferView<ArrayBuffer>): OnnxTensor => ({
    name: "",
    type,
    shape,
    bytes: new Uint8Array(array.buffer),
  });
  switch (attribute?.kind) {
    case "tensor":
      return attribute.value;
    case "float":
      return made(ElementType.float, [], Float32Array.of(attribute.value));
    case "floats":
      return made(ElementType.float, [attribute.value.length], Float32Array.from(attribute.value));
    case "int":
      return made(ElementType.int64, [], BigInt64Array.of(BigInt(attribute.value)));
    case "ints":
      return made(ElementType.int64, [attribute.value.length], BigInt64Array.from(attribute.value, BigInt));
    default:
      return undefined;
  }
}

function toFloats({ type, shape, bytes }: OnnxTensor): GraphWeight | undefined {
  const { buffer } = copyBytes(bytes);
  if (type === ElementType.float) return { shape, data: new Float32Array(buffer) };
  if (type === ElementType.double) return { shape, data: Float32Array.from(new Float64Array(buffer)) };
  if (type !== ElementType.float16 && type !== ElementType.bfloat16) return undefined;
  const data = new Float32Array(bytes.length / 2);
  const widen = type === ElementType.float16 ? widenHalves : widenBfloats;
  widen(new Uint16Array(buffer), new Uint32Array(data.buffer));
  return { shape, data };
}

function toIntegers({ type, bytes }: OnnxTensor): readonly number[] | undefined {
  if (bytes.length > 8 * FARTHEST) return undefined;
  const { buffer } = copyBytes(bytes);
  if (type === ElementType.int64) return Array.from(new BigInt64Array(buffer), Number);
  return type === ElementType.int32 ? Array.from(new Int32Array(buffer)) : undefined;
}

function attributeOf<K extends OnnxAttribute["kind"]>(
  { attributes }: OnnxNode,
  name: string,
  kind: K,
): Extract<OnnxAttribute, { kind: K }>["value"] | undefined {
  const attribute = Object.hasOwn(attributes, name) ? attributes[name] : undefined;
  return attribute?.kind === kind ? (attribute.value as never) : undefined;
}

/** An attribute of a node, or what stands for it where the node has none. */
export function intOf(node: OnnxNode, name: string, usual: number): number {
  return attributeOf(node, name, "int") ?? usual;
}

export function floatOf(node: OnnxNode, name: string, usual: number): number {
  return attributeOf(node, name, "float") ?? usual;
}

export function textOf(node: OnnxNode, name: string, usual: string): string {
  return attributeOf(node, name, "text") ?? usual;
}

export function intsOf(node: OnnxNode, name: string): readonly number[] | undefined {
  return attributeOf(node, name, "ints");
}

export function textsOf(node: OnnxNode, name: string): readonly string[] | undefined {
  return attributeOf(node, name, "texts");
}

function tensorOf(node: OnnxNode, name: string): OnnxTensor | undefined {
  return attributeOf(node, name, "tensor");
}
