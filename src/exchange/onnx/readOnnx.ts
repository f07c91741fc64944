import { BinaryReader, WireType } from "@bufbuild/protobuf/wire";
import { FormatError, IsthmusError } from "../../common/errors.js";
import { foreignFile } from "../../formats/foreignFile.js";
import { elementCount, type FileBytes, isDimension, requireBytes } from "../../formats/typedArrays.js";
import {
  ElementType,
  type OnnxAttribute,
  type OnnxDimension,
  type OnnxGraph,
  type OnnxModel,
  type OnnxNode,
  type OnnxPort,
  type OnnxTensor,
} from "./onnxModel.js";

/** How deep graphs may lie within attributes of nodes of graphs. */
const DEEPEST = 16;

/** Bytes of an element, for the types that can be read. */
const SIZES: ReadonlyMap<number, number> = new Map([
  [ElementType.float, 4],
  [ElementType.int32, 4],
  [ElementType.int64, 8],
  [ElementType.float16, 2],
  [ElementType.double, 8],
  [ElementType.bfloat16, 2],
]);

/**
 * Reads an .onnx file. Arrays are views of its bytes where the file has them as bytes.
 *
 * @throws {FormatError} for anything else, for damaged files, and for arrays that are in files of their own
 */
export function readOnnx(file: FileBytes): OnnxModel {
  const bytes = requireBytes(file);
  try {
    const model = readModel(new BinaryReader(bytes));
    if (model) return model;
  } catch (error) {
    if (error instanceof IsthmusError) throw error;
    throw new FormatError(notOnnx(bytes), { cause: error });
  }
  throw new FormatError(notOnnx(bytes));
}

function notOnnx(bytes: Uint8Array): string {
  const foreign = foreignFile(bytes);
  return `the file is ${foreign === undefined ? "damaged, or no ONNX model" : `no ONNX model; it is ${foreign}`}`;
}

/** Calls `take` for each field until the message ends; what it does not read is skipped. */
function readFields(
  reader: BinaryReader,
  end: number,
  take: (field: number, wire: WireType) => boolean | undefined,
): void {
  if (end > reader.len) throw new RangeError("a message ends behind the file");
  while (reader.pos < end) {
    const [field, wire] = reader.tag();
    if (take(field, wire) !== true) reader.skip(wire);
  }
  if (reader.pos !== end) throw new RangeError("a message ends within a field");
}

/** Reads a message within another. */
function readMessage<T>(reader: BinaryReader, read: (reader: BinaryReader, end: number) => T): T {
  const length = reader.uint32();
  return read(reader, reader.pos + length);
}

function readInt(reader: BinaryReader): number {
  return Number(reader.int64());
}

/** Numbers of a repeated field, which may stand one by one or packed. */
function readNumbers(reader: BinaryReader, wire: WireType, into: number[], read: () => number): void {
  if (wire !== WireType.LengthDelimited) {
    into.push(read());
    return;
  }
  const length = reader.uint32();
  const end = reader.pos + length;
  if (end > reader.len) throw new RangeError("numbers end behind the file");
  while (reader.pos < end) into.push(read());
}

/** Undefined if there is no graph in it. */
function readModel(reader: BinaryReader): OnnxModel | undefined {
  let [irVersion, name, version] = [0, "", ""];
  let graph: OnnxGraph | undefined;
  const opsets = new Map<string, number>();
  const metadata = new Map<string, string>();
  readFields(reader, reader.len, (field, wire) => {
    const delimited = wire === WireType.LengthDelimited;
    if (field === 1 && wire === WireType.Varint) irVersion = readInt(reader);
    else if (field === 2 && delimited) name = reader.string();
    else if (field === 3 && delimited) version = reader.string();
    else if (field === 7 && delimited) graph = readMessage(reader, (_, end) => readGraph(reader, end, 0));
    else if (field === 8 && delimited) {
      const [domain, opset] = readPair(reader);
      opsets.set(domain, Number(opset));
    } else if (field === 14 && delimited) metadata.set(...readPair(reader));
    else return false;
    return true;
  });
  return graph && { irVersion, opsets, producer: { name, version }, graph, metadata };
}

/** A text, and a text or number. */
function readPair(reader: BinaryReader): [string, string] {
  return readMessage(reader, (_, end) => {
    const pair: [string, string] = ["", ""];
    readFields(reader, end, (field, wire) => {
      if (field === 1 && wire === WireType.LengthDelimited) pair[0] = reader.string();
      else if (field === 2 && wire === WireType.LengthDelimited) pair[1] = reader.string();
      else if (field === 2 && wire === WireType.Varint) pair[1] = String(readInt(reader));
      else return false;
      return true;
    });
    return pair;
  });
}

function readGraph(reader: BinaryReader, end: number, depth: number): OnnxGraph {
  if (depth > DEEPEST) throw new FormatError(`the file has graphs within graphs, more than ${DEEPEST} deep`);
  const nodes: OnnxNode[] = [];
  const tensors: OnnxTensor[] = [];
  const inputs: OnnxPort[] = [];
  const outputs: OnnxPort[] = [];
  let name = "";
  readFields(reader, end, (field, wire) => {
    if (wire !== WireType.LengthDelimited) return false;
    if (field === 1) nodes.push(readMessage(reader, (_, last) => readNode(reader, last, depth)));
    else if (field === 2) name = reader.string();
    else if (field === 5) tensors.push(readMessage(reader, readTensor));
    else if (field === 11) inputs.push(readMessage(reader, readPort));
    else if (field === 12) outputs.push(readMessage(reader, readPort));
    else return false;
    return true;
  });
  return { name, nodes, tensors, inputs, outputs };
}

function readNode(reader: BinaryReader, end: number, depth: number): OnnxNode {
  const [inputs, outputs]: [string[], string[]] = [[], []];
  const attributes: [string, OnnxAttribute][] = [];
  let [name, op, domain] = ["", "", ""];
  readFields(reader, end, (field, wire) => {
    if (wire !== WireType.LengthDelimited) return false;
    if (field === 1) inputs.push(reader.string());
    else if (field === 2) outputs.push(reader.string());
    else if (field === 3) name = reader.string();
    else if (field === 4) op = reader.string();
    else if (field === 5)
      attributes.push(readMessage(reader, (_, last) => readAttribute(reader, last, depth)));
    else if (field === 7) domain = reader.string();
    else return false;
    return true;
  });
  // By way of a Map: a name such as __proto__ is a name like any other.
  return { name, op, domain, inputs, outputs, attributes: Object.fromEntries(new Map(attributes)) };
}

/** By the numbers in the enumeration of types; those of lists of tensors and graphs are not needed. */
const KINDS = ["", "float", "int", "text", "tensor", "graph", "floats", "ints", "texts"] as const;

function readAttribute(reader: BinaryReader, end: number, depth: number): [string, OnnxAttribute] {
  const found: { float?: number; int?: number; text?: string; tensor?: OnnxTensor; graph?: OnnxGraph } = {};
  const [numbers, integers, words]: [number[], number[], string[]] = [[], [], []];
  let [name, type] = ["", 0];
  readFields(reader, end, (field, wire) => {
    const delimited = wire === WireType.LengthDelimited;
    if (field === 1 && delimited) name = reader.string();
    else if (field === 2 && wire === WireType.Bit32) found.float = reader.float();
    else if (field === 3 && wire === WireType.Varint) found.int = readInt(reader);
    else if (field === 4 && delimited) found.text = reader.string();
    else if (field === 5 && delimited) found.tensor = readMessage(reader, readTensor);
    else if (field === 6 && delimited) {
      found.graph = readMessage(reader, (_, last) => readGraph(reader, last, depth + 1));
    } else if (field === 7) readNumbers(reader, wire, numbers, () => reader.float());
    else if (field === 8) readNumbers(reader, wire, integers, () => readInt(reader));
    else if (field === 9 && delimited) words.push(reader.string());
    else if (field === 20 && wire === WireType.Varint) type = readInt(reader);
    else return false;
    return true;
  });
  const usual = { float: 0, int: 0, text: "", floats: numbers, ints: integers, texts: words };
  const values: Record<string, unknown> = { ...usual, ...found };
  // Files of before the types were written have one value and no type.
  const kind = KINDS[type] || Object.keys(found)[0] || (integers.length > 0 ? "ints" : "floats");
  return [name, { kind, value: values[kind] } as OnnxAttribute];
}

function readTensor(reader: BinaryReader, end: number): OnnxTensor {
  const shape: number[] = [];
  const numbers: number[] = [];
  let [type, name, external, typed] = [0, "", false, 0];
  let raw: Uint8Array | undefined;
  readFields(reader, end, (field, wire) => {
    const delimited = wire === WireType.LengthDelimited;
    if (field === 1) readNumbers(reader, wire, shape, () => readInt(reader));
    else if (field === 2 && wire === WireType.Varint) type = readInt(reader);
    else if (field === 4) readNumbers(reader, wire, numbers, () => reader.float());
    else if (field === 5) readNumbers(reader, wire, numbers, () => reader.int32());
    else if (field === 7) readNumbers(reader, wire, numbers, () => readInt(reader));
    else if (field === 8 && delimited) name = reader.string();
    else if (field === 9 && delimited) raw = reader.bytes();
    else if (field === 10) readNumbers(reader, wire, numbers, () => reader.double());
    else if (field === 13) external = true;
    else if (field === 14 && wire === WireType.Varint) external ||= readInt(reader) === 1;
    else return false;
    if ([4, 5, 7, 10].includes(field)) typed = field;
    return field !== 13;
  });
  if (external) {
    throw new FormatError(
      `the array ${JSON.stringify(name.slice(0, 100))} is in a file of its own (external data); save the model as one file`,
    );
  }
  const bytes = raw ?? packed(type, typed, numbers);
  return { name, shape, type, bytes: sized(name, shape, type, bytes) };
}

/** Numbers that a file has one by one, as bytes. */
function packed(type: number, field: number, numbers: readonly number[]): Uint8Array {
  const arrays = {
    4: () => Float32Array.from(numbers),
    // Halves stand among the integers by their bits.
    5: () =>
      type === ElementType.float16 || type === ElementType.bfloat16
        ? Uint16Array.from(numbers)
        : Int32Array.from(numbers),
    7: () => BigInt64Array.from(numbers, (value) => BigInt(value)),
    10: () => Float64Array.from(numbers),
  };
  const array = arrays[field as keyof typeof arrays]?.();
  return array ? new Uint8Array(array.buffer) : new Uint8Array(0);
}

/** Checks that an array has as many bytes as its shape asks for. Types that cannot be read keep what they have. */
function sized(name: string, shape: readonly number[], type: number, bytes: Uint8Array): Uint8Array {
  const size = SIZES.get(type);
  if (size === undefined) return bytes;
  const count = shape.every(isDimension) ? elementCount(shape) : undefined;
  if (count !== undefined && count * size === bytes.length) return bytes;
  throw new FormatError(
    `the array ${JSON.stringify(name.slice(0, 100))} has ${bytes.length} bytes, but its shape asks for ` +
      `${count === undefined ? "more than there can be" : count * size}`,
  );
}

function readPort(reader: BinaryReader, end: number): OnnxPort {
  let [name, type] = ["", 0];
  let shape: OnnxDimension[] | undefined;
  readFields(reader, end, (field, wire) => {
    if (wire !== WireType.LengthDelimited) return false;
    if (field === 1) name = reader.string();
    else if (field === 2) {
      readMessage(reader, (_, last) =>
        readFields(reader, last, (kind, inner) => {
          if (kind !== 1 || inner !== WireType.LengthDelimited) return false;
          [type, shape] = readMessage(reader, readTensorType);
          return true;
        }),
      );
    } else return false;
    return true;
  });
  return { name, type, shape };
}

function readTensorType(reader: BinaryReader, end: number): [number, OnnxDimension[] | undefined] {
  let type = 0;
  let shape: OnnxDimension[] | undefined;
  readFields(reader, end, (field, wire) => {
    if (field === 1 && wire === WireType.Varint) type = readInt(reader);
    else if (field === 2 && wire === WireType.LengthDelimited) {
      const dimensions: OnnxDimension[] = [];
      readMessage(reader, (_, last) =>
        readFields(reader, last, (inner, form) => {
          if (inner !== 1 || form !== WireType.LengthDelimited) return false;
          dimensions.push(readMessage(reader, readDimension));
          return true;
        }),
      );
      shape = dimensions;
    } else return false;
    return true;
  });
  return [type, shape];
}

function readDimension(reader: BinaryReader, end: number): OnnxDimension {
  let dimension: OnnxDimension;
  readFields(reader, end, (field, wire) => {
    if (field === 1 && wire === WireType.Varint) dimension = readInt(reader);
    else if (field === 2 && wire === WireType.LengthDelimited) dimension = reader.string();
    else return false;
    return true;
  });
  return dimension;
}
