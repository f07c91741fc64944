// Files for the readers: whole ones, and such as keep the form of a format with senseless content.

import { readdirSync, readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { encodeArrow, encodeNpz, encodeParquet, type Table } from "../../src/codecs/index.js";
import { TablePreprocessor, tableFromRecords } from "../../src/data/index.js";
import { crc32 } from "../../src/formats/crc32.js";
import { encodeIdx, type IdxData } from "../../src/formats/idx.js";
import { encodeNpy } from "../../src/formats/npy.js";
import { decodeSafetensors, encodeSafetensors, type NamedTensor } from "../../src/formats/safetensors.js";
import type { NumericArray } from "../../src/formats/typedArrays.js";
import { AnomalyDetector, Autoencoder } from "../../src/index.js";
import { withChecksum } from "../../src/saving/checksum.js";
import { joined } from "../support/joined.js";
import { KINDS as MODELS, WIDTH } from "../support/kinds.js";
import { values } from "../support/models.js";
import { type Dice, mutated, TOKENS } from "./dice.js";

/** Makes the file of a case. */
export type Maker = (dice: Dice) => Uint8Array;

const KINDS = [Float32Array, Float64Array, Uint8Array, Int8Array, Int16Array, Int32Array] as const;

function shapeOf(dice: Dice): number[] {
  return Array.from({ length: 1 + dice.below(3) }, () => 1 + dice.below(5));
}

function arrayOf(dice: Dice): { shape: number[]; data: IdxData } {
  const shape = shapeOf(dice);
  const Kind = dice.pick(KINDS);
  const size = shape.reduce((a, b) => a * b, Kind.BYTES_PER_ELEMENT);
  return { shape, data: new Kind(dice.bytes(size).buffer as ArrayBuffer) as IdxData };
}

/** Sometimes whole, mostly with changes. */
function damaged(file: Uint8Array, dice: Dice): Uint8Array {
  return dice.oneIn(8) ? file : mutated(file, dice);
}

/** A header of the right form, with any value in the place of any. */
function npyWithHeader(dice: Dice): Uint8Array {
  const any = (usual: readonly string[]) => dice.pick(dice.oneIn(4) ? TOKENS : usual);
  const shape = `(${Array.from({ length: dice.below(4) }, () => any(["1", "2", "3"])).join(", ")},)`;
  const header = Buffer.from(
    `{'descr': '${any(["<f4", ">f8", "|u1", "<i8", ">u2", "<f2", "|b1"])}', 'fortran_order': ${any(["True", "False"])}, 'shape': ${shape}, }\n`,
  );
  const file = joined(
    [...Buffer.from("\x93NUMPY\x01\0", "latin1"), header.length & 255, header.length >> 8],
    header,
  );
  return joined(file, dice.bytes(dice.below(100)));
}

export const npy: Maker = (dice) =>
  dice.oneIn(3) ? npyWithHeader(dice) : damaged(encodeNpy(arrayOf(dice)), dice);

export const idx: Maker = (dice) => {
  if (!dice.oneIn(3)) return damaged(encodeIdx(arrayOf(dice)), dice);
  const shape = Array.from({ length: dice.below(4) }, () => dice.pick([0, 1, 2, 3, 2 ** 31, 2 ** 32 - 1]));
  const head = new Uint8Array(4 + 4 * shape.length);
  head.set([0, 0, dice.pick([8, 9, 11, 12, 13, 14, 10]), shape.length]);
  shape.forEach((dimension, axis) => {
    new DataView(head.buffer).setUint32(4 + 4 * axis, dimension);
  });
  return joined(head, dice.bytes(dice.below(60)));
};

/** What compresses well, badly, or very well. */
function content(dice: Dice): Uint8Array {
  const kind = dice.below(4);
  if (kind === 0) return dice.bytes(dice.below(400));
  if (kind === 1) return new Uint8Array(dice.below(200_000));
  if (kind === 2) return encodeIdx(arrayOf(dice));
  const word = dice.bytes(1 + dice.below(20));
  return joined(...Array.from({ length: dice.below(60) }, () => (dice.oneIn(5) ? dice.bytes(3) : word)));
}

export const gzip: Maker = (dice) => {
  const member = () =>
    gzipSync(content(dice), { level: dice.below(10), strategy: dice.below(5), memLevel: 1 + dice.below(9) });
  const parts: Uint8Array[] = [member()];
  while (dice.oneIn(3)) parts.push(dice.oneIn(2) ? member() : new Uint8Array(dice.below(20)));
  const file = joined(...parts);
  if (dice.oneIn(4)) return file;
  // Noise behind a header is the start of some deflate data now and then.
  if (dice.oneIn(4)) return joined([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0], dice.bytes(dice.below(300)));
  return mutated(file, dice);
};

/** An array in gzip data that may be whole while what is in it is not. */
export const packed: Maker = (dice) => {
  const inner = dice.oneIn(2) ? npy(dice) : idx(dice);
  return damaged(gzipSync(inner), dice);
};

export const npz: Maker = (dice) => {
  const arrays = Array.from({ length: 1 + dice.below(3) }, (_, i) => [`a${i}`, arrayOf(dice)] as const);
  return damaged(encodeNpz(new Map(arrays), { compress: dice.oneIn(2) }), dice);
};

/** Files of other tools that are committed, by their endings. */
const golden = (ending: RegExp) =>
  readdirSync(GOLDEN)
    .filter((name) => ending.test(name))
    .map((name) => new Uint8Array(readFileSync(new URL(name, GOLDEN))));
const GOLDEN = new URL("../codecs/golden/", import.meta.url);

function tableOf(dice: Dice): Table {
  const rows = dice.below(20);
  const cell: (() => string | number | bigint | boolean | Date)[] = [
    () => dice.below(1000) / 8,
    () => dice.pick(["red", "green", "blue"]),
    () => BigInt(dice.below(2 ** 31)) ** 2n,
    () => dice.oneIn(2),
    () => new Date(1000 * dice.below(2 ** 31)),
  ];
  const columns = Array.from({ length: 1 + dice.below(4) }, (_, i) => {
    const make = dice.pick(cell);
    return { name: `c${i}`, values: Array.from({ length: rows }, () => (dice.oneIn(6) ? null : make())) };
  });
  return { rows, columns };
}

const parquets = golden(/\.parquet$/);
const arrows = golden(/\.(feather|arrows)$/);
const pictures = golden(/\.(png|jpg)$/);

export const parquet: Maker = (dice) =>
  dice.oneIn(3) ? damaged(encodeParquet(tableOf(dice)), dice) : mutated(dice.pick(parquets), dice, parquets);

export const arrow: Maker = (dice) => {
  if (!dice.oneIn(3)) return mutated(dice.pick(arrows), dice, arrows);
  return damaged(encodeArrow(tableOf(dice), { format: dice.pick(["file", "stream"]) }), dice);
};

export const image: Maker = (dice) => {
  const file = dice.pick(pictures);
  if (dice.oneIn(10)) return file;
  const changed = mutated(file, dice, pictures);
  return dice.oneIn(2) && file[0] === 0x89 ? withChecksums(changed) : changed;
};

/** A PNG file whose parts have the checksums that fit, behind which the rest of the checks are. */
function withChecksums(file: Uint8Array): Uint8Array {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  for (let at = 8; at + 12 <= file.length; ) {
    const end = at + 8 + view.getUint32(at);
    if (end + 4 > file.length) break;
    view.setUint32(end, crc32(file.subarray(at + 4, end)));
    at = end + 4;
  }
  return file;
}

export const csv: Maker = (dice) => {
  const columns = 1 + dice.below(4);
  const number = () => (dice.oneIn(40) ? dice.pick(TOKENS) : String((dice.below(20_001) - 10_000) / 8));
  const line = () => Array.from({ length: dice.oneIn(60) ? 1 + dice.below(5) : columns }, number).join(",");
  const text = Array.from({ length: dice.below(30) }, line).join(dice.pick(["\n", "\r\n"]));
  const file = new TextEncoder().encode(text + dice.pick(["", "\n"]));
  return dice.oneIn(3) ? mutated(file, dice) : file;
};

/** Delimited text with fields of all kinds, JSON lines, and damaged ones of either. */
export const table: Maker = (dice) => {
  const columns = 1 + dice.below(4);
  const delimiter = dice.pick([",", ";", "\t", "|"]);
  const kinds = Array.from({ length: columns }, () => dice.below(6));
  const field = (kind: number) => {
    if (dice.oneIn(30)) return dice.pick(TOKENS);
    if (dice.oneIn(15)) return dice.pick(["", "NA", "?", "null"]);
    const number = (dice.below(20_001) - 10_000) / 8;
    const day = String(1 + dice.below(28)).padStart(2, "0");
    const texts = [
      String(number),
      dice.pick(["a", "b", "c"]),
      `"${dice.pick(["x", 'y ""z""', "two\nlines", "d,e;f"])}"`,
      `2024-01-${day} 1${dice.below(10)}:00`,
      dice.pick(["yes", "no"]),
      `"${String(number).replace(".", ",")}"`,
    ];
    return texts[kind]!;
  };
  const json = dice.oneIn(6);
  const line = () =>
    json
      ? `{${kinds.map((_, i) => `"k${i}": ${dice.oneIn(20) ? dice.pick(TOKENS) : dice.below(100)}`).join(", ")}}`
      : kinds.map(field).join(delimiter);
  const names = kinds.map((_, i) => dice.pick([`k${i}`, "id", "label", "time", ""])).join(delimiter);
  const lines = [...(json || dice.oneIn(4) ? [] : [names]), ...Array.from({ length: dice.below(20) }, line)];
  const file = new TextEncoder().encode(lines.join(dice.pick(["\n", "\r\n"])) + dice.pick(["", "\n"]));
  return dice.oneIn(3) ? mutated(file, dice) : file;
};

/** What a preprocessor's `toJSON` gives, with changes. */
export const preprocessor: Maker = (dice) => {
  const rows = Array.from({ length: 800 }, (_, i) => ({
    n: i % 8 ? i / 3 : null,
    c: ["DE", "FR", null, "IT"][i % 4]!,
    b: i % 2 === 0,
    t: new Date(Date.UTC(2022, 0, 1, 29 * i)),
    label: i % 2,
  }));
  LEARNT ??= JSON.stringify(TablePreprocessor.fit(tableFromRecords(rows), { dates: "both", missing: ["x"] }));
  const text = dice.oneIn(10) ? LEARNT : changedJson(LEARNT, dice);
  const file = new TextEncoder().encode(text);
  return dice.oneIn(10) ? mutated(file, dice) : file;
};

let LEARNT: string | undefined;

export const tensors: Maker = (dice) => {
  const list: NamedTensor[] = Array.from({ length: dice.below(4) }, (_, i) => ({
    name: `t${i}`,
    ...arrayOf(dice),
  }));
  return damaged(encodeSafetensors(list, { note: dice.pick(TOKENS.slice(0, 20)) }), dice);
};

/** Whole files of models, checkpoints and a detector of every kind. */
async function models(): Promise<Uint8Array[]> {
  const files: Uint8Array[] = [];
  const samples = values(20, WIDTH);
  for (const [index, [, options]] of MODELS.entries()) {
    const model = await Autoencoder.create({ ...options, engine: { math: "portable", threads: 1 } });
    await model.fit(samples, { epochs: 2, batchSize: 8 });
    files.push(model.toSafetensors(), model.toCheckpoint());
    if (index === 0) {
      const detector = new AnomalyDetector(model);
      await detector.fit(samples);
      files.push(detector.toSafetensors());
    }
    await model.dispose();
  }
  return files;
}

/** Values that a description may have anywhere, right or not. */
const JSON_VALUES: readonly unknown[] = [
  null,
  true,
  0,
  -1,
  0.5,
  1,
  2,
  3,
  2 ** 31,
  2 ** 53,
  1e308,
  "",
  "adam",
  "tanh",
  "x".repeat(2000),
  "\u0000\u001b[2J",
  [],
  {},
  [[[[]]]],
  { kind: "dense", units: 3 },
];

/** JSON with one of its values replaced, removed or doubled. */
export function changedJson(text: string, dice: Dice): string {
  const root = { root: JSON.parse(text) as unknown };
  const places: [holder: Record<string, unknown>, key: string][] = [];
  const visit = (holder: Record<string, unknown>, key: string) => {
    places.push([holder, key]);
    const value = holder[key];
    if (typeof value === "object" && value !== null)
      for (const inner of Object.keys(value)) visit(value as Record<string, unknown>, inner);
  };
  visit(root, "root");
  for (let changes = 1 + dice.length(3); changes > 0; changes--) {
    const [holder, key] = dice.pick(places);
    if (dice.oneIn(5)) delete holder[key];
    else if (dice.oneIn(6)) holder[dice.pick(["__proto__", "x", "kind", "units", "rate"])] = holder[key];
    else holder[key] = dice.pick(JSON_VALUES);
  }
  return JSON.stringify(root.root) ?? "null";
}

/**
 * Makes files of models, checkpoints and detectors: damaged ones, and whole ones whose descriptions, texts or tensors are
 * others than they should be.
 */
export async function modelMaker(): Promise<Maker> {
  const whole = await models();
  const parsed = whole.map((file) => decodeSafetensors(file));
  return (dice) => {
    if (dice.oneIn(3)) return mutated(dice.pick(whole), dice, whole);
    const { tensors, metadata } = dice.pick(parsed);
    if (dice.oneIn(30)) return dice.pick(whole);
    let list: NamedTensor[] = [...tensors.values()];
    const texts = { ...metadata };
    const key = dice.pick(Object.keys(texts));
    if (dice.oneIn(4)) list = changedTensors(list, dice);
    else if (dice.oneIn(8)) delete texts[key];
    else if (texts[key]!.startsWith("{")) texts[key] = changedJson(texts[key]!, dice);
    else texts[key] = dice.pick(TOKENS.filter((token) => !/\p{Surrogate}/u.test(token)));
    // Mostly with a checksum that fits, behind which the rest of the checks are.
    return encodeSafetensors(list, dice.oneIn(8) ? texts : withChecksum(list, texts));
  };
}

export function changedTensors(list: readonly NamedTensor[], dice: Dice): NamedTensor[] {
  const index = dice.below(list.length);
  const tensor = list[index]!;
  const others = list.filter((_, i) => i !== index);
  const data = tensor.data.slice() as NumericArray;
  switch (dice.below(5)) {
    case 0:
      return others;
    case 1:
      return [...others, { ...tensor, name: `${tensor.name}${dice.pick([".", "x", "0", " "])}` }];
    case 2:
      return [...others, { ...tensor, shape: [...tensor.shape, 1] }];
    case 3:
      if (!(data instanceof BigInt64Array || data instanceof BigUint64Array) && data.length > 0)
        data[dice.below(data.length)] = dice.pick([Number.NaN, Number.POSITIVE_INFINITY, 1e30, -1, 0]);
      return [...others, { ...tensor, data }];
    default:
      return [...others, { name: tensor.name, ...arrayOf(dice) }];
  }
}
