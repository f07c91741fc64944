// Models of every kind, trained a little, and what they make of samples: what exports are compared with.
import {
  Autoencoder,
  type AutoencoderOptions,
  activation,
  conv1d,
  conv1dTranspose,
  conv2d,
  conv2dTranspose,
  dense,
  flatten,
  lstm,
  repeatVector,
  reshape,
} from "../../src/index.js";
import { ACTIVATION_NAMES } from "../../src/layers/activations.js";
import { KINDS, WIDTH } from "../support/kinds.js";
import { values } from "../support/models.js";

const SCALED: readonly (readonly [string, AutoencoderOptions])[] = [
  [
    "scaled, standard",
    { inputSize: WIDTH, encoder: [dense(5, "tanh")], decoder: [dense(WIDTH)], scaling: "standard" },
  ],
  [
    "scaled pictures, minMax",
    {
      inputShape: [4, 4, 2],
      encoder: [conv2d(3, 3, "silu", { strides: 2, padding: "same" }), flatten(), dense(4)],
      decoder: [
        dense(12, "tanh"),
        reshape([2, 2, 3]),
        conv2dTranspose(2, 3, "sigmoid", { strides: 2, padding: "same" }),
      ],
      scaling: "minMax",
    },
  ],
];

/** One model for each activation, in a dense layer and as a layer of its own. */
const ACTIVATED = ACTIVATION_NAMES.map((name): readonly [string, AutoencoderOptions] => [
  `activation ${name}`,
  { inputSize: WIDTH, encoder: [dense(9, name), dense(5), activation(name)], decoder: [dense(WIDTH, name)] },
]);

/** A code that is a sequence. */
const SEQUENCES: readonly (readonly [string, AutoencoderOptions])[] = [
  [
    "sequence for a code",
    {
      inputShape: [6, 2],
      encoder: [lstm(3, { returnSequences: true })],
      decoder: [lstm(4), repeatVector(6), dense(2)],
    },
  ],
];

/** Strides and dilation in one layer, which Keras and TensorFlow.js do not have. */
const STRIDED_AND_DILATED: readonly (readonly [string, AutoencoderOptions])[] = [
  [
    "pictures with strides and dilation",
    {
      inputShape: [5, 4, 2],
      encoder: [
        conv2d(3, [2, 3], "tanh", { strides: [2, 1], dilationRate: [1, 2], padding: "same" }),
        flatten(),
      ],
      decoder: [
        reshape([3, 4, 3]),
        conv2dTranspose(2, 2, "relu", { strides: 2, dilationRate: [2, 1] }),
        flatten(),
        dense(40),
        reshape([5, 4, 2]),
      ],
    },
  ],
  [
    "sequences with strides and dilation",
    {
      inputShape: [8, 2],
      encoder: [conv1d(3, 2, "tanh", { strides: 2, dilationRate: 3 })],
      decoder: [
        conv1dTranspose(2, 3, "linear", { strides: 3, dilationRate: 2, padding: "same" }),
        flatten(),
        dense(16),
        reshape([8, 2]),
      ],
    },
  ],
];

export const MODELS = [...KINDS, ...SCALED, ...ACTIVATED, ...SEQUENCES, ...STRIDED_AND_DILATED];

/** What a model makes of samples, as another tool must. */
export interface Outputs {
  readonly samples: Float32Array;
  readonly codes: Float32Array;
  readonly reconstructions: Float32Array;
  /** What differences are measured by. */
  readonly unit: number;
}

/** A trained model and its outputs. */
export async function trained(
  options: AutoencoderOptions,
): Promise<{ model: Autoencoder; outputs: Outputs }> {
  const model = await Autoencoder.create({ ...options, engine: { threads: 1 } });
  const scaled = options.scaling !== undefined;
  // Columns of different units, far from zero.
  const [low, high] = scaled ? [20, 45] : [0.02, 0.98];
  const samples = values(12, model.inputSize, 5, low, high);
  await model.fit(samples, { epochs: 4, batchSize: 4 });
  const codes = model.encodeSync(samples).data as Float32Array;
  const reconstructions = model.decodeSync(codes).data as Float32Array;
  return { model, outputs: { samples, codes, reconstructions, unit: scaled ? high : 1 } };
}
