import { show } from "../../common/check.js";
import { concatenate } from "../../common/concatenate.js";
import { FormatError } from "../../common/errors.js";
import { quote } from "../../common/printable.js";
import { widenHalves } from "../../formats/float16.js";
import { copyBytes, elementCount, isDimension } from "../../formats/typedArrays.js";
import type { Shape } from "../../layers/shape.js";
import type { ExportedFile } from "../exportedFile.js";
import type { UnsplitModel } from "../importedModel.js";
import { named } from "../keras/importKeras.js";
import { topologyOf } from "../keras/kerasTopology.js";
import { modelFromKeras } from "../keras/modelFromKeras.js";
import type { GraphWeight } from "../modelGraph.js";

type Fields = Readonly<Record<string, unknown>>;

/** How weights are kept in fewer bytes. */
interface Quantization {
  readonly dtype: string;
  readonly min?: number;
  readonly scale?: number;
}

/** Bytes of an element by its type. */
const BYTES: Readonly<Record<string, number>> = {
  float32: 4,
  int32: 4,
  float16: 2,
  uint16: 2,
  uint8: 1,
  bool: 1,
};

/**
 * Reads a layers model of TensorFlow.js.
 *
 * @param json what `model.json` says
 * @param files the files of weights that it names
 */
export function importTfjs(
  json: unknown,
  files: readonly ExportedFile[],
  inputShape: Shape | undefined,
): UnsplitModel {
  const { format, modelTopology, weightsManifest } = json as Fields;
  if (format === "graph-model") {
    throw new FormatError(
      "model.json is a graph model of TensorFlow.js, whose layers are gone; only layers models can be read",
    );
  }
  if (!Array.isArray(weightsManifest)) throw new FormatError("model.json has no weightsManifest");
  const weights = weightsManifest.flatMap((group: Fields) => weightsOf(group, files));
  const config = (modelTopology as Fields | null)?.model_config ?? modelTopology;
  return modelFromKeras({
    format: "TensorFlow.js layers",
    origin: "tfjs",
    topology: topologyOf(config),
    find: ({ names }, weight) => named(weights, names, weight)?.read(),
    inputShape,
  });
}

interface ManifestWeight {
  readonly names: readonly string[];
  read(): GraphWeight;
}

/** The weights of a group, whose files are one after another. */
function weightsOf(group: Fields, files: readonly ExportedFile[]): ManifestWeight[] {
  const { paths, weights } = group ?? {};
  if (!Array.isArray(paths) || !Array.isArray(weights)) {
    throw new FormatError("a group of model.json's weightsManifest has no paths or no weights");
  }
  const parts = [...new Set(paths)].map((path) => {
    const found = files.find(({ name }) => name === path || name.endsWith(`/${String(path)}`));
    if (found) return found.bytes;
    throw new FormatError(`model.json wants the file ${show(path)}, which is not given`);
  });
  const bytes = concatenate(Uint8Array, parts);
  let at = 0;
  return weights.map((weight: Fields) => {
    const { name, shape, dtype, quantization } = weight ?? {};
    const stored = (quantization as Quantization | undefined)?.dtype ?? dtype;
    const size = BYTES[String(stored)];
    const count = Array.isArray(shape) && shape.every(isDimension) ? elementCount(shape) : undefined;
    if (typeof name !== "string" || size === undefined || count === undefined) {
      throw new FormatError(`model.json has a weight ${show(name)} of ${show(dtype)} that is not valid`);
    }
    const begin = at;
    at += size * count;
    if (at > bytes.length) throw new FormatError(`the weights end before ${quote(name)} does`);
    const read = () => ({
      shape: shape as number[],
      data: floats(bytes.subarray(begin, begin + size * count), String(stored), quantization as Quantization),
    });
    return { names: name.replace(/:\d+$/, "").split("/"), read };
  });
}

function floats(stored: Uint8Array, dtype: string, quantization: Quantization | undefined): Float32Array {
  const { buffer } = copyBytes(stored);
  if (dtype === "float32") return new Float32Array(buffer);
  if (dtype === "int32") return Float32Array.from(new Int32Array(buffer));
  if (dtype === "float16") {
    const halves = new Uint16Array(buffer);
    const wide = new Uint32Array(halves.length);
    widenHalves(halves, wide);
    return new Float32Array(wide.buffer);
  }
  const { min = 0, scale = 1 } = quantization ?? {};
  const integers = dtype === "uint16" ? new Uint16Array(buffer) : new Uint8Array(buffer);
  return Float32Array.from(integers, (value) => value * scale + min);
}
