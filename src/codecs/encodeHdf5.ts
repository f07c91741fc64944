import { ArgumentError } from "../common/errors.js";
import { encodeUtf8 } from "../formats/utf8.js";

/** An array to write: row-major; a shape of `[]` is a single number. */
export interface Hdf5Array {
  readonly shape: readonly number[];
  readonly data: Float32Array | Int32Array;
}

/** A group by the names in it. */
type Group = Map<string, Group | Hdf5Array>;

/** Where the header of an object is; a group's has a B-tree and a heap of names, too. */
interface Written {
  readonly header: number;
  readonly group?: { readonly tree: number; readonly heap: number };
}

const UNDEFINED = 0xffffffffffffffffn;
const SUPERBLOCK = 96;
/** Half the number of children that a node of a B-tree has room for. One child is all that is needed. */
const TREE_K = 1;
const ENTRY = 40;

/**
 * Writes arrays as an HDF5 file of the oldest form, which every reader knows: a superblock of version 0, groups with
 * symbol tables, contiguous little-endian data (HDF5 File Format Specification 1.1). The same arrays give the same bytes.
 *
 * @param arrays by their paths, such as `layers/dense/vars/0`
 * @throws {ArgumentError} if a path has an empty name, or one is a part of another
 */
export function encodeHdf5(arrays: ReadonlyMap<string, Hdf5Array>): Uint8Array<ArrayBuffer> {
  const root: Group = new Map();
  for (const [path, array] of arrays) place(root, path, array);
  const writer = new Writer(largest(root));
  const { header, group } = writer.group(root);
  return writer.file(header, group!);
}

function place(root: Group, path: string, array: Hdf5Array): void {
  const names = path.split("/");
  const last = names.pop()!;
  let group = root;
  for (const name of names) {
    const inner = group.get(name) ?? new Map();
    if (name === "" || !(inner instanceof Map))
      throw new ArgumentError(`${path} cannot be the path of an array`);
    group.set(name, inner);
    group = inner;
  }
  if (last === "" || group.has(last)) throw new ArgumentError(`${path} cannot be the path of an array`);
  group.set(last, array);
}

/** Names in the largest group: one leaf has room for all of them. */
function largest(group: Group): number {
  const inner = [...group.values()].map((child) => (child instanceof Map ? largest(child) : 0));
  return Math.max(group.size, ...inner);
}

/** Bytes of a block, written from its start to its end. */
class Block {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly #view: DataView;
  #at = 0;

  constructor(length: number) {
    this.bytes = new Uint8Array(length);
    this.#view = new DataView(this.bytes.buffer);
  }

  u8(...values: number[]): this {
    for (const value of values) this.#view.setUint8(this.#at++, value);
    return this;
  }

  u16(...values: number[]): this {
    for (const value of values) this.#view.setUint16(this.#step(2), value, true);
    return this;
  }

  u32(...values: number[]): this {
    for (const value of values) this.#view.setUint32(this.#step(4), value, true);
    return this;
  }

  u64(...values: (number | bigint)[]): this {
    for (const value of values) this.#view.setBigUint64(this.#step(8), BigInt(value), true);
    return this;
  }

  text(text: string): this {
    const bytes = encodeUtf8(text);
    this.bytes.set(bytes, this.#at);
    this.#at += bytes.length;
    return this;
  }

  /** Goes on by so many bytes; returns where they begin. */
  #step(bytes: number): number {
    this.#at += bytes;
    return this.#at - bytes;
  }
}

const padded = (length: number): number => Math.ceil(length / 8) * 8;

class Writer {
  readonly #parts: Uint8Array[] = [];
  readonly #leafK: number;
  #size = SUPERBLOCK;

  constructor(names: number) {
    this.#leafK = Math.max(4, Math.ceil(names / 2));
    // The superblock's fields for it have 16 bits.
    if (this.#leafK > 0x7fff) throw new ArgumentError(`${names} names in one group are too many for HDF5`);
  }

  group(group: Group): Written {
    // By bytes, as readers search.
    const names = [...group.keys()].map((name) => ({ name, bytes: encodeUtf8(name) }));
    names.sort((a, b) => compare(a.bytes, b.bytes));
    const children = names.map(({ name }) => {
      const child = group.get(name)!;
      return child instanceof Map ? this.group(child) : this.#array(child);
    });
    const offsets: number[] = [];
    let length = 8;
    for (const { bytes } of names) {
      offsets.push(length);
      length += padded(bytes.length + 1);
    }
    const data = new Block(length);
    names.forEach(({ bytes }, index) => {
      data.bytes.set(bytes, offsets[index]!);
    });
    const segment = this.#add(data.bytes);
    // A free list of 1 is none.
    const heap = this.#add(new Block(32).text("HEAP").u32(0).u64(length, 1, segment).bytes);
    const node = new Block(8 + 2 * this.#leafK * ENTRY).text("SNOD").u8(1, 0).u16(names.length);
    children.forEach((child, index) => {
      entry(node, offsets[index]!, child);
    });
    const leaf = this.#add(node.bytes);
    const tree = new Block(24 + 8 * (4 * TREE_K + 1)).text("TREE").u8(0, 0).u16(1);
    // Its keys are names that enclose those of the child: none, and the last one.
    tree.u64(UNDEFINED, UNDEFINED, 0, leaf, offsets.at(-1) ?? 0);
    const fields = { tree: this.#add(tree.bytes), heap };
    return { header: this.#header([[0x11, new Block(16).u64(fields.tree, heap)]]), group: fields };
  }

  #array({ shape, data }: Hdf5Array): Written {
    // What is empty has no place.
    const begin =
      data.length > 0 ? this.#add(new Uint8Array(data.buffer, data.byteOffset, data.byteLength)) : UNDEFINED;
    const space = new Block(8 + 8 * shape.length)
      .u8(1, shape.length, 0, 0)
      .u32(0)
      .u64(...shape);
    const type =
      data instanceof Float32Array
        ? new Block(24).u8(0x11, 0x20, 31, 0).u32(4).u16(0, 32).u8(23, 8, 0, 23).u32(127)
        : new Block(16).u8(0x10, 8, 0, 0).u32(4).u16(0, 32);
    const header = this.#header([
      [0x1, space],
      [0x3, type],
      [0x5, new Block(8).u8(2, 2, 2)],
      [0x8, new Block(24).u8(3, 1).u64(begin, data.byteLength)],
    ]);
    return { header };
  }

  /** An object's header of version 1. */
  #header(messages: readonly (readonly [type: number, data: Block])[]): number {
    const length = messages.reduce((sum, [, { bytes }]) => sum + 8 + bytes.length, 0);
    const header = new Block(16 + length).u8(1, 0).u16(messages.length).u32(1, length, 0);
    let at = 16;
    for (const [type, { bytes }] of messages) {
      header.bytes.set(new Block(8).u16(type, bytes.length).bytes, at);
      header.bytes.set(bytes, at + 8);
      at += 8 + bytes.length;
    }
    return this.#add(header.bytes);
  }

  /** Appends bytes, at a multiple of 8. */
  #add(bytes: Uint8Array): number {
    const at = this.#size;
    this.#parts.push(bytes);
    this.#size += padded(bytes.length);
    return at;
  }

  /** The whole file. */
  file(header: number, group: NonNullable<Written["group"]>): Uint8Array<ArrayBuffer> {
    const start = new Block(SUPERBLOCK).u8(0x89).text("HDF\r\n").u8(0x1a, 0x0a);
    start.u8(0, 0, 0, 0, 0, 8, 8, 0).u16(this.#leafK, TREE_K).u32(0);
    start.u64(0, UNDEFINED, this.#size, UNDEFINED);
    entry(start, 0, { header, group });
    const file = new Uint8Array(this.#size);
    file.set(start.bytes);
    let at = SUPERBLOCK;
    for (const part of this.#parts) {
      file.set(part, at);
      at += padded(part.length);
    }
    return file;
  }
}

/** An entry of a symbol table. */
function entry(block: Block, name: number, { header, group }: Written): void {
  block.u64(name, header).u32(group ? 1 : 0, 0);
  block.u64(group?.tree ?? 0, group?.heap ?? 0);
}

function compare(a: Uint8Array, b: Uint8Array): number {
  const end = Math.min(a.length, b.length);
  for (let i = 0; i < end; i++) if (a[i] !== b[i]) return a[i]! - b[i]!;
  return a.length - b.length;
}
