import { FormatError } from "../common/errors.js";
import { widenHalves } from "../formats/float16.js";
import { allocated, elementCount, quote, swapBytes } from "../formats/typedArrays.js";
import { Hdf5Input, invalid, NOWHERE_ADDRESS, textOf, unread } from "./hdf5Input.js";
import {
  dataspaceOf,
  datatypeOf,
  type Hdf5Message,
  type Hdf5Type,
  hasHeap,
  linksOf,
  MESSAGE,
  messagesOf,
} from "./hdf5Objects.js";

/** An array of an HDF5 file. Its numbers are read when they are wanted. */
export interface Hdf5Dataset {
  readonly shape: readonly number[];
  readonly attributes: ReadonlyMap<string, readonly string[]>;
  /**
   * Its numbers, row-major.
   *
   * @throws {FormatError} if they are no floating-point numbers, or are kept in pieces or compressed
   */
  floats(): Float32Array;
}

/** The contents of an HDF5 file. */
export interface Hdf5File {
  /** By their paths: `layers/dense/vars/0`. */
  readonly datasets: ReadonlyMap<string, Hdf5Dataset>;
  /** Attributes of groups that are texts, by the groups' paths; the root's is `""`. A single text is a list of one. */
  readonly attributes: ReadonlyMap<string, ReadonlyMap<string, readonly string[]>>;
}

/** More groups inside of each other are refused. */
const DEEPEST = 64;

/**
 * Reads the part of HDF5 that Keras writes (HDF5 File Format Specification 3.0): groups as symbol tables or compact links,
 * contiguous floating-point arrays of either byte order, and attributes that are texts. Every object is visited once, so
 * neither time nor memory can exceed the file.
 *
 * @throws {FormatError} for a damaged file, one whose groups or headers go in circles, and what is not read
 */
export function decodeHdf5(bytes: Uint8Array): Hdf5File {
  const input = new Hdf5Input(bytes);
  const datasets = new Map<string, Hdf5Dataset>();
  const attributes = new Map<string, ReadonlyMap<string, readonly string[]>>();
  const texts = new TextHeap(input);
  const seen = new Set<number>();
  let claimed = 0;
  const visit = (path: string, at: number, depth: number) => {
    if (seen.has(at)) throw invalid(`${quote(path)} leads to an object for the second time`);
    if (depth > DEEPEST) throw invalid(`it has more than ${DEEPEST} groups inside of each other`);
    seen.add(at);
    const messages = messagesOf(input, at);
    const own = attributesOf(input, messages, texts);
    const layout = messages.find(({ type }) => type === MESSAGE.layout);
    if (layout) {
      claimed += input.u8(layout.at + 1) === 1 ? Math.max(0, input.u64(layout.at + 10)) : 0;
      if (claimed > bytes.length) throw invalid("its arrays take more than the file has");
      datasets.set(path, dataset(input, path, messages, own));
      return;
    }
    attributes.set(path, own);
    for (const [name, address] of linksOf(input, messages)) {
      visit(path === "" ? name : `${path}/${name}`, address, depth + 1);
    }
  };
  visit("", rootOf(input), 0);
  return { datasets, attributes };
}

const SIGNATURE = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a];

/** Whether these bytes begin an HDF5 file. */
export function isHdf5(bytes: Uint8Array): boolean {
  return SIGNATURE.every((byte, index) => bytes[index] === byte);
}

/** The address of the root group's header. */
function rootOf(input: Hdf5Input): number {
  if (!isHdf5(input.bytes)) throw invalid("it does not begin with the signature of HDF5");
  const version = input.u8(8);
  const newer = version === 2 || version === 3;
  if (!newer && version > 1) throw unread(`a superblock of version ${version}`);
  const [offsets, lengths] = newer ? [input.u8(9), input.u8(10)] : [input.u8(13), input.u8(14)];
  if (offsets !== 8 || lengths !== 8) throw unread(`addresses of ${offsets} bytes`);
  return input.u64(newer ? 36 : version === 1 ? 68 : 64);
}

function messageOf(messages: readonly Hdf5Message[], type: number, path: string): Hdf5Message {
  const found = messages.find((message) => message.type === type);
  if (!found) throw invalid(`the array ${quote(path)} has no shape, type or place`);
  return found;
}

function dataset(
  input: Hdf5Input,
  path: string,
  messages: readonly Hdf5Message[],
  attributes: Hdf5Dataset["attributes"],
): Hdf5Dataset {
  const { shape, length } = dataspaceOf(input, messageOf(messages, MESSAGE.dataspace, path).at);
  const type = datatypeOf(input, messageOf(messages, MESSAGE.datatype, path).at);
  const { at } = messageOf(messages, MESSAGE.layout, path);
  const floats = () => {
    const found = placeOf(input, at, path);
    const needed = (elementCount(shape) ?? Infinity) * type.size;
    if (length === 0) return new Float32Array(0);
    if (found.length !== needed || found.begin === NOWHERE_ADDRESS) {
      throw invalid(`the array ${quote(path)} has ${found.length} bytes, but needs ${needed}`);
    }
    return widened(input.slice(found.begin, needed), type, attributes, path);
  };
  return { shape, attributes, floats };
}

/** Where the elements of an array are. */
function placeOf(input: Hdf5Input, at: number, path: string): { begin: number; length: number } {
  const [version, layout] = [input.u8(at), input.u8(at + 1)];
  if (version !== 3 && version !== 4) throw unread(`the layout of ${quote(path)} of version ${version}`);
  if (layout === 0) return { begin: at + 4, length: input.u16(at + 2) };
  if (layout === 1) return { begin: input.u64(at + 2), length: input.u64(at + 10) };
  throw unread(`the array ${quote(path)} in pieces (chunked, as compression needs it)`);
}

/** Elements as float32. Keras keeps bfloat16 as 16-bit integers, and says so in an attribute. */
function widened(
  bytes: Uint8Array,
  { kind, size, bigEndian }: Hdf5Type,
  attributes: Hdf5Dataset["attributes"],
  path: string,
): Float32Array {
  const brain = attributes.get("dtype")?.[0] === "bfloat16" && size === 2;
  if ((kind !== "float" && !brain) || ![2, 4, 8].includes(size)) {
    throw new FormatError(`the array ${quote(path)} of the HDF5 file has no floating-point numbers`);
  }
  const copy = allocated(bytes.length);
  copy.set(bytes);
  if (bigEndian) swapBytes(copy, size);
  if (size === 4) return new Float32Array(copy.buffer);
  if (size === 8) return Float32Array.from(new Float64Array(copy.buffer));
  const halves = new Uint16Array(copy.buffer);
  const floats = new Uint32Array(halves.length);
  if (brain) {
    for (let i = 0; i < halves.length; i++) floats[i] = halves[i]! << 16;
  } else widenHalves(halves, floats);
  return new Float32Array(floats.buffer);
}

/** Attributes that are texts. */
function attributesOf(
  input: Hdf5Input,
  messages: readonly Hdf5Message[],
  texts: TextHeap,
): Map<string, readonly string[]> {
  const found = new Map<string, readonly string[]>();
  for (const { type, at, length } of messages) {
    if (type === MESSAGE.attributeInfo && hasHeap(input, at, 2)) throw unread("attributes of the newer form");
    if (type !== MESSAGE.attribute) continue;
    const version = input.u8(at);
    const sizes = [2, 4, 6].map((offset) => input.u16(at + offset)) as [number, number, number];
    // In version 1 each part is padded.
    const [name, datatype, dataspace] = sizes.map((size) => (version === 1 ? Math.ceil(size / 8) * 8 : size));
    const begin = at + (version === 3 ? 9 : 8);
    const typeAt = begin + name!;
    const data = typeAt + datatype! + dataspace!;
    if (version < 1 || version > 3 || data > at + length) throw invalid("an attribute is damaged");
    const elements = datatypeOf(input, typeAt);
    if (elements.kind !== "text" && elements.kind !== "texts") continue;
    const { length: count } = dataspaceOf(input, typeAt + datatype!);
    if (elements.size < 1 || data + count * elements.size > at + length)
      throw invalid("an attribute is cut short");
    const values = Array.from({ length: count }, (_, index) => {
      const place = data + index * elements.size;
      return elements.kind === "text" ? input.text(place, place + elements.size) : texts.at(place);
    });
    found.set(input.text(begin, begin + sizes[0]), values);
  }
  return found;
}

/** Texts of variable length, in heaps that many attributes share. Each is decoded once. */
class TextHeap {
  readonly #input: Hdf5Input;
  readonly #heaps = new Map<number, ReadonlyMap<number, { at: number; length: number }>>();
  readonly #texts = new Map<number, string>();

  constructor(input: Hdf5Input) {
    this.#input = input;
  }

  /** The text that the reference at `place` stands for: its length, its heap, and its number there. */
  at(place: number): string {
    const [length, heap, number] = [
      this.#input.u32(place),
      this.#input.u64(place + 4),
      this.#input.u32(place + 12),
    ];
    if (length === 0) return "";
    const object = this.#heap(heap).get(number);
    if (!object || length > object.length) throw invalid("it refers to a text that is not there");
    const known = this.#texts.get(object.at);
    if (known !== undefined) return known;
    const text = textOf(this.#input.slice(object.at, length));
    this.#texts.set(object.at, text);
    return text;
  }

  #heap(at: number): ReadonlyMap<number, { at: number; length: number }> {
    const known = this.#heaps.get(at);
    if (known) return known;
    const input = this.#input;
    input.expect(at, "GCOL", "heap of texts");
    const end = at + input.u64(at + 8);
    input.need(at, end - at);
    const objects = new Map<number, { at: number; length: number }>();
    for (let next = at + 16; next + 16 <= end; ) {
      const [number, length] = [input.u16(next), input.u64(next + 8)];
      if (number === 0) break;
      if (length < 0 || next + 16 + length > end) throw invalid("a heap of texts is cut short");
      objects.set(number, { at: next + 16, length });
      next += 16 + Math.ceil(length / 8) * 8;
    }
    this.#heaps.set(at, objects);
    return objects;
  }
}
