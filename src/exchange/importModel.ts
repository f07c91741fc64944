import type { Autoencoder, AutoencoderOptions } from "../autoencoder/autoencoder.js";
import { isHdf5 } from "../codecs/decodeHdf5.js";
import { type ZipEntry, zipEntries } from "../codecs/zip.js";
import { isOptions, knownKeys, show } from "../common/check.js";
import { ArgumentError, FormatError } from "../common/errors.js";
import { foreignFile } from "../formats/foreignFile.js";
import { decodeSafetensors } from "../formats/safetensors.js";
import { type FileBytes, requireBytes } from "../formats/typedArrays.js";
import { checkShape } from "../layers/shape.js";
import { buildImported } from "./buildImported.js";
import type { ExportedFile } from "./exportedFile.js";
import { type CodeLayer, type ImportedModel, split, type UnsplitModel } from "./importedModel.js";
import { importHdf5, importKeras, parseJson } from "./keras/importKeras.js";
import { importOnnx } from "./onnx/importOnnx.js";
import { importStateDict } from "./pytorch/importStateDict.js";
import type { StateDictOptions } from "./pytorch/stateDictOptions.js";
import { importTfjs } from "./tfjs/importTfjs.js";

/** What to import: the bytes of a file, or several files by their names, such as TensorFlow.js's. */
export type ImportSource = FileBytes | readonly ExportedFile[];

/** What a file may not say. All are optional; a missing one that is needed is asked for by its name. */
export interface ImportOptions extends StateDictOptions {
  /** The encoder's last layer: its number among all layers, from 1, or its name; default: the narrowest place. */
  readonly codeLayer?: CodeLayer | undefined;
  /** For HDF5 files of weights alone: what Keras's `model.to_json()` gives, as text or parsed. */
  readonly architecture?: unknown;
}

const OPTIONS = [
  "codeLayer",
  "architecture",
  "inputShape",
  "activation",
  "order",
  "strides",
  "padding",
  "outputPadding",
] as const;

/**
 * Makes an autoencoder of another tool's model: Keras's `.keras` and `.h5`, TensorFlow.js's `model.json` with its files,
 * an ONNX graph of layers in a row, or the weights of a PyTorch model as safetensors. Its outputs are the origin's, to rounding. Loss and optimizer are
 * Isthmus's defaults. `readModel` says what was found, and what was guessed.
 *
 * @param source the file's bytes, or files as `{ name, bytes }`
 * @param options what the file does not say, and `engine`, as in `Autoencoder.create`
 * @throws what `readModel` throws
 *
 * @example
 * ```ts
 * import { Autoencoder, dense } from "isthmus";
 * import { exportKeras } from "isthmus/export";
 * import { importModel } from "isthmus/import";
 *
 * const model = await Autoencoder.create({ inputSize: 4, encoder: [dense(2)], decoder: [dense(4)] });
 * const again = await importModel(exportKeras(model));
 * console.log(again.latentSize); // 2
 * await again.dispose();
 * await model.dispose();
 * ```
 */
export async function importModel(
  source: ImportSource,
  options: ImportOptions & Pick<AutoencoderOptions, "engine"> = {},
): Promise<Autoencoder> {
  knownKeys("importModel", options, [...OPTIONS, "engine"]);
  const { engine, ...others } = options;
  return buildImported(readModel(source, others), engine ? { engine } : {});
}

/**
 * Reads another tool's model: its layers with their weights, where the encoder ends, and notes of what the file did not
 * say. A Python pickle (`.pt`, `.pth`) is never opened.
 *
 * @throws {FormatError} for damaged and foreign files, and layers that cannot be represented, by name and class
 * @throws {ArgumentError} for unknown options, and by its name for one that the file needs
 * @throws {ShapeError} if the layers do not fit together, or do not give samples back
 */
export function readModel(source: ImportSource, options: ImportOptions = {}): ImportedModel {
  if (!isOptions(options))
    throw new ArgumentError(`the options of readModel must be an object, not ${show(options)}`);
  knownKeys("readModel", options, OPTIONS);
  const { architecture } = options;
  const inputShape =
    options.inputShape === undefined ? undefined : checkShape("inputShape", options.inputShape);
  const checked = {
    ...options,
    inputShape,
    architecture: typeof architecture === "string" ? parseJson(architecture, "architecture") : architecture,
  };
  const model = Array.isArray(source) ? readFiles(source, checked) : readBytes(requireBytes(source), checked);
  return split(model, options.codeLayer);
}

function readFiles(files: readonly ExportedFile[], options: ImportOptions): UnsplitModel {
  const given = files.map(({ name, bytes }) => ({ name: String(name), bytes: requireBytes(bytes) }));
  if (given.length === 1 && !given[0]!.name.endsWith(".json")) return readBytes(given[0]!.bytes, options);
  const json = given.find(({ name, bytes }) => name.endsWith(".json") && bytes.length > 0);
  if (!json) throw new FormatError("of several files one must be the model.json of TensorFlow.js");
  return importTfjs(asObject(parseJson(json.bytes, json.name), json.name), given, options.inputShape);
}

function asObject(value: unknown, name: string): object {
  if (typeof value === "object" && value !== null) return value;
  throw new FormatError(`${name} is not an object`);
}

function readBytes(bytes: Uint8Array, options: ImportOptions): UnsplitModel {
  if (isHdf5(bytes)) return importHdf5(bytes, options);
  if (isOnnx(bytes)) return importOnnx(bytes);
  const foreign = foreignFile(bytes, "safetensors");
  if (foreign?.includes("zip")) return readZip(bytes, options);
  if (foreign?.includes("pickle")) throw pickled("a Python pickle");
  if (foreign === "JSON text") {
    throw new FormatError(
      "bytes is JSON text; if it is the model.json of TensorFlow.js, give it with its files: [{ name, bytes }, …]",
    );
  }
  if (foreign !== undefined)
    throw new FormatError(`bytes is ${foreign}, which holds no model that can be imported`);
  const { tensors, metadata } = decodeSafetensors(bytes, { halves: "widen" });
  if (metadata.isthmus !== undefined) {
    throw new FormatError("bytes is a model of Isthmus already; open it with Autoencoder.fromSafetensors");
  }
  return importStateDict(tensors.values(), options);
}

/** An ONNX file begins with its format's version, field 1; a safetensors file may begin alike, but goes on with JSON. */
function isOnnx(bytes: Uint8Array): boolean {
  return bytes[0] === 0x08 && bytes[1]! > 0 && bytes[1]! < 0x20 && bytes[8] !== 0x7b;
}

function readZip(bytes: Uint8Array, options: ImportOptions): UnsplitModel {
  const entries: ZipEntry[] = zipEntries(bytes);
  if (entries.some(({ name }) => /(^|\/)data\.pkl$/.test(name)))
    throw pickled("a PyTorch file with a Python pickle");
  if (entries.some(({ name }) => name === "config.json")) return importKeras(bytes, entries, options);
  throw new FormatError("bytes is a zip archive, but not a .keras file: it has no config.json");
}

/** Python's pickles are programs. */
function pickled(what: string): FormatError {
  return new FormatError(
    `bytes is ${what}, which could run any code and is not opened; convert it in Python: ` +
      'import torch, safetensors.torch; safetensors.torch.save_file(torch.load("m.pt", weights_only=True), "m.safetensors")',
  );
}
