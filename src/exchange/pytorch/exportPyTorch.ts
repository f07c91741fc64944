import { knownKeys } from "../../common/check.js";
import { ArgumentError } from "../../common/errors.js";
import type { ScalingParameters } from "../../data/scaling.js";
import { toBfloats, toHalves } from "../../formats/narrowFloats.js";
import { encodeSafetensors, type NamedTensor } from "../../formats/safetensors.js";
import { encodeUtf8 } from "../../formats/utf8.js";
import type { ExportedFile } from "../exportedFile.js";
import {
  type GraphLayer,
  type GraphSource,
  type GraphWeight,
  type ModelGraph,
  modelGraph,
} from "../modelGraph.js";
import { toWeightType, type WeightType } from "../onnx/storedWeights.js";
import { modelProgram } from "./modelProgram.js";

/** Options of `exportPyTorch` and `exportSafetensors`. */
export interface WeightOptions {
  /**
   * How weights are stored; default `"float32"`. `"float16"` and `"bfloat16"` take half the bytes, rounded to the nearest.
   * PyTorch makes 32-bit floats of them again when it loads them into the module. A scaling stays float32.
   */
  weights?: WeightType;
}

/** A file of weights, and what became of them. */
export interface SafetensorsExport {
  /** The .safetensors file. */
  readonly bytes: Uint8Array;
  /** The largest difference between a weight and what is stored of it; 0 with `weights: "float32"`. */
  readonly largestDifference: number;
}

/**
 * Writes a model for PyTorch: `model.safetensors` with its weights, and `model.py`, a readable module that loads them with
 * `strict=True`. It calculates in float32, and its outputs equal the model's to about 1e-6 of their size.
 *
 * In `model.py`, `load(path)` returns an `Autoencoder`, an `nn.Module` with `encoder`, `decoder`, `encode`, `decode` and
 * `forward`. It takes samples as Isthmus does, channels last, in the samples' own units: the model's scaling is in buffers.
 * Names of weights are those of Isthmus's own file. After `train()`, noise, dropout and the draws of a variational code
 * are active, and batch normalization keeps running statistics as Keras does.
 *
 * Not in it: what makes samples of a table (`model.preprocessor`).
 *
 * @param model an `Autoencoder`
 * @throws {StateError} if the model's scaling has not been learned
 * @throws {ArgumentError} for unknown options, and as `exportSafetensors`
 */
export function exportPyTorch(model: GraphSource, options: WeightOptions = {}): ExportedFile[] {
  const { bytes } = exportSafetensors(model, options);
  return [
    { name: "model.py", bytes: encodeUtf8(modelProgram(modelGraph(model))) },
    { name: "model.safetensors", bytes },
  ];
}

/**
 * Writes the weights alone, by the names and in the shapes of the module that `exportPyTorch` writes.
 *
 * @param model an `Autoencoder`
 * @throws {StateError} if the model's scaling has not been learned
 * @throws {ArgumentError} for unknown options, and if a weight is too large for `"float16"`
 */
export function exportSafetensors(model: GraphSource, options: WeightOptions = {}): SafetensorsExport {
  knownKeys("the export", options, ["weights"]);
  const type = toWeightType(options.weights);
  const tensors = stateTensors(modelGraph(model));
  if (type === "float32") {
    return { bytes: encodeSafetensors(tensors, { format: "pt" }), largestDifference: 0 };
  }
  let largestDifference = 0;
  const narrowed = tensors.map((tensor) => {
    if (tensor.name.startsWith("scaling.")) return tensor;
    const { values, difference } = NARROW[type].narrow(tensor.data as Float32Array);
    if (difference === Number.POSITIVE_INFINITY) {
      throw new ArgumentError(
        `${tensor.name} has a value too large for weights "float16"; "bfloat16" has the range of 32-bit floats`,
      );
    }
    largestDifference = Math.max(largestDifference, difference);
    return { ...tensor, data: values, dtype: NARROW[type].dtype };
  });
  return { bytes: encodeSafetensors(narrowed, { format: "pt" }), largestDifference };
}

const NARROW = {
  float16: { narrow: toHalves, dtype: "F16" },
  bfloat16: { narrow: toBfloats, dtype: "BF16" },
} as const;

/** The `state_dict` of the module in `model.py`. */
function stateTensors({ encoder, latent, decoder, scaling, inputShape }: ModelGraph): NamedTensor[] {
  return [
    ...(scaling ? scalingTensors(scaling, inputShape) : []),
    ...encoder.flatMap(ownTensors),
    ...(latent ? named(latent.name, { weight: latent.weight, bias: latent.bias }) : []),
    ...decoder.flatMap(ownTensors),
  ];
}

/** A layer's weights, without one that belongs to another layer. */
function ownTensors({ name, weights, tiedTo }: GraphLayer): NamedTensor[] {
  const own = [...weights].filter(([weight]) => weight !== "weight" || tiedTo === undefined);
  return named(name, Object.fromEntries(own));
}

function named(layer: string, weights: Readonly<Record<string, GraphWeight>>): NamedTensor[] {
  return Object.entries(weights).map(([name, { shape, data }]) => ({
    name: `${layer}.${name}`,
    shape,
    data,
  }));
}

/** A scaling in float32: `rest` is what the offset loses, which counts where it is large beside the scale. */
function scalingTensors({ offset, scale }: ScalingParameters, shape: readonly number[]): NamedTensor[] {
  const rounded = Float32Array.from(offset);
  const rest = Float32Array.from(offset, (value, index) => value - rounded[index]!);
  return [
    { name: "scaling.offset", shape, data: rounded },
    { name: "scaling.rest", shape, data: rest },
    { name: "scaling.scale", shape, data: Float32Array.from(scale) },
  ];
}
