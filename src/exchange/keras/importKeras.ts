import { decodeHdf5, type Hdf5File } from "../../codecs/decodeHdf5.js";
import { unzipEntry, type ZipEntry } from "../../codecs/zip.js";
import { ArgumentError, FormatError } from "../../common/errors.js";
import { decodeUtf8 } from "../../formats/utf8.js";
import type { Shape } from "../../layers/shape.js";
import type { UnsplitModel } from "../importedModel.js";
import { topologyOf } from "./kerasTopology.js";
import { type FindWeight, modelFromKeras } from "./modelFromKeras.js";

/** Options of files that do not say everything. */
export interface KerasImportOptions {
  readonly inputShape?: Shape | undefined;
  /** A configuration as JSON, for files of weights alone. */
  readonly architecture?: unknown;
}

/** Keras does not compress. What unpacks to more than this many times the whole file, and to more than 16 MiB, is refused. */
const MOST_UNPACKED = 8;
const ALWAYS_UNPACKED = 1 << 24;

/**
 * Reads a `.keras` file of Keras 3.
 *
 * @param entries the archive's files
 */
export function importKeras(
  archive: Uint8Array,
  entries: readonly ZipEntry[],
  { inputShape }: KerasImportOptions,
): UnsplitModel {
  const most = Math.max(ALWAYS_UNPACKED, MOST_UNPACKED * archive.length);
  const unpack = (name: string) => {
    const entry = entries.find((each) => each.name === name);
    if (entry) return unzipEntry(archive, entry, most);
    throw new FormatError(`bytes is a .keras file without ${name}`);
  };
  const topology = topologyOf(parseJson(unpack("config.json"), "config.json"));
  const file = decodeHdf5(unpack("model.weights.h5"));
  return modelFromKeras({
    format: "Keras 3",
    origin: "keras",
    topology,
    find: byPath(file),
    inputShape,
  });
}

/** Reads an HDF5 file of Keras: a whole model (`.h5`), or weights alone, which need an `architecture`. */
export function importHdf5(
  bytes: Uint8Array,
  { inputShape, architecture }: KerasImportOptions,
): UnsplitModel {
  const file = decodeHdf5(bytes);
  const [config] = file.attributes.get("")?.get("model_config") ?? [];
  const described = config === undefined ? architecture : parseJson(config, "model_config");
  if (described === undefined) {
    throw new ArgumentError(
      "bytes is an HDF5 file of weights alone; give what model.to_json() says as architecture",
    );
  }
  const legacy = [...file.attributes.values()].some((own) => own.has("weight_names"));
  return modelFromKeras({
    format: config === undefined ? "Keras weights (HDF5)" : "Keras HDF5",
    origin: "keras",
    topology: topologyOf(described),
    find: legacy ? byName(file) : byPath(file),
    inputShape,
  });
}

/** @throws {FormatError} unless the text is JSON */
export function parseJson(text: string | Uint8Array, name: string): unknown {
  try {
    return JSON.parse(typeof text === "string" ? text : decodeUtf8(text)) as unknown;
  } catch (cause) {
    throw new FormatError(`${name} is not JSON`, { cause });
  }
}

/** Where layers have their weights elsewhere than in themselves. */
const INNER: Readonly<Record<string, string>> = { LSTM: "/cell", GRU: "/cell", TimeDistributed: "/layer" };

/** The weights of Keras 3: by the number of the layer among those of its class. */
function byPath({ datasets }: Hdf5File): FindWeight {
  return ({ className, path }, _, index) => {
    const found = datasets.get(`${path}${INNER[className] ?? ""}/vars/${index}`);
    return found && { shape: found.shape, data: found.floats() };
  };
}

/** The weights of older files: by the names of layers and weights, `dense/dense/kernel:0`. */
function byName({ datasets }: Hdf5File): FindWeight {
  const all = [...datasets].map(([path, dataset]) => {
    const names = path.split("/").map((name) => name.replace(/:\d+$/, ""));
    return { names, dataset };
  });
  return ({ names }, weight) => {
    const found = named(all, names, weight)?.dataset;
    return found && { shape: found.shape, data: found.floats() };
  };
}

/** What has the names of a layer, those of the models that it is in as far as needed, and of a weight. */
export function named<T extends { readonly names: readonly string[] }>(
  all: readonly T[],
  layer: readonly string[],
  weight: string,
): T | undefined {
  let candidates = all.filter(({ names }) => names.at(-1) === weight && names.includes(layer.at(-1)!));
  for (const model of layer.slice(0, -1).toReversed()) {
    if (candidates.length <= 1) break;
    candidates = candidates.filter(({ names }) => names.includes(model));
  }
  if (candidates.length <= 1) return candidates[0];
  // An optimizer's slots have names like those of the weights.
  const outside = candidates.filter(({ names }) => !names[0]!.startsWith("optimizer"));
  if (outside.length <= 1) return outside[0];
  throw new FormatError(`the file has more than one ${weight} of layer ${layer.join("/")}`);
}
