import { concatenate } from "../common/concatenate.js";
import { crc32c } from "./crc32.js";
import { encodeUtf8 } from "./utf8.js";

/**
 * Records of TensorBoard's event files: TFRecord framing around `Event` messages of tensorflow/core/util/event.proto.
 *
 * ```
 * record  length u64 | crc of length u32 | message | crc of message u32      (little-endian; masked CRC-32C)
 * Event   wall_time 1 double | step 2 int64 | file_version 3 | summary 5 | session_log 7 | source_metadata 10
 * ```
 */

/** A number with a name, as TensorBoard draws it. */
export type Scalar = readonly [tag: string, value: number];

/** When something happened. */
export interface EventTime {
  /** Seconds since 1970. */
  readonly wallTime: number;
  /** Place in the training, from 0: TensorBoard's horizontal axis. */
  readonly step: number;
}

/** The record that opens a file. */
export function versionRecord(wallTime: number): Uint8Array<ArrayBuffer> {
  return record(double(1, wallTime), text(3, "brain.Event:2"), message(10, text(1, "isthmus")));
}

/** The record with which a run begins. TensorBoard then drops what an earlier run logged at this step and later. */
export function startRecord({ wallTime, step }: EventTime): Uint8Array<ArrayBuffer> {
  return record(double(1, wallTime), integer(2, step), message(7, integer(1, START)));
}

/** A record of values, as TensorFlow 2's `tf.summary.scalar` writes them: each a tensor without dimensions. */
export function scalarRecord(
  { wallTime, step }: EventTime,
  scalars: readonly Scalar[],
): Uint8Array<ArrayBuffer> {
  const metadata = message(9, message(1, text(1, "scalars")), integer(4, SCALAR_DATA));
  const values = scalars.map(([tag, value]) => {
    const tensor = message(8, integer(1, DT_FLOAT), message(2), floats(5, [value]));
    return message(1, text(1, tag), tensor, metadata);
  });
  return record(double(1, wallTime), integer(2, step), message(5, ...values));
}

// Constants of event.proto, types.proto and summary.proto.
const START = 1;
const DT_FLOAT = 1;
const SCALAR_DATA = 1;

function record(...fields: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const event = concatenate(Uint8Array, fields);
  const bytes = new Uint8Array(event.length + 16);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, event.length, true);
  view.setUint32(8, masked(bytes.subarray(0, 8)), true);
  bytes.set(event, 12);
  view.setUint32(12 + event.length, masked(event), true);
  return bytes;
}

/** TFRecord's checksum, masked because a CRC of data that contain their own CRC says little. */
function masked(bytes: Uint8Array): number {
  const crc = crc32c(bytes);
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}

// Fields of Protocol Buffers: a number and a wire type (0 varint, 1 eight bytes, 2 a length and bytes), then the value.

/** 0 is left out, as it is the default. */
function integer(number: number, value: number): Uint8Array {
  if (value === 0) return new Uint8Array();
  return concatenate(Uint8Array, [varint(number * 8), varint(value)]);
}

function double(number: number, value: number): Uint8Array {
  return concatenate(Uint8Array, [varint(number * 8 + 1), new Uint8Array(littleEndian(8, [value]))]);
}

function text(number: number, value: string): Uint8Array {
  return message(number, encodeUtf8(value));
}

/** 32-bit floats, packed. */
function floats(number: number, values: readonly number[]): Uint8Array {
  return message(number, new Uint8Array(littleEndian(4, values)));
}

function message(number: number, ...fields: readonly Uint8Array[]): Uint8Array {
  const bytes = concatenate(Uint8Array, fields);
  return concatenate(Uint8Array, [varint(number * 8 + 2), varint(bytes.length), bytes]);
}

function littleEndian(size: 4 | 8, values: readonly number[]): ArrayBuffer {
  const view = new DataView(new ArrayBuffer(values.length * size));
  for (const [i, value] of values.entries()) {
    if (size === 4) view.setFloat32(i * size, value, true);
    else view.setFloat64(i * size, value, true);
  }
  return view.buffer;
}

/** An integer of at least 0, seven bits a byte, lowest first. */
function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  // Not `>>>`, which would cut off what is above 32 bits.
  for (; value >= 128; value = Math.floor(value / 128)) bytes.push((value % 128) + 128);
  return Uint8Array.from([...bytes, value]);
}
