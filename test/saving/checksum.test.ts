import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { crc32 } from "../../src/formats/crc32.js";
import { decodeSafetensors, encodeSafetensors } from "../../src/formats/safetensors.js";
import { AnomalyDetector, ArgumentError, Autoencoder, FormatError } from "../../src/index.js";
import { CHECKSUM } from "../../src/saving/checksum.js";
import { findPython } from "../formats/helpers.js";
import { parts } from "../support/forged.js";
import { failure, smallModel, values, weightBits } from "../support/models.js";

const samples = values(20, 6);
const model = await smallModel({ scaling: "standard" });
await model.fit(samples, { epochs: 1 });
const detector = await AnomalyDetector.fit(model, samples);
const mine = { metadata: { note: "a ✓" } };

/** Each kind of file, how it is read, and all that whoever reads it sees. */
const FILES: [string, Uint8Array, (bytes: Uint8Array) => Promise<string>][] = [
  [
    "a model",
    model.toSafetensors(mine),
    async (bytes) => {
      const read = await Autoencoder.fromSafetensors(bytes);
      const seen = JSON.stringify([weightBits(read), read.description, read.scaling]);
      await read.dispose();
      return seen;
    },
  ],
  [
    "a checkpoint",
    model.toCheckpoint(),
    async (bytes) => {
      const read = await Autoencoder.fromCheckpoint(bytes);
      const seen = JSON.stringify([
        ...parts(read.toCheckpoint()).tensors,
        read.history,
        read.trainingOptions,
      ]);
      await read.dispose();
      return seen;
    },
  ],
  [
    "a detector",
    detector.toSafetensors(mine),
    async (bytes) => {
      const read = await AnomalyDetector.fromSafetensors(bytes);
      const { model, threshold } = read;
      const { metadata } = parts(read.toSafetensors());
      const seen = JSON.stringify([weightBits(model), model.scaling, threshold, metadata]);
      await model.dispose();
      return seen;
    },
  ],
];

describe.each(FILES)("%s", (_, bytes, read) => {
  test("is refused whichever bit of it flips, unless nobody sees a difference", async () => {
    const whole = await read(bytes);
    const dataBegin = 8 + Number(new DataView(bytes.buffer).getBigUint64(0, true));
    let unseen = 0;
    for (let at = 0; at < bytes.length; at++) {
      for (let bit = 0; bit < 8; bit++) {
        const flipped = bytes.slice();
        flipped[at]! ^= 1 << bit;
        const error = await read(flipped).then(
          (seen) => {
            // What is left to the user's own metadata, and to the name of the checksum itself.
            expect([at < dataBegin, seen]).toEqual([true, whole]);
            unseen++;
          },
          (error: unknown) => error,
        );
        if (error === undefined) continue;
        expect(error).toBeInstanceOf(FormatError);
        if (at >= dataBegin) expect((error as Error).message).toMatch(/^the file is damaged: /);
      }
    }
    expect(unseen).toBeLessThan(8 * 60);
  });

  test("without a checksum, as older files are, is taken", async () => {
    const { tensors, metadata } = parts(bytes);
    expect(await read(encodeSafetensors(tensors, metadata))).toBe(await read(bytes));
  });

  test("may be rewritten in another order and with other notes", async () => {
    const { tensors, metadata } = decodeSafetensors(bytes);
    const turned = Object.fromEntries(Object.entries(metadata).reverse());
    const other = { ...turned, note: "b", format: "np" };
    expect(await read(encodeSafetensors([...tensors.values()].reverse(), other))).toBe(await read(bytes));
  });

  test("names what was changed on purpose", async () => {
    const { tensors, metadata } = decodeSafetensors(bytes);
    const [first, ...others] = tensors.values();
    const { shape } = first!;
    const changed = { ...first!, data: new Float32Array(shape.reduce((a, b) => a * b)).fill(0.5) };
    const error = await failure(() => read(encodeSafetensors([changed, ...others], metadata)));
    expect(error).toBeInstanceOf(FormatError);
    expect((error as Error).message).toMatch(/If another tool .* remove isthmus\.checksum from the metadata/);
  });
});

test("the checksum is nobody's own text", () => {
  expect(() => model.toSafetensors({ metadata: { [CHECKSUM]: "mine" } })).toThrow(ArgumentError);
});

test("crc32 is that of gzip, in one piece or several, from any place", () => {
  expect(crc32(new TextEncoder().encode("123456789"))).toBe(0xcbf43926);
  const bytes = Uint8Array.from({ length: 300 }, (_, i) => (i * 2654435761) >>> 11);
  for (let length = 0; length < 40; length++) {
    for (const begin of [0, 1, 3, 200]) {
      const part = bytes.subarray(begin, begin + length);
      const expected = gzipSync(part).readUInt32LE(gzipSync(part).length - 8);
      expect(crc32(part)).toBe(expected);
      const cut = Math.floor(length / 3);
      expect(crc32(part.subarray(cut), crc32(part.subarray(0, cut)))).toBe(expected);
    }
  }
});

test("Python calculates the same, and what its safetensors loads and saves again is taken", async (context) => {
  const python = findPython("numpy, safetensors.numpy");
  if (python === undefined) return context.skip("there is no python3 with numpy and safetensors");
  const folder = mkdtempSync(join(tmpdir(), "isthmus-checksum-"));
  const script = `
import json, sys, zlib, safetensors, safetensors.numpy
for name in sys.argv[1:]:
    with safetensors.safe_open(name, "numpy") as file:
        metadata = file.metadata()
    tensors = safetensors.numpy.load_file(name)
    texts = [[k, metadata[k]] for k in sorted(metadata)
             if k in ("isthmus", "training") or k.startswith("isthmus.") and k != "isthmus.checksum"]
    dtype = {"float32": "F32", "float64": "F64"}
    heads = [[k, dtype[tensors[k].dtype.name], list(tensors[k].shape)] for k in sorted(tensors)]
    crc = zlib.crc32(json.dumps(texts + heads, ensure_ascii=False, separators=(",", ":")).encode())
    for k in sorted(tensors):
        crc = zlib.crc32(tensors[k].tobytes(), crc)
    assert metadata["isthmus.checksum"] == "crc32:%08x" % crc, (metadata["isthmus.checksum"], "%08x" % crc)
    safetensors.numpy.save_file(tensors, name, metadata)`;
  try {
    const paths = FILES.map(([name]) => join(folder, name));
    FILES.forEach(([, bytes], i) => {
      writeFileSync(paths[i]!, bytes);
    });
    execFileSync(python, ["-c", script, ...paths]);
    for (const [i, [, bytes, read]] of FILES.entries())
      expect(await read(new Uint8Array(readFileSync(paths[i]!)))).toBe(await read(bytes));
  } finally {
    rmSync(folder, { recursive: true });
  }
});
