/**
 * The networks that convolutions and recurrent layers are measured with, of the canon of autoencoders: public tutorials.
 * Layers stand as plain data, by Keras's names in camelCase; each contestant makes its own layers of them.
 */

const strided = { strides: 2, padding: "same" };
const same = { padding: "same" };

/** @returns a convolution of any kind */
const conv = (kind, filters, kernelSize, activation, options) => ({
  kind,
  filters,
  kernelSize,
  activation,
  ...options,
});

/** A dense autoencoder of pictures by its widths, such as [784, 32]: there and back, in batches of its own. */
function dense(batch, ...widths) {
  const activated = (units, activation) => ({ kind: "dense", units, activation });
  const [input, ...inner] = widths;
  const code = inner.pop();
  const hidden = inner.map((units) => activated(units, "relu"));
  return {
    title: [...widths, ...widths.slice(0, -1).reverse()].join("-"),
    batch,
    inputShape: [input],
    loss: "binaryCrossentropy",
    encoder: [...hidden, activated(code, "relu")],
    decoder: [...[...hidden].reverse(), activated(input, "sigmoid")],
  };
}

/**
 * @typedef {{ title: string, batch?: number, inputShape: number[], loss: string, encoder: any[], decoder: any[] }} NetworkDescription
 * @type {Record<string, NetworkDescription>}
 */
export const NETWORKS = {
  narrow: dense(256, 784, 32),
  deep: dense(256, 784, 128, 64, 32),
  middle: dense(256, 784, 512, 256, 64),
  wide: dense(1024, 784, 1024),
  widest: dense(512, 784, 2048, 512),
  strided: {
    title: "strided convolutions, a code of 32",
    inputShape: [28, 28, 1],
    loss: "binaryCrossentropy",
    encoder: [
      conv("conv2d", 16, 3, "relu", strided),
      conv("conv2d", 32, 3, "relu", strided),
      { kind: "flatten" },
      { kind: "dense", units: 32, activation: "linear" },
    ],
    decoder: [
      { kind: "dense", units: 1568, activation: "relu" },
      { kind: "reshape", shape: [7, 7, 32] },
      conv("conv2dTranspose", 16, 3, "relu", strided),
      conv("conv2dTranspose", 1, 3, "sigmoid", strided),
    ],
  },
  pooled: {
    title: "pooled convolutions, 28,353 parameters",
    inputShape: [28, 28, 1],
    loss: "binaryCrossentropy",
    encoder: [
      conv("conv2d", 32, 3, "relu", same),
      { kind: "maxPooling2d", poolSize: 2 },
      conv("conv2d", 32, 3, "relu", same),
      { kind: "maxPooling2d", poolSize: 2 },
    ],
    decoder: [
      conv("conv2dTranspose", 32, 3, "relu", strided),
      conv("conv2dTranspose", 32, 3, "relu", strided),
      conv("conv2d", 1, 3, "sigmoid", same),
    ],
  },
  series: {
    title: "a time series' convolutions, 288 steps, 9,505 parameters",
    inputShape: [288, 1],
    loss: "meanSquaredError",
    encoder: [
      conv("conv1d", 32, 7, "relu", strided),
      { kind: "dropout", rate: 0.2 },
      conv("conv1d", 16, 7, "relu", strided),
    ],
    decoder: [
      conv("conv1dTranspose", 16, 7, "relu", strided),
      { kind: "dropout", rate: 0.2 },
      conv("conv1dTranspose", 32, 7, "relu", strided),
      conv("conv1dTranspose", 1, 7, "linear", same),
    ],
  },
  lstm: {
    title: "LSTM 32 → its code repeated → LSTM 32, 288 steps",
    inputShape: [288, 1],
    loss: "meanSquaredError",
    encoder: [{ kind: "lstm", units: 32 }],
    decoder: [
      { kind: "repeatVector", n: 288 },
      { kind: "lstm", units: 32, returnSequences: true },
      { kind: "dense", units: 1, activation: "linear" },
    ],
  },
};

/**
 * Before it is timed, each contestant trains this network for a few steps of gradient descent: given the same start and
 * samples, all must come to the same losses. So there is no dropout, nor Adam, whose ε libraries add in two places.
 */
export function withoutNoise(network) {
  const quiet = (layers) => layers.filter(({ kind }) => kind !== "dropout");
  return { ...network, encoder: quiet(network.encoder), decoder: quiet(network.decoder) };
}

/** The learning rate of those steps. */
export const TRIAL_RATE = 0.2;

/** How a peer's request carries float32 numbers. */
export const encodeFloats = (values) =>
  Buffer.from(values.buffer, values.byteOffset, values.byteLength).toString("base64");

/** The other way round. */
export function decodeFloats(text) {
  const bytes = Uint8Array.from(Buffer.from(text, "base64"));
  return new Float32Array(bytes.buffer);
}
