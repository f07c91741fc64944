// A thread that reads files with the built library and checks what comes of them: it can be ended when it hangs, and its
// memory has a limit. Takes `{ reader, bytes }`; answers "read", "refused", or `{ wrong: why }`.
import { readFileSync, writeFileSync } from "node:fs";
import { parentPort, workerData } from "node:worker_threads";
import { gunzipSync } from "node:zlib";
import {
  decodeAnySamples,
  decodeArrow,
  decodeImage,
  decodeNpz,
  decodeParquet,
  encodeArrow,
  encodeNpz,
  encodeParquet,
  encodePng,
} from "../../build/codecs.js";
import { readTable, readTableChunks, TablePreprocessor } from "../../build/data.js";
import { buildImported, readModel } from "../../build/import.js";
import {
  AnomalyDetector,
  Autoencoder,
  decodeIdx,
  decodeNpy,
  decodeSafetensors,
  decodeSamples,
  Engine,
  encodeIdx,
  encodeNpy,
  encodeSafetensors,
  gunzip,
  IsthmusError,
} from "../../build/index.js";
import { loadSamples, streamCsv, streamIdx, streamNpy } from "../../build/node.js";

class Wrong extends Error {}
function check(holds, what) {
  if (!holds) throw new Wrong(what);
}

const bytesOf = ({ buffer, byteOffset, byteLength }) => Buffer.from(buffer, byteOffset, byteLength);
const same = (a, b) => a.length === b.length && bytesOf(a).equals(bytesOf(b));
const product = (shape) => shape.reduce((a, b) => a * b, 1);

/** What is read without an error, or undefined. */
async function attempt(read) {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof IsthmusError)) throw error;
    checkMessage(error.message);
    return undefined;
  }
}

/** A message that fits on a terminal, and does not write to it what it pleases. */
function checkMessage(message) {
  check(message.length < 2000, `a message of ${message.length} characters`);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
  const control = /[\0-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/.exec(message);
  check(!control, `no control character in ${JSON.stringify(message)}`);
}

/** A file of one array: its own decoder, the one for samples, the loader and the stream agree. */
async function arrayFile(bytes, decode, encode, stream) {
  const decoded = await attempt(() => decode(bytes));
  if (decoded) {
    check(decoded.data.length === product(decoded.shape), "as many elements as the shape has");
    // Half floats become floats.
    check(decoded.data.byteLength <= 2 * bytes.length, "no more data than the file has");
    check(same(decode(encode(decoded)).data, decoded.data), "the same bits after writing");
  }
  const samples = await attempt(() => decodeSamples(bytes));
  checkSamples(samples, bytes);
  check(
    (samples !== undefined) ===
      (decoded !== undefined && decoded.data.length > 0 && decoded.shape.length > 0),
    "samples where there is an array",
  );
  await fileAgrees(bytes, samples, stream);
  return decoded;
}

function checkSamples(samples, bytes) {
  if (!samples) return;
  const { data, rows, columns, shape } = samples;
  check(
    rows === shape[0] && rows * columns === data.length && product(shape) === data.length,
    "rows and columns",
  );
  check(data.byteLength <= 4 * 1032 * bytes.length, "no more samples than the file can hold");
}

/** Loading and streaming the file gives the samples that decoding gives. */
async function fileAgrees(bytes, samples, stream) {
  writeFileSync(workerData.path, bytes);
  const loaded = await attempt(() => loadSamples(workerData.path));
  check((loaded === undefined) === (samples === undefined), "loaded where it is decoded");
  if (loaded) check(same(loaded.data, samples.data), "loaded as it is decoded");
  const parts = await attempt(() => parted(stream(workerData.path, { rows: 2 })));
  // What cannot be streamed is an array in Fortran order.
  if (parts && samples)
    check(Buffer.concat(parts.map(bytesOf)).equals(bytesOf(samples.data)), "streamed as it is decoded");
  else check(!parts, "not streamed where it is not decoded");
}

async function parted(stream) {
  const parts = [];
  for await (const chunk of stream) parts.push(chunk.data ?? chunk);
  return parts;
}

/** zlib's answer; undefined where it refuses. */
function reference(bytes) {
  try {
    return gunzipSync(bytes, { maxOutputLength: 1 << 26 });
  } catch {
    return undefined;
  }
}

/** A file of a table: as many values in each column as rows, and the same after writing. */
async function tableFile(bytes, decode, encode) {
  const table = await attempt(() => decode(bytes, { maximumBytes: 1 << 24 }));
  if (!table) return undefined;
  const { rows, columns } = table;
  for (const { values } of columns) check(values.length === rows, "as many values as rows");
  const file = await attempt(() => encode(table));
  // Of names that stand twice, or nothing but numbers that came as bigints.
  if (!file) return table;
  const again = await decode(file);
  check(again.rows === (columns.length > 0 ? rows : again.rows), "as many rows after writing");
  columns.forEach(({ values }, j) => {
    const other = again.columns[j].values;
    for (let i = 0; i < rows; i++) {
      const [a, b] = [values[i], other[i]].map((cell) => (cell instanceof Date ? cell.getTime() : cell));
      // Dates beyond what a Date can be are missing.
      check(Object.is(a, b) || (Number.isNaN(a) && b === null), `the same after writing, not ${b} for ${a}`);
    }
  });
  return table;
}

let engine;

/** Reads with a memory of its own, which has to be empty again after it. */
async function inEngine(read) {
  engine ??= await Engine.create({ threads: 1, math: "portable" });
  const before = engine.memory.used;
  const result = await attempt(() => read({ engine }));
  check(engine.memory.used === before, "no memory left behind");
  return result;
}

async function checkModel(model) {
  for (const { data, shape } of model.getWeights()) {
    check(data.length === product(shape) && data.every(Number.isFinite), "finite weights");
  }
  const written = model.toSafetensors();
  const again = await Autoencoder.fromSafetensors(written, { engine });
  check(same(again.toSafetensors(), written), "the same bits after writing");
  await again.dispose();
  const { inputSize } = model;
  await attempt(() => model.reconstruct(new Float32Array(inputSize).fill(0.5)));
}

const ARCHITECTURE = readFileSync(
  new URL("../exchange/golden/functional.architecture.json", import.meta.url),
  "utf8",
);

/** A model of another tool: no more numbers than the file can hold, and it works or is refused. */
async function importedFile(bytes, source, options) {
  const model = await attempt(() => readModel(source, options));
  if (!model) return undefined;
  const { layers, encoderDepth, notes } = model;
  check(encoderDepth > 0 && encoderDepth < layers.length, "two halves");
  const weights = layers.flatMap((layer) => [...layer.weights.values()]);
  for (const { shape, data } of weights)
    check(data.length === product(shape), "as many elements as the shape has");
  const size = weights.reduce((sum, { data }) => sum + data.byteLength, 0);
  // Bytes of quantized weights become floats; what is scaled by one number becomes one for each value.
  check(size <= 8 * 1032 * bytes.length, "no more numbers than the file can hold");
  for (const note of notes) check(typeof note === "string" && note.endsWith("."), "notes in sentences");
  return inEngine(async (engine) => {
    const built = await buildImported(model, engine);
    try {
      await checkModel(built);
    } finally {
      await built.dispose();
    }
    return built;
  });
}

const READERS = {
  keras: (bytes) => importedFile(bytes, bytes, {}),
  hdf5: (bytes) => importedFile(bytes, bytes, { architecture: ARCHITECTURE }),
  tfjs(bytes) {
    const end = 2 + bytes[0] + 256 * bytes[1];
    const files = [
      { name: "model.json", bytes: bytes.subarray(2, end) },
      { name: "group1-shard1of1.bin", bytes: bytes.subarray(end) },
    ];
    return importedFile(bytes, files, {});
  },
  stateDict: (bytes) => importedFile(bytes, bytes, {}),

  npy: (bytes) => arrayFile(bytes, decodeNpy, encodeNpy, streamNpy),
  idx: (bytes) => arrayFile(bytes, decodeIdx, encodeIdx, streamIdx),

  async packed(bytes) {
    const samples = await attempt(() => decodeSamples(bytes, { maximumBytes: 1 << 24 }));
    checkSamples(samples, bytes);
    const plain = await attempt(() => gunzip(bytes, { maximumBytes: 1 << 24 }));
    if (samples) check(plain, "samples of what can be decompressed only");
    if (plain && !samples) check(!(await attempt(() => decodeSamples(plain))), "samples of what holds some");
    return samples;
  },

  async gzip(bytes) {
    const maximumBytes = 1 << 20;
    const plain = await attempt(() => gunzip(bytes, { maximumBytes }));
    const other = reference(bytes);
    if (plain) {
      check(plain.length <= Math.min(maximumBytes, 1032 * bytes.length), "no more than is allowed");
      check(plain.buffer.byteLength === plain.length, "no more memory than is filled");
      // zlib passes over what follows zeros.
      check(other && same(plain.subarray(0, other.length), other), "what zlib gives");
      check(other.length === plain.length || bytes.includes(0), "all that zlib gives");
    }
    return plain;
  },

  async csv(bytes) {
    writeFileSync(workerData.path, bytes);
    const parts = await attempt(() => parted(streamCsv(workerData.path, { rows: 7 })));
    if (!parts) return undefined;
    const text = new TextDecoder().decode(bytes);
    const numbers = text
      .split(/[,\n]/)
      .filter((field) => field.trim() !== "")
      .map(Number);
    const read = parts.flatMap((part) => [...part]);
    check(read.every(Number.isFinite), "finite numbers");
    check(
      read.length === numbers.length && read.every((value, i) => Object.is(value, numbers[i])),
      "every number",
    );
    return parts;
  },

  async npz(bytes) {
    const arrays = await attempt(() => decodeNpz(bytes, { maximumBytes: 1 << 20 }));
    if (!arrays) return undefined;
    for (const { data, shape } of arrays.values()) {
      check(data.length === product(shape), "as many elements as the shape has");
    }
    const again = decodeNpz(encodeNpz(arrays));
    for (const [name, { data }] of arrays)
      check(same(again.get(name).data, data), "the same bits after writing");
    return arrays;
  },

  parquet: (bytes) => tableFile(bytes, decodeParquet, encodeParquet),
  arrow: (bytes) => tableFile(bytes, decodeArrow, encodeArrow),

  async image(bytes) {
    const image = await attempt(() => decodeImage(bytes, { maximumBytes: 1 << 24 }));
    const samples = await attempt(() => decodeAnySamples(bytes, { maximumBytes: 1 << 24 }));
    check(!image === !samples, "samples of what is an image");
    if (!image) return undefined;
    const { width, height, channels, data } = image;
    check(data.length === width * height * channels && same(samples.data, data), "as many bytes as pixels");
    check(same((await decodeImage(await encodePng(image))).data, data), "the same pixels after writing");
    return image;
  },

  async table(bytes) {
    const table = await attempt(() => readTable(bytes));
    const parts = await attempt(async () => {
      const chunks = [];
      for await (const chunk of readTableChunks([bytes.subarray(0, 7), bytes.subarray(7)], { rows: 3 }))
        chunks.push(chunk);
      return chunks;
    });
    check((table === undefined) === (parts === undefined), "in chunks what is read as a whole");
    if (!table) return undefined;
    for (const { values } of table.columns) check(values.length === table.rows, "a cell for each row");
    check(parts.reduce((sum, { rows }) => sum + rows, 0) === table.rows, "as many rows in chunks");
    check(new Set(table.columns.map(({ name }) => name)).size === table.columns.length, "different names");
    const preprocessor = await attempt(() => TablePreprocessor.fit(table));
    if (!preprocessor) return table;
    const matrix = preprocessor.transform(table);
    check(matrix.data.every(Number.isFinite), "finite features");
    const again = TablePreprocessor.fromJSON(JSON.parse(JSON.stringify(preprocessor)));
    check(same(again.transform(table).data, matrix.data), "the same features after saving");
    await attempt(() => (preprocessor.labelColumn === undefined ? undefined : preprocessor.labels(table)));
    preprocessor.inverse(matrix);
    checkMessage(preprocessor.summary().replaceAll("\n", "").slice(0, 1000));
    return table;
  },

  async preprocessor(bytes) {
    let json;
    try {
      json = JSON.parse(new TextDecoder().decode(bytes));
    } catch {
      return undefined;
    }
    const preprocessor = await attempt(() => TablePreprocessor.fromJSON(json));
    if (!preprocessor) return undefined;
    const written = JSON.stringify(preprocessor);
    check(
      JSON.stringify(TablePreprocessor.fromJSON(JSON.parse(written))) === written,
      "the same after writing",
    );
    const names = preprocessor.columns.map(({ name }) => name);
    const cells = { n: "1.5", c: "DE", b: true, t: new Date(0) };
    const columns = [...new Set(names)].map((name) => ({
      name,
      values: [Object.hasOwn(cells, name) ? cells[name] : "x"],
    }));
    const matrix = await attempt(() => preprocessor.transform({ rows: 1, columns }));
    if (matrix) {
      check(matrix.data.every(Number.isFinite), "finite features");
      const { columns: back } = preprocessor.inverse(matrix);
      check(back.length === names.length, "a column back for each");
      for (const { features, describe } of preprocessor.columns)
        check(typeof describe(features.map((i) => matrix.data[i])) === "string", "words for each column");
      checkMessage(preprocessor.summary().replaceAll("\n", "").slice(0, 1000));
    }
    return preprocessor;
  },

  async tensors(bytes) {
    const decoded = await attempt(() => decodeSafetensors(bytes));
    if (!decoded) return undefined;
    let size = 0;
    for (const { data, shape } of decoded.tensors.values()) {
      check(data.length === product(shape), "as many elements as the shape has");
      size += data.byteLength;
    }
    check(size <= bytes.length, "no more data than the file has");
    const again = decodeSafetensors(encodeSafetensors([...decoded.tensors.values()], decoded.metadata));
    for (const [name, { data }] of decoded.tensors)
      check(same(again.tensors.get(name).data, data), "the same bits");
    return decoded;
  },

  model: (bytes) =>
    inEngine(async (options) => {
      const model = await Autoencoder.fromSafetensors(bytes, options);
      try {
        await checkModel(model);
      } finally {
        await model.dispose();
      }
      return model;
    }),

  checkpoint: (bytes) =>
    inEngine(async (options) => {
      const model = await Autoencoder.fromCheckpoint(bytes, options);
      try {
        await checkModel(model);
        check(Array.isArray(model.history.loss), "a history");
        // Training goes on, or is refused: for samples of this width, or a run that has ended.
        const samples = new Float32Array(8 * model.inputSize).fill(0.25);
        await attempt(() => model.fit(samples, { epochs: 1 + model.history.loss.length, batchSize: 4 }));
      } finally {
        await model.dispose();
      }
      return model;
    }),

  detector: (bytes) =>
    inEngine(async (options) => {
      const detector = await AnomalyDetector.fromSafetensors(bytes, options);
      const { model } = detector;
      try {
        check(Number.isFinite(detector.threshold), "a finite threshold");
        check(same(detector.toSafetensors(), detector.toSafetensors()), "the same bits");
      } finally {
        await model.dispose();
      }
      return detector;
    }),
};

parentPort.on("message", async ({ reader, bytes }) => {
  try {
    parentPort.postMessage((await READERS[reader](bytes)) === undefined ? "refused" : "read");
  } catch (error) {
    parentPort.postMessage({ wrong: error instanceof Wrong ? `expected ${error.message}` : error.stack });
  }
});
parentPort.postMessage("ready");
