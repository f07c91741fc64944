import type { ScalingParameters } from "../../data/scaling.js";
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
import { modelProgram } from "./modelProgram.js";

/**
 * Writes a model for PyTorch: `model.safetensors` with its weights, and `model.py`, a readable module that loads them with
 * `strict=True`. Everything is float32, and its outputs equal the model's to about 1e-6 of their size.
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
 */
export function exportPyTorch(model: GraphSource): ExportedFile[] {
  const graph = modelGraph(model);
  const weights = encodeSafetensors(stateTensors(graph), { format: "pt" });
  return [
    { name: "model.py", bytes: encodeUtf8(modelProgram(graph)) },
    { name: "model.safetensors", bytes: weights },
  ];
}

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
