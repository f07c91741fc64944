import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import type { OnnxAttribute, OnnxGraph, OnnxModel, OnnxNode, OnnxPort, OnnxTensor } from "./onnxModel.js";

/** For each kind of attribute, the number of its field, and its number in the enumeration of types. */
const ATTRIBUTE_FIELDS = {
  float: { field: 2, type: 1 },
  int: { field: 3, type: 2 },
  text: { field: 4, type: 3 },
  tensor: { field: 5, type: 4 },
  graph: { field: 6, type: 5 },
  floats: { field: 7, type: 6 },
  ints: { field: 8, type: 7 },
  texts: { field: 9, type: 8 },
} as const satisfies Record<OnnxAttribute["kind"], { field: number; type: number }>;

/**
 * A model as the bytes of an .onnx file. The numbers are those of the fields in onnx.proto. The same model gives the same
 * bytes.
 */
export function writeOnnx({ irVersion, opsets, producer, graph, metadata }: OnnxModel): Uint8Array {
  const writer = new BinaryWriter();
  writeInt(writer, 1, irVersion);
  writeText(writer, 2, producer.name);
  writeText(writer, 3, producer.version);
  writeMessage(writer, 7, () => writeGraph(writer, graph));
  for (const [domain, version] of opsets) {
    writeMessage(writer, 8, () => {
      writeText(writer, 1, domain);
      writeInt(writer, 2, version);
    });
  }
  for (const [key, value] of metadata) {
    writeMessage(writer, 14, () => {
      writeText(writer, 1, key);
      writeText(writer, 2, value);
    });
  }
  return writer.finish();
}

function writeGraph(writer: BinaryWriter, { nodes, name, tensors, text, inputs, outputs }: OnnxGraph): void {
  for (const node of nodes) writeMessage(writer, 1, () => writeNode(writer, node));
  writeText(writer, 2, name);
  for (const tensor of tensors) writeMessage(writer, 5, () => writeTensor(writer, tensor));
  if (text !== undefined) writeText(writer, 10, text);
  for (const port of inputs) writeMessage(writer, 11, () => writePort(writer, port));
  for (const port of outputs) writeMessage(writer, 12, () => writePort(writer, port));
}

function writeNode(writer: BinaryWriter, { inputs, outputs, name, op, attributes, domain }: OnnxNode): void {
  for (const input of inputs) writeText(writer, 1, input);
  for (const output of outputs) writeText(writer, 2, output);
  writeText(writer, 3, name);
  writeText(writer, 4, op);
  for (const [key, attribute] of Object.entries(attributes)) {
    writeMessage(writer, 5, () => writeAttribute(writer, key, attribute));
  }
  if (domain !== "") writeText(writer, 7, domain);
}

function writeAttribute(writer: BinaryWriter, name: string, attribute: OnnxAttribute): void {
  writeText(writer, 1, name);
  const { field, type } = ATTRIBUTE_FIELDS[attribute.kind];
  switch (attribute.kind) {
    case "float":
      writeFloat(writer, field, attribute.value);
      break;
    case "int":
      writeInt(writer, field, attribute.value);
      break;
    case "text":
      writeText(writer, field, attribute.value);
      break;
    case "floats":
      for (const value of attribute.value) writeFloat(writer, field, value);
      break;
    case "ints":
      for (const value of attribute.value) writeInt(writer, field, value);
      break;
    case "texts":
      for (const value of attribute.value) writeText(writer, field, value);
      break;
    case "tensor":
      writeMessage(writer, field, () => writeTensor(writer, attribute.value));
      break;
    case "graph":
      writeMessage(writer, field, () => writeGraph(writer, attribute.value));
      break;
  }
  writeInt(writer, 20, type);
}

function writeTensor(writer: BinaryWriter, { shape, type, name, bytes }: OnnxTensor): void {
  for (const length of shape) writeInt(writer, 1, length);
  writeInt(writer, 2, type);
  writeText(writer, 8, name);
  writer.tag(9, WireType.LengthDelimited).bytes(bytes);
}

function writePort(writer: BinaryWriter, { name, type, shape, text }: OnnxPort): void {
  writeText(writer, 1, name);
  writeMessage(writer, 2, () =>
    writeMessage(writer, 1, () => {
      writeInt(writer, 1, type);
      if (!shape) return;
      writeMessage(writer, 2, () => {
        for (const dimension of shape) {
          writeMessage(writer, 1, () => {
            if (typeof dimension === "number") writeInt(writer, 1, dimension);
            else if (dimension !== undefined) writeText(writer, 2, dimension);
          });
        }
      });
    }),
  );
  if (text !== undefined) writeText(writer, 3, text);
}

function writeMessage(writer: BinaryWriter, field: number, write: () => void): void {
  writer.tag(field, WireType.LengthDelimited).fork();
  write();
  writer.join();
}

function writeText(writer: BinaryWriter, field: number, value: string): void {
  writer.tag(field, WireType.LengthDelimited).string(value);
}

function writeInt(writer: BinaryWriter, field: number, value: number): void {
  writer.tag(field, WireType.Varint).int64(value);
}

function writeFloat(writer: BinaryWriter, field: number, value: number): void {
  writer.tag(field, WireType.Bit32).float(value);
}
