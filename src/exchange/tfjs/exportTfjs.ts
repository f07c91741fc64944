import { concatenate } from "../../common/concatenate.js";
import { bytesOf } from "../../formats/typedArrays.js";
import { encodeUtf8 } from "../../formats/utf8.js";
import type { ExportedFile } from "../exportedFile.js";
import { type KerasSequence, kerasHalves } from "../keras/kerasHalves.js";
import { type GraphSource, modelGraph } from "../modelGraph.js";
import { checkPart, type PartOptions } from "../partOptions.js";
import { TFJS } from "./tfjsLayers.js";

/** The name that TensorFlow.js's own converter gives to weights that are not divided. */
const SHARD = "group1-shard1of1.bin";

/**
 * Writes a model for TensorFlow.js: `model.json` and its weights, which `tf.loadLayersModel` opens. The whole model is a
 * `Sequential` of two, `encoder` and `decoder`. What TensorFlow.js lacks is calculated by layers that it has: transposed
 * convolutions of sequences, dilated ones, upsampling of sequences, `leakyRelu`, and the model's own scaling. The code of
 * a variational model is its mean, the layer `z_mean`.
 *
 * @param model an `Autoencoder`
 * @throws {ArgumentError} for unknown options, and layers that TensorFlow.js cannot calculate: `gru`, bilinear upsampling
 * @throws {StateError} if the model's scaling has not been learned yet
 *
 * @example
 * ```ts
 * import { Autoencoder, dense } from "isthmus";
 * import { exportTfjs } from "isthmus/export";
 *
 * const model = await Autoencoder.create({ inputSize: 4, encoder: [dense(2)], decoder: [dense(4)] });
 * console.log(exportTfjs(model).map(({ name }) => name).join(" ")); // model.json group1-shard1of1.bin
 * await model.dispose();
 * ```
 */
export function exportTfjs(model: GraphSource, options: PartOptions = {}): ExportedFile[] {
  const part = checkPart("exportTfjs", options);
  const [encoder, decoder] = kerasHalves(modelGraph(model), TFJS);
  const parts = { model: [encoder, decoder], encoder: [encoder], decoder: [decoder] }[part];
  const halves = parts.map(sequentialOf);
  const topology = halves.length === 1 ? halves[0] : sequential("autoencoder", encoder.inputShape, halves);
  const weights = parts.flatMap(({ layers }) =>
    layers.flatMap(({ name, weights: own }) =>
      own.map(([weight, { shape, data }]) => ({ name: `${name}/${weight}`, shape, data })),
    ),
  );
  const manifest = weights.map(({ name, shape }) => ({ name, shape, dtype: "float32" }));
  const json = {
    format: "layers-model",
    generatedBy: "isthmus",
    convertedBy: null,
    modelTopology: { keras_version: "2.15.0", backend: "tensorflow", model_config: topology },
    weightsManifest: [{ paths: [SHARD], weights: manifest }],
  };
  return [
    { name: "model.json", bytes: encodeUtf8(JSON.stringify(json)) },
    {
      name: SHARD,
      bytes: concatenate(
        Uint8Array,
        weights.map(({ data }) => bytesOf(data)),
      ),
    },
  ];
}

function sequentialOf({ name, inputShape, layers }: KerasSequence): unknown {
  return sequential(
    name,
    inputShape,
    layers.map(({ className, name, config }) => ({
      class_name: className,
      config: { name, trainable: true, dtype: "float32", ...config },
    })),
  );
}

function sequential(name: string, inputShape: readonly number[], layers: readonly unknown[]): unknown {
  const config = { batch_input_shape: [null, ...inputShape], dtype: "float32", name: `${name}_input` };
  return {
    class_name: "Sequential",
    config: { name, layers: [{ class_name: "InputLayer", config }, ...layers] },
  };
}
