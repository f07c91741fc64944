import { type Hdf5Input, invalid, NOWHERE_ADDRESS, unread } from "./hdf5Input.js";

/** A message of an object's header. */
export interface Hdf5Message {
  readonly type: number;
  /** Where its data begin. */
  readonly at: number;
  readonly length: number;
}

/** Types of messages that are looked at. */
export const MESSAGE = {
  dataspace: 0x1,
  linkInfo: 0x2,
  datatype: 0x3,
  link: 0x6,
  layout: 0x8,
  filters: 0xb,
  attribute: 0xc,
  continuation: 0x10,
  symbolTable: 0x11,
  attributeInfo: 0x15,
} as const;

/** A type of elements. */
export interface Hdf5Type {
  readonly kind: "float" | "integer" | "text" | "texts" | "other";
  /** Bytes of an element. */
  readonly size: number;
  readonly bigEndian: boolean;
  readonly signed: boolean;
}

/** All messages of an object's header, of version 1 or 2. Each block is read once: blocks in a circle are refused. */
export function messagesOf(input: Hdf5Input, at: number): Hdf5Message[] {
  const second = input.u8(at) !== 1;
  if (second) input.expect(at, "OHDR", "header of an object");
  const flags = second ? input.u8(at + 5) : 0;
  const messages: Hdf5Message[] = [];
  const blocks: { begin: number; end: number }[] = [];
  const seen = new Set<number>();
  if (second) {
    const width = 2 ** (flags & 3);
    const begin = at + 6 + (flags & 0x20 ? 16 : 0) + (flags & 0x10 ? 4 : 0);
    blocks.push({ begin: begin + width, end: begin + width + input.uint(begin, width) });
  } else blocks.push({ begin: at + 16, end: at + 16 + input.u32(at + 8) });
  for (let block = blocks.pop(); block; block = blocks.pop()) {
    if (seen.has(block.begin)) throw invalid(`the header at byte ${at} goes in circles`);
    seen.add(block.begin);
    input.need(block.begin, block.end - block.begin);
    for (const message of inBlock(input, block, second, flags)) {
      messages.push(message);
      if (message.type !== MESSAGE.continuation) continue;
      const [begin, length] = [input.u64(message.at), input.u64(message.at + 8)];
      if (second) input.expect(begin, "OCHK", "continuation of a header");
      // Those of version 2 begin with four letters and end with a checksum.
      blocks.push(second ? { begin: begin + 4, end: begin + length - 4 } : { begin, end: begin + length });
    }
  }
  return messages;
}

function* inBlock(
  input: Hdf5Input,
  { begin, end }: { begin: number; end: number },
  second: boolean,
  flags: number,
): Generator<Hdf5Message> {
  const head = second ? (flags & 4 ? 6 : 4) : 8;
  for (let at = begin; at + head <= end; ) {
    const type = second ? input.u8(at) : input.u16(at);
    const length = input.u16(at + (second ? 1 : 2));
    const shared = input.u8(at + (second ? 3 : 4)) & 2;
    if (at + head + length > end) throw invalid(`a message of the header at byte ${begin} is cut short`);
    if (shared && type !== 0) throw unread("messages that several objects share");
    yield { type, at: at + head, length };
    at += head + length;
  }
}

/** Dimensions of a dataspace; `[]` of a single element. */
export function dataspaceOf(input: Hdf5Input, at: number): { shape: number[]; length: number } {
  const version = input.u8(at);
  const rank = input.u8(at + 1);
  if (version !== 1 && version !== 2) throw invalid(`it has a dataspace of version ${version}`);
  const first = at + (version === 1 ? 8 : 4);
  const shape = Array.from({ length: rank }, (_, index) => input.u64(first + 8 * index));
  if (shape.some((length) => length < 0)) throw invalid("it has an array of endless dimensions");
  const length = shape.reduce((size, length) => size * length, 1);
  // A dataspace of version 2 may be of no element at all.
  return { shape, length: version === 2 && input.u8(at + 3) === 2 ? 0 : length };
}

/** The type of elements. Texts of variable length are references to a heap. */
export function datatypeOf(input: Hdf5Input, at: number): Hdf5Type {
  const bits = input.u8(at + 1);
  const size = input.u32(at + 4);
  const kinds: Readonly<Record<number, Hdf5Type["kind"]>> = { 0: "integer", 1: "float", 3: "text" };
  const number = input.u8(at) & 0xf;
  const kind = number === 9 && (bits & 0xf) === 1 ? "texts" : (kinds[number] ?? "other");
  return { kind, size, bigEndian: (bits & 1) === 1, signed: (bits & 8) === 8 };
}

/** The names in a group with the addresses of their objects, whichever way the group keeps them. */
export function linksOf(input: Hdf5Input, messages: readonly Hdf5Message[]): Map<string, number> {
  const links = new Map<string, number>();
  const add = (name: string, address: number) => {
    if (links.has(name)) throw invalid(`a group has the name ${JSON.stringify(name.slice(0, 80))} twice`);
    links.set(name, address);
  };
  for (const { type, at } of messages) {
    if (type === MESSAGE.symbolTable) readTree(input, input.u64(at), input.u64(at + 8), add);
    if (type === MESSAGE.link) readLink(input, at, add);
    if (type === MESSAGE.linkInfo && hasHeap(input, at, 8)) throw unread("large groups of the newer form");
  }
  return links;
}

/** Whether a group's links, or an object's attributes, are in a heap of the newer form. */
export function hasHeap(input: Hdf5Input, at: number, counterBytes: number): boolean {
  return input.u64(at + 2 + (input.u8(at + 1) & 1 ? counterBytes : 0)) !== NOWHERE_ADDRESS;
}

function readLink(input: Hdf5Input, at: number, add: (name: string, address: number) => void): void {
  const flags = input.u8(at + 1);
  let next = at + 2;
  if (flags & 8 && input.u8(next++) !== 0) throw unread("links to other places");
  if (flags & 4) next += 8;
  if (flags & 16) next++;
  const width = 2 ** (flags & 3);
  const length = input.uint(next, width);
  next += width;
  input.need(next, length);
  add(input.text(next, next + length), input.u64(next + length));
}

/** Reads a symbol table: a B-tree whose leaves have the names' places in a heap. Each node is read once. */
function readTree(
  input: Hdf5Input,
  root: number,
  heap: number,
  add: (name: string, address: number) => void,
): void {
  input.expect(heap, "HEAP", "heap of names");
  const [length, names] = [input.u64(heap + 8), input.u64(heap + 24)];
  input.need(names, length);
  const seen = new Set<number>();
  const visit = (at: number, level: number | undefined) => {
    if (seen.has(at)) throw invalid(`its B-tree at byte ${root} goes in circles`);
    seen.add(at);
    input.expect(at, "TREE", "node of a B-tree");
    const own = input.u8(at + 5);
    if (input.u8(at + 4) !== 0 || (level !== undefined && own !== level - 1)) {
      throw invalid(`its B-tree at byte ${root} is damaged`);
    }
    const children = input.u16(at + 6);
    for (let index = 0; index < children; index++) {
      const child = input.u64(at + 32 + 16 * index);
      if (own > 0) visit(child, own);
      else leaf(child);
    }
  };
  const leaf = (at: number) => {
    if (seen.has(at)) throw invalid(`its B-tree at byte ${root} goes in circles`);
    seen.add(at);
    input.expect(at, "SNOD", "leaf of a B-tree");
    const count = input.u16(at + 6);
    for (let index = 0; index < count; index++) {
      const entry = at + 8 + 40 * index;
      if (input.u32(entry + 16) === 2) throw unread("links to other places");
      const name = input.u64(entry);
      if (name < 0 || name >= length) throw invalid("it has a name outside of its heap");
      add(input.text(names + name, names + length), input.u64(entry + 8));
    }
  };
  visit(root, undefined);
}
