import { type BinaryReader, WireType } from "@bufbuild/protobuf/wire";
import { FormatError } from "../../common/errors.js";
import { elementCount, isDimension } from "../../formats/typedArrays.js";
import { readFields, readInt, readNumbers } from "./messageFields.js";
import { ElementType, type OnnxTensor } from "./onnxModel.js";

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
 * Reads an array of an .onnx file; it is a view of the file's bytes where the file has it as bytes.
 *
 * @internal since declarations name no type of another package
 * @throws {FormatError} if it is in a file of its own, or has not as many bytes as its shape asks for
 */
export function readTensor(reader: BinaryReader, end: number): OnnxTensor {
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
