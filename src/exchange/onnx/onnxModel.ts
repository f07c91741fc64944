// ONNX models as plain objects: the messages of onnx.proto that models of layers need. `writeOnnx.ts` and `readOnnx.ts`
// turn them into protocol buffers and back.

/** Element types of tensors, by the numbers that files have for them. */
export const ElementType = {
  float: 1,
  int32: 6,
  int64: 7,
  string: 8,
  bool: 9,
  float16: 10,
  double: 11,
  bfloat16: 16,
} as const;

/** An array stored in a model. */
export interface OnnxTensor {
  readonly name: string;
  readonly shape: readonly number[];
  /** One of `ElementType`. */
  readonly type: number;
  /** Its elements, little-endian. */
  readonly bytes: Uint8Array;
}

/** The value of an attribute of a node. */
export type OnnxAttribute =
  | { readonly kind: "float" | "int"; readonly value: number }
  | { readonly kind: "text"; readonly value: string }
  | { readonly kind: "floats" | "ints"; readonly value: readonly number[] }
  | { readonly kind: "texts"; readonly value: readonly string[] }
  | { readonly kind: "tensor"; readonly value: OnnxTensor }
  | { readonly kind: "graph"; readonly value: OnnxGraph };

/** The attributes of a node by name. */
export type OnnxAttributes = Readonly<Record<string, OnnxAttribute>>;

/** A calculation: an operator with the names of what it reads and of what it makes. */
export interface OnnxNode {
  readonly name: string;
  readonly op: string;
  /** Whose operator it is; `""` is ONNX itself. */
  readonly domain: string;
  /** `""` stands for an input that is left out. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: OnnxAttributes;
}

/** A dimension: its length, or the name of one that is known only when the model runs. Undefined if a file says nothing. */
export type OnnxDimension = number | string | undefined;

/** What goes into a graph or comes out of it. */
export interface OnnxPort {
  readonly name: string;
  /** One of `ElementType`; 0 if a file does not say it. */
  readonly type: number;
  /** Undefined if a file does not say it. */
  readonly shape: readonly OnnxDimension[] | undefined;
  /** What it is, for people. */
  readonly text?: string;
}

/** Calculations in an order in which each has what it reads. */
export interface OnnxGraph {
  readonly name: string;
  readonly text?: string;
  readonly nodes: readonly OnnxNode[];
  readonly tensors: readonly OnnxTensor[];
  readonly inputs: readonly OnnxPort[];
  readonly outputs: readonly OnnxPort[];
}

/** A whole file. */
export interface OnnxModel {
  /** Version of the file format itself. */
  readonly irVersion: number;
  /** Version of the operators of each domain. */
  readonly opsets: ReadonlyMap<string, number>;
  readonly producer: { readonly name: string; readonly version: string };
  readonly graph: OnnxGraph;
  readonly metadata: ReadonlyMap<string, string>;
}

/** The values of attributes, as they are written in code. */
export const float = (value: number): OnnxAttribute => ({ kind: "float", value });
export const int = (value: number): OnnxAttribute => ({ kind: "int", value });
export const text = (value: string): OnnxAttribute => ({ kind: "text", value });
export const floats = (value: readonly number[]): OnnxAttribute => ({ kind: "floats", value });
export const ints = (value: readonly number[]): OnnxAttribute => ({ kind: "ints", value });
export const texts = (value: readonly string[]): OnnxAttribute => ({ kind: "texts", value });
export const graph = (value: OnnxGraph): OnnxAttribute => ({ kind: "graph", value });
