// Bytes come as a Uint8Array from readFile, and as an ArrayBuffer from fetch and from a file dropped on a page.
import { runInNewContext } from "node:vm";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import {
  AnomalyDetector,
  ArgumentError,
  Autoencoder,
  decodeIdx,
  decodeNpy,
  decodeSafetensors,
  decodeSamples,
  encodeIdx,
  encodeNpy,
  gunzip,
  isGzip,
} from "../../src/index.js";
import { failure, smallModel, values } from "../support/models.js";

const data = values(10, 6);
const array = { shape: [10, 6], data };
const plain = encodeNpy(array);
const model = await smallModel();
const detector = await AnomalyDetector.fit(model, data);

/** What takes the bytes of a file: a file, and what comes of it in a form that can be compared. */
const READERS: [string, Uint8Array, (bytes: Uint8Array | ArrayBuffer) => unknown][] = [
  ["decodeNpy", plain, decodeNpy],
  ["decodeIdx", encodeIdx({ shape: [10, 6], data }), decodeIdx],
  ["decodeSamples", new Uint8Array(gzipSync(plain)), decodeSamples],
  ["gunzip", new Uint8Array(gzipSync(plain)), (bytes) => gunzip(bytes)],
  ["isGzip", new Uint8Array(gzipSync(plain)), isGzip],
  ["decodeSafetensors", model.toSafetensors(), (bytes) => [...decodeSafetensors(bytes).tensors]],
  ["fromSafetensors", model.toSafetensors(), async (bytes) => weights(Autoencoder.fromSafetensors(bytes))],
  ["fromCheckpoint", model.toCheckpoint(), async (bytes) => weights(Autoencoder.fromCheckpoint(bytes))],
  [
    "AnomalyDetector.fromSafetensors",
    detector.toSafetensors(),
    async (bytes) => (await AnomalyDetector.fromSafetensors(bytes)).threshold,
  ],
];

const weights = async (made: Promise<Autoencoder>) => (await made).getWeights();

/** The same bytes as a buffer that has nothing else in it. */
const bufferOf = (bytes: Uint8Array) => bytes.slice().buffer as ArrayBuffer;

test.each(READERS)("%s takes an ArrayBuffer as it takes a Uint8Array", async (_, file, read) => {
  const expected = await read(file);
  expect(await read(bufferOf(file))).toEqual(expected);
  expect(await read(Buffer.from(file))).toEqual(expected);
  // Of another realm, such as an iframe's or Jest's.
  const foreign = runInNewContext("new ArrayBuffer(length)", { length: file.length }) as ArrayBuffer;
  new Uint8Array(foreign).set(file);
  expect(foreign).not.toBeInstanceOf(ArrayBuffer);
  expect(await read(foreign)).toEqual(expected);
});

test.each(READERS)("%s refuses what is neither, and memory that is gone", async (_, file, read) => {
  for (const [given, shown] of [
    ["text" as unknown, "a string"],
    [[1, 2], "Array"],
    [new DataView(bufferOf(file)), "DataView"],
    [new Float32Array(4), "Float32Array"],
    [new Blob([bufferOf(file)]), "Blob"],
  ] as [Uint8Array, string][]) {
    const error = await failure(async () => read(given));
    expect(error).toBeInstanceOf(ArgumentError);
    expect((error as Error).message).toBe(
      `bytes is ${shown}, but a Uint8Array or an ArrayBuffer is expected`,
    );
  }
  const buffer = bufferOf(file);
  const bytes = new Uint8Array(buffer);
  structuredClone(buffer, { transfer: [buffer] });
  for (const gone of [buffer, bytes]) {
    const error = await failure(async () => read(gone));
    expect(error).toBeInstanceOf(ArgumentError);
    expect((error as Error).message).toMatch(/^bytes has been transferred/);
  }
});
