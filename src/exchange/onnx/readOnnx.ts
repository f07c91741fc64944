import { BinaryReader, WireType } from "@bufbuild/protobuf/wire";
import { FormatError, IsthmusError } from "../../common/errors.js";
import { foreignFile } from "../../formats/foreignFile.js";
import { type FileBytes, requireBytes } from "../../formats/typedArrays.js";
import { readFields, readInt, readMessage, readNumbers } from "./messageFields.js";
import type {
  OnnxAttribute,
  OnnxDimension,
  OnnxGraph,
  OnnxModel,
  OnnxNode,
  OnnxPort,
  OnnxTensor,
} from "./onnxModel.js";
import { readTensor } from "./readTensor.js";

/** How deep graphs may lie within attributes of nodes of graphs. */
const DEEPEST = 16;

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
