import {
  type AutoencoderOptions,
  adamw,
  conv1d,
  conv1dTranspose,
  conv2d,
  conv2dTranspose,
  cosineDecay,
  dense,
  dropout,
  flatten,
  gaussian,
  gaussianNoise,
  huber,
  klSparsity,
  l1,
  l1l2,
  l2,
  layerNormalization,
  maskingNoise,
  nadam,
  reshape,
  rmsprop,
  saltAndPepper,
} from "../../src/index.js";

/** Samples have this width: no multiple of a vector or a tile. */
export const WIDTH = 13;

const plain = { inputSize: WIDTH, encoder: [dense(5, "tanh")], decoder: [dense(WIDTH, "sigmoid")] };
const deep = {
  encoder: [dense(9, "tanh"), dense(5, "sigmoid")],
  decoder: [dense(9, "tanh"), dense(WIDTH, "sigmoid")],
};

/** Every kind of autoencoder, and some that are of several kinds at once. */
export const KINDS: readonly (readonly [string, AutoencoderOptions])[] = [
  ["gaussian noise", { ...plain, corruption: gaussianNoise(0.3) }],
  ["masking noise", { ...plain, corruption: maskingNoise(0.3), loss: "binaryCrossentropy" }],
  ["salt and pepper", { ...plain, ...deep, corruption: saltAndPepper(0.2) }],
  [
    "dropout",
    {
      inputSize: WIDTH,
      encoder: [dense(9, "sigmoid"), dropout(0.2), dense(5, "tanh"), dropout(0.4)],
      decoder: [dense(9, "linear"), dropout(0.5), dense(WIDTH, "sigmoid")],
    },
  ],
  ["L1 activity", { ...plain, encoder: [dense(5, "tanh", { activityPenalty: l1(0.1) })] }],
  ["KL sparsity", { ...plain, ...deep, sparsity: klSparsity({ target: 0.1, weight: 0.2 }) }],
  ["tied", { ...plain, tied: true }],
  ["tied and deep", { ...plain, ...deep, tied: true, loss: "binaryCrossentropy" }],
  [
    "tied, sparse, noisy",
    {
      inputSize: WIDTH,
      encoder: [dense(17, "sigmoid", { activityPenalty: l1(0.02) }), dropout(0.3), dense(5, "sigmoid")],
      decoder: [dense(17, "tanh"), dense(WIDTH, "sigmoid", { bias: false })],
      tied: true,
      sparsity: klSparsity(),
      corruption: gaussianNoise(0.1),
    },
  ],
  [
    "variational",
    {
      inputSize: WIDTH,
      encoder: [dense(9, "tanh")],
      latent: gaussian(3, { beta: 0.7 }),
      decoder: [dense(9, "tanh"), dense(WIDTH, "sigmoid")],
      loss: "binaryCrossentropy",
    },
  ],
  [
    "variational and noisy",
    {
      inputSize: WIDTH,
      encoder: [dense(9, "sigmoid", { activityPenalty: l1(0.01) }), dropout(0.3)],
      latent: gaussian(6),
      decoder: [dense(WIDTH, "sigmoid")],
      corruption: maskingNoise(0.2),
    },
  ],
  [
    "tied, penalized, clipped",
    {
      inputSize: WIDTH,
      encoder: [
        dense(17, "gelu", { kernelPenalty: l1l2({ l1: 0.002, l2: 0.01 }), activityPenalty: l1(0.01) }),
        dense(5, "selu", { kernelPenalty: l2(0.02) }),
      ],
      decoder: [dense(17, "softplus"), dropout(0.2), dense(WIDTH, "silu")],
      tied: true,
      loss: huber({ delta: 0.3 }),
      optimizer: nadam({ globalClipNorm: 0.1 }),
    },
  ],
  [
    "variational, penalized, clipped",
    {
      inputSize: WIDTH,
      encoder: [dense(9, "silu", { kernelPenalty: l1(0.002), activityPenalty: l1(0.01) }), dropout(0.2)],
      latent: gaussian(3, { beta: 0.1 }),
      decoder: [dense(9, "gelu", { kernelPenalty: l2() }), dense(WIDTH, "leakyRelu")],
      loss: "meanAbsoluteError",
      optimizer: adamw({
        learningRate: cosineDecay({ initialLearningRate: 0.002, decaySteps: 1000 }),
        clipNorm: 0.5,
      }),
    },
  ],
  [
    "narrow layers, penalized, clipped",
    {
      inputSize: WIDTH,
      encoder: [dense(2, "silu"), dense(1, "gelu", { kernelPenalty: l1l2({ l1: 0.001, l2: 0.01 }) })],
      decoder: [
        dense(2, "silu", { kernelPenalty: l2(0.01) }),
        dropout(0.2),
        dense(2, "gelu", { activityPenalty: l1(0.01), bias: false }),
        dense(WIDTH, "elu"),
      ],
      optimizer: rmsprop({ globalClipNorm: 0.2, momentum: 0.5, centered: true }),
    },
  ],
  [
    "layer normalization",
    {
      inputSize: WIDTH,
      encoder: [
        dense(9, "tanh"),
        layerNormalization(),
        dropout(0.2),
        dense(5, "sigmoid", { kernelPenalty: l2(0.01) }),
      ],
      decoder: [
        dense(9, "silu"),
        layerNormalization({ epsilon: 1e-5, scale: false }),
        dense(WIDTH, "sigmoid"),
        layerNormalization({ center: false }),
      ],
      optimizer: rmsprop({ globalClipNorm: 0.5 }),
    },
  ],
  [
    "layers along the last dimension",
    {
      inputSize: WIDTH,
      encoder: [
        reshape([WIDTH, 1]),
        dense(3, "tanh"),
        layerNormalization(),
        dense(2, "gelu", { activityPenalty: l1(0.01) }),
        flatten(),
        dense(4, "sigmoid"),
      ],
      decoder: [dense(2 * WIDTH, "relu"), reshape([WIDTH, 2]), dropout(0.2), dense(1, "sigmoid"), flatten()],
      loss: "binaryCrossentropy",
    },
  ],
  [
    "convolutions along one dimension",
    {
      inputSize: WIDTH,
      encoder: [
        reshape([WIDTH, 1]),
        conv1d(3, 4, "silu", { strides: 2, padding: "same", kernelPenalty: l2(0.01) }),
        dropout(0.2),
        conv1d(2, 3, "tanh", { dilationRate: 2, activityPenalty: l1(0.01) }),
      ],
      decoder: [
        conv1dTranspose(3, 5, "gelu", { activityPenalty: l1(0.01), bias: false }),
        layerNormalization(),
        conv1dTranspose(1, 3, "sigmoid", { strides: 2 }),
        flatten(),
        dense(WIDTH, "sigmoid"),
      ],
      optimizer: rmsprop({ globalClipNorm: 0.5 }),
    },
  ],
  [
    "convolutions along two dimensions",
    {
      inputSize: WIDTH,
      encoder: [
        dense(20, "tanh"),
        reshape([5, 4, 1]),
        conv2d(5, 3, "tanh", { strides: 2, padding: "same" }),
        conv2d(9, [2, 1], "gelu", { initializer: "heNormal", activityPenalty: l1(0.002) }),
      ],
      decoder: [
        conv2dTranspose(3, 3, "silu", { strides: [2, 3], padding: "same", kernelPenalty: l1(0.001) }),
        dropout(0.3),
        conv2dTranspose(2, [2, 3], "elu", { dilationRate: [1, 2], bias: false }),
        conv2d(1, [2, 4], "sigmoid", { strides: [2, 3] }),
        flatten(),
        dense(WIDTH, "sigmoid"),
      ],
      loss: "binaryCrossentropy",
    },
  ],
  [
    "convolutional to the last layer, noisy",
    {
      inputSize: WIDTH,
      encoder: [reshape([WIDTH, 1]), conv1d(4, 3, "sigmoid", { strides: 3 }), flatten(), dense(9, "tanh")],
      decoder: [
        dense(16, "tanh"),
        reshape([4, 4]),
        conv1dTranspose(1, 4, "sigmoid", { strides: 3 }),
        flatten(),
      ],
      corruption: gaussianNoise(0.05),
      loss: "binaryCrossentropy",
    },
  ],
  [
    "tied convolutions",
    {
      inputSize: WIDTH,
      encoder: [
        reshape([WIDTH, 1]),
        conv1d(5, 3, "tanh", { strides: 2, kernelPenalty: l2(0.01) }),
        conv1d(7, 2, "silu", { padding: "same" }),
        flatten(),
        dense(4, "sigmoid"),
      ],
      decoder: [
        dense(42, "tanh"),
        reshape([6, 7]),
        conv1dTranspose(5, 2, "tanh", { padding: "same" }),
        conv1dTranspose(1, 3, "sigmoid", { strides: 2 }),
        flatten(),
      ],
      tied: true,
    },
  ],
];
