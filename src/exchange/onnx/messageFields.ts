// Internal, because declarations name no type of another package.
import { type BinaryReader, WireType } from "@bufbuild/protobuf/wire";

/** Calls `take` for each field until the message ends; what it does not read is skipped. @internal */
export function readFields(
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

/** Reads a message within another. @internal */
export function readMessage<T>(reader: BinaryReader, read: (reader: BinaryReader, end: number) => T): T {
  const length = reader.uint32();
  return read(reader, reader.pos + length);
}

/** @internal */
export function readInt(reader: BinaryReader): number {
  return Number(reader.int64());
}

/** Numbers of a repeated field, which may stand one by one or packed. @internal */
export function readNumbers(reader: BinaryReader, wire: WireType, into: number[], read: () => number): void {
  if (wire !== WireType.LengthDelimited) {
    into.push(read());
    return;
  }
  const length = reader.uint32();
  const end = reader.pos + length;
  if (end > reader.len) throw new RangeError("numbers end behind the file");
  while (reader.pos < end) into.push(read());
}
