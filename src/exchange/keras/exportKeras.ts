import { encodeHdf5, type Hdf5Array } from "../../codecs/encodeHdf5.js";
import { zip } from "../../codecs/zip.js";
import { ArgumentError } from "../../common/errors.js";
import { encodeUtf8 } from "../../formats/utf8.js";
import { type GraphSource, type ModelGraph, modelGraph } from "../modelGraph.js";
import { checkPart, type PartOptions } from "../partOptions.js";
import { classToSnakeCase, counter, type Dialect, type KerasSequence, kerasHalves } from "./kerasHalves.js";
import { type KerasLayer, kerasLayer, meanLayer } from "./kerasLayers.js";

/** The version whose format the file has. */
const KERAS_VERSION = "3.15.1";
/** What Keras's Normalization takes for a deviation that is smaller. */
const SMALLEST_DEVIATION = 1e-7;

/**
 * Writes a model as a `.keras` file, which `keras.models.load_model` of Keras 3 opens without custom objects. The whole
 * model is a `Sequential` of two, `encoder` and `decoder`: `model.get_layer("encoder")` gives the codes. The code of a
 * variational model is its mean, the layer `z_mean`. The model's own scaling becomes `Normalization` layers. Penalties,
 * corruption of the input, loss and optimizer are not in the file: compile it before you train it on. A convolution with
 * both strides and dilation, which Keras does not have, gets a larger kernel with zeros in it instead.
 *
 * @param model an `Autoencoder`
 * @returns the bytes of the file; the same model gives the same bytes
 * @throws {ArgumentError} for unknown options, and a scaling that Keras cannot calculate
 * @throws {StateError} if the model's scaling has not been learned yet
 *
 * @example
 * ```ts
 * import { Autoencoder, dense } from "isthmus";
 * import { exportKeras } from "isthmus/export";
 *
 * const model = await Autoencoder.create({ inputSize: 4, encoder: [dense(2)], decoder: [dense(4)] });
 * const bytes = exportKeras(model, { part: "encoder" });
 * console.log(new TextDecoder().decode(bytes.subarray(0, 2))); // PK
 * await model.dispose();
 * ```
 */
export function exportKeras(model: GraphSource, options: PartOptions = {}): Uint8Array {
  const part = checkPart("exportKeras", options);
  const [encoder, decoder] = kerasHalves(modelGraph(model), KERAS);
  const root = part === "model" ? { name: "autoencoder", models: [encoder, decoder] } : undefined;
  const half = part === "decoder" ? decoder : encoder;
  const weights = new Map<string, Hdf5Array>();
  if (root) {
    const next = counter();
    for (const model of root.models) addWeights(weights, `layers/${next("sequential")}/`, model);
  } else addWeights(weights, "", half);
  const config = root
    ? sequential(root.name, encoder.inputShape, root.models.map(sequentialOf))
    : sequentialOf(half);
  return zip(
    new Map([
      ["metadata.json", encodeUtf8(JSON.stringify({ keras_version: KERAS_VERSION }))],
      ["config.json", encodeUtf8(JSON.stringify(config))],
      ["model.weights.h5", encodeHdf5(weights)],
    ]),
    false,
  );
}

const KERAS: Dialect = {
  layers: (layer) => [kerasLayer(layer)],
  mean: meanLayer,
  scaling: (graph, invert) => [normalization(graph, invert)],
};

/** Normalization of every value of a sample, as after Keras's `adapt`. */
function normalization({ scaling, inputShape }: ModelGraph, invert: boolean): KerasLayer {
  const { offset, scale } = scaling!;
  const variance = Float32Array.from(scale, (value) => value * value);
  scale.forEach((value, column) => {
    if (value > SMALLEST_DEVIATION && variance[column]! < Infinity) return;
    throw new ArgumentError(
      `column ${column} is scaled by ${value}, but Keras's Normalization takes ${SMALLEST_DEVIATION} to 1e19; ` +
        "scale the data before training",
    );
  });
  return {
    className: "Normalization",
    config: { axis: inputShape.map((_, index) => index + 1), invert, mean: null, variance: null },
    weights: [
      ["mean", { shape: inputShape, data: Float32Array.from(offset) }],
      ["variance", { shape: inputShape, data: variance }],
    ],
  };
}

/** Where the weights of layers are that keep them elsewhere than in themselves. */
const INNER: Readonly<Record<string, string>> = { LSTM: "cell/", GRU: "cell/" };

/** In the file, layers are counted by their classes, whatever their names. */
function addWeights(weights: Map<string, Hdf5Array>, prefix: string, { layers }: KerasSequence): void {
  const next = counter();
  for (const { className, weights: own } of layers) {
    const path = `${prefix}layers/${next(classToSnakeCase(className))}/${INNER[className] ?? ""}vars`;
    own.forEach(([, weight], index) => {
      weights.set(`${path}/${index}`, weight);
    });
    if (className === "Normalization") {
      // The number of samples that it has seen.
      weights.set(`${path}/2`, { shape: [], data: Int32Array.of(0) });
    }
  }
}

function sequentialOf({ name, inputShape, layers }: KerasSequence): unknown {
  return sequential(
    name,
    inputShape,
    layers.map(({ className, name, config }) => ({
      module: "keras.layers",
      class_name: className,
      config: { name, dtype: "float32", ...config },
      registered_name: null,
    })),
  );
}

function sequential(name: string, inputShape: readonly number[], layers: readonly unknown[]): unknown {
  const batchShape = [null, ...inputShape];
  const input = {
    module: "keras.layers",
    class_name: "InputLayer",
    config: { batch_shape: batchShape, dtype: "float32", name: `${name}_input` },
    registered_name: null,
  };
  return {
    module: "keras",
    class_name: "Sequential",
    config: {
      name,
      trainable: true,
      dtype: "float32",
      layers: [input, ...layers],
      build_input_shape: batchShape,
    },
    registered_name: null,
    build_config: { input_shape: batchShape },
  };
}
